#include "text/visible_text.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <array>
#include <string>

#include "text/json_text.h"
#include "text/utf8.h"

using namespace trailkeeper;

namespace {

std::string utf8(char32_t code) {
  std::string out;
  text::append_utf8(code, out);
  return out;
}

std::string visible_json(std::string_view json) {
  std::string out;
  text::append_visible_json(json, out);
  return out;
}

// Unicode's general categories Cc, Zl, Zp, and its property Bidi_Control.
bool must_be_escaped(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x61C || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool is_surrogate(char32_t code) { return code >= 0xD800 && code <= 0xDFFF; }

}  // namespace

TEST_CASE("no character that acts on a terminal gets through, and UTF-8 goes both ways, for all of Unicode") {
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    if (is_surrogate(code)) continue;
    const std::string text = utf8(code);
    const text::Utf8Character read = text::utf8_at(text, 0);
    const std::string shown = text::visible("a" + text + "b");
    const bool right = read.code == code && read.bytes == text.size() &&
                       (must_be_escaped(code) ? text::acts_or_hides(code) : true) &&
                       (text::acts_or_hides(code) ? shown.find(text) == std::string::npos && shown.starts_with("a\\")
                                                  : shown == "a" + text + "b");
    if (!right) FAIL("U+" << std::hex << static_cast<std::uint32_t>(code) << " is shown as " << shown);
  }
  CHECK_FALSE(text::acts_or_hides(0x200C));
  CHECK_FALSE(text::acts_or_hides(0x200D));
  CHECK_FALSE(text::acts_or_hides(0xAD));
  CHECK(text::acts_or_hides(0xFEFF));
  CHECK(text::acts_or_hides(0xE0041));
}

TEST_CASE("escapes say which character it was") {
  CHECK(text::visible("\x1b[31m\x07\n\t\x7f") == "\\x1b[31m\\x07\\x0a\\x09\\x7f");
  CHECK(text::visible("a\xC2\x9B"
                      "31m") == "a\\u009b31m");
  CHECK(text::visible("\xE2\x80\xAEtxt.exe") == "\\u202etxt.exe");
  CHECK(text::visible("\xF3\xA0\x80\x81") == "\\U000e0001");
  CHECK(text::visible("Zürich, 東京, a\\b") == "Zürich, 東京, a\\b");
  CHECK(text::visible_lines("a\nb\rc\x1b") == "a\nb\\x0dc\\x1b");
}

TEST_CASE("no sequence of bytes that isn't UTF-8 gets through") {
  // All of two bytes, then all continuations of the leads that have restricted ones.
  std::string bytes(2, '\0');
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      bytes[0] = static_cast<char>(first);
      bytes[1] = static_cast<char>(second);
      if (!text::valid_utf8(text::visible(bytes)) ||
          (!text::valid_utf8(bytes) && text::visible(bytes).find("\\x") == std::string::npos))
        FAIL(first << " " << second);
    }
  }
  for (int lead = 0xE0; lead < 256; ++lead) {
    for (int second = 0x70; second < 256; ++second) {
      for (const char* rest : {"", "\x80", "\x80\x80", "\xBF\xBF", "\x80z", "\xC2\x9B"}) {
        const std::string text = std::string{static_cast<char>(lead)} + static_cast<char>(second) + rest;
        if (!text::valid_utf8(text::visible(text)) || !text::valid_utf8(visible_json(text)))
          FAIL(lead << " " << second << " " << rest);
      }
    }
  }
  // A C1 control as a byte of Latin-1, cut off sequences, surrogates, overlong ESC.
  CHECK(text::visible("\x9b"
                      "31m") == "\\x9b31m");
  CHECK(text::visible("\xE2\x80") == "\\xe2\\x80");
  CHECK(text::visible("\xED\xA0\x80") == "\\xed\\xa0\\x80");
  CHECK(text::visible("\xC0\x9B") == "\\xc0\\x9b");
  CHECK(text::visible("\xE0\x80\x9B") == "\\xe0\\x80\\x9b");
}

TEST_CASE("JSON keeps its values and has nothing in it that acts, for all of Unicode") {
  simdjson::dom::parser parser;
  for (char32_t code = 0x20; code <= 0x10FFFF; ++code) {
    if (is_surrogate(code) || code == '"' || code == '\\') continue;
    const std::string text = utf8(code);
    const std::string json = "[\"" + text + "\"]";
    const std::string shown = visible_json(json);
    std::string quoted;
    text::append_quoted(text, quoted);
    if (text::acts_or_hides(code) != (shown.find(text) == std::string::npos) || shown != "[" + quoted + "]") {
      FAIL("U+" << std::hex << static_cast<std::uint32_t>(code) << " becomes " << shown);
    }
    if (!text::acts_or_hides(code)) continue;
    std::string_view value;
    REQUIRE(parser.parse(shown).at(0).get_string().get(value) == simdjson::SUCCESS);
    CHECK(value == text);
  }
  CHECK(visible_json("{\n\t\"a\": 1\r\n}") == "{\n\t\"a\": 1\r\n}");
  CHECK(visible_json("\xF3\xA0\x80\x81") == R"(\udb40\udc01)");
}
