// ASCII text: its digits and blanks, and comparing it without regard to case, as IAM does with actions, key names and
// some values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace trailkeeper::text {

/// A place that no text has.
inline constexpr std::size_t npos = std::string_view::npos;

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string lowered(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

constexpr bool same_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool has_digit(std::string_view text) { return text.find_first_of("0123456789") != npos; }

/// Whether there is at least one character, and all are digits.
constexpr bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// Whether there are `count` characters, all of them digits.
constexpr bool is_digits(std::string_view text, std::size_t count) { return text.size() == count && is_digits(text); }

/// Takes the text up to a separator off the front, and the separator; all of it if there is none.
constexpr std::string_view take_before(std::string_view& text, char separator) {
  const std::string_view taken = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), taken.size() + 1));
  return taken;
}

/// The characters that RFC 8259 allows between tokens.
constexpr bool is_json_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// The first character at or after `at` that isn't JSON space; the text's size if there is none.
constexpr std::size_t skip_json_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_json_space(text[at])) ++at;
  return at;
}

/// A token without the JSON space behind it: simdjson's raw text of a value goes up to the next token.
constexpr std::string_view without_trailing_space(std::string_view token) {
  while (!token.empty() && is_json_space(token.back())) token.remove_suffix(1);
  return token;
}

/// What may surround a text that somebody sends: JSON's spaces, and NUL, with which some end it (RFC 6587 3.4.2).
inline constexpr std::string_view kBlanks{" \t\r\n\0", 5};

/// Without blanks at its beginning.
constexpr std::string_view trimmed_front(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

/// Without blanks at both ends.
constexpr std::string_view trimmed(std::string_view text) {
  text = trimmed_front(text);
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

}  // namespace trailkeeper::text
