// Text on its way to a terminal: whatever the bytes, what comes out is UTF-8 in which nothing acts.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "text/json_text.h"
#include "text/utf8.h"
#include "text/visible_text.h"

using namespace trailkeeper;

namespace {

void check(std::string_view text, std::string_view allowed) {
  for (std::size_t at = 0; at < text.size();) {
    const text::Utf8Character character = text::utf8_at(text, at);
    if (character.bytes == 0) std::abort();
    const bool is_allowed = character.bytes == 1 && allowed.find(text[at]) != std::string_view::npos;
    if (text::acts_or_hides(character.code) && !is_allowed) std::abort();
    at += character.bytes;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check(text::visible(text), "");
  check(text::visible_lines(text), "\n");
  if (text::visible(text::visible(text)) != text::visible(text)) std::abort();
  std::string json;
  text::append_visible_json(text, json);
  check(json, "\n\r\t");
  std::string quoted;
  text::append_quoted(text, quoted);
  check(quoted, "");
  // What is quoted is the text again, but for what isn't UTF-8.
  if (!text::valid_utf8(text)) return 0;
  std::string again;
  text::append_unescaped(std::string_view{quoted}.substr(1, quoted.size() - 2), again);
  if (again != text) std::abort();
  return 0;
}
