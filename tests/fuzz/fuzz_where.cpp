// Conditions as people and senders of requests write them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "query/filter_value.h"
#include "query/leaves/condition.h"

using namespace trailkeeper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto condition = query::parse_condition(text);
  query::Filter filter;
  const auto problem = query::add_value(filter, {query::FilterField::where}, text);
  if (condition.has_value() == problem.has_value() || problem.has_value() != filter.empty()) std::abort();
  if (condition) {
    // Path and operand are where they stood.
    if (!text.starts_with(condition->path) || !text.ends_with(condition->operand)) std::abort();
  } else if (condition.error().message.empty() || condition.error().offset > text.size()) {
    std::abort();
  }
  return 0;
}
