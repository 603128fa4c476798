// Masking: JSON stays JSON, what is masked stays as it is, and no known Org ID is left as a word.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "rules/credits/confidential.h"

using namespace trailkeeper;
using rules::credits::Mask;
using rules::credits::Pseudonymiser;

namespace {

const event::PhraseSet& known() {
  static const event::PhraseSet kKnown = [] {
    event::PhraseSet set{1};
    for (const std::string_view phrase : {"0Xy12", "org 77/eu", "12345", "acme"}) set.add(phrase);
    return set;
  }();
  return kKnown;
}

bool is_json(simdjson::dom::parser& parser, const std::string& text) {
  return parser.parse(simdjson::padded_string{text}).error() == simdjson::SUCCESS;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Mask mask{Pseudonymiser{std::string(32, 'k')},
                         std::shared_ptr<const event::PhraseSet>{&known(), [](const auto*) {}},
                         {"requestParameters.partner"}};
  const std::string text{reinterpret_cast<const char*>(data), size};
  simdjson::dom::parser parser;
  const bool json = is_json(parser, text);
  const std::string shown = mask.event(text);
  if (json && !is_json(parser, shown)) std::abort();
  if (json && mask.event(shown) != shown) std::abort();
  // Escapes may look like parts of words, or hide them.
  const bool plain = text.find_first_of("\\%") == std::string::npos;
  if (plain && known().find(mask.text(text))) std::abort();
  static_cast<void>(mask.record(text));
  rules::credits::visit_org_ids(text, {}, [](std::string_view) {});
  return 0;
}
