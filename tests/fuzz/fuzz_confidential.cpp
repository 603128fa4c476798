// Masking: JSON stays JSON, and what is masked stays as it is.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "rules/credits/confidential.h"

using namespace trailkeeper::rules::credits;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Pseudonymiser pseudonymiser{std::string(32, 'k')};
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::string shown = masked(text, pseudonymiser);
  static_cast<void>(may_hold_secret(text));
  simdjson::dom::parser parser;
  const bool json = parser.parse(simdjson::padded_string{text}).error() == simdjson::SUCCESS;
  if (json && parser.parse(simdjson::padded_string{shown}).error() != simdjson::SUCCESS) std::abort();
  // Without the source, an escape that masking writes may make it look like one that is spelt with escapes.
  const bool activate = text.find("activate.amazonaws.com") != std::string_view::npos;
  if (json && activate && masked(shown, pseudonymiser) != shown) std::abort();
  return 0;
}
