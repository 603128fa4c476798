// The resources that an event names: whatever an event holds, they are few, and none is there twice.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "event/record.h"
#include "query/event_resources.h"
#include "tests/support/padded.h"

using namespace trailkeeper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tests::Padded json{std::string_view{reinterpret_cast<const char*>(data), size}};
  static event::RecordParser parser;
  event::Record record;
  if (parser.parse(json, record) != event::Reason::none) return 0;
  const auto resources = query::event_resources(json);
  if (resources.size() > query::kMostResources) std::abort();
  for (auto one = resources.begin(); one != resources.end(); ++one) {
    if (std::find(one + 1, resources.end(), *one) != resources.end()) std::abort();
    if (one->name.empty() && one->type.empty()) std::abort();
  }
  return 0;
}
