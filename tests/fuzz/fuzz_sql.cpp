// SQL as people and senders of requests write it: parser and translator.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "query/sql/translate.h"

using namespace trailkeeper::query;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  sql::Surroundings surroundings;
  surroundings.parameters["name"] = "value";
  const auto translation = sql::translate(text, surroundings);
  if (translation) {
    if (translation->sql.empty() || translation->columns.empty()) std::abort();
  } else {
    if (translation.error().message.empty() || translation.error().offset > text.size()) std::abort();
    if (sql::place_in_text(text, translation.error().offset).empty()) std::abort();
  }
  return 0;
}
