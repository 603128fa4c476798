// JSON strings (RFC 8259, section 7) to text and back.
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::text {

/// Whether every escape between the quotes of a JSON string is one that RFC 8259 knows.
bool valid_escapes(std::string_view between_quotes);

/// Appends the text that the characters between a JSON string's quotes stand for. A lone surrogate becomes U+FFFD.
/// Precondition: valid_escapes.
void append_unescaped(std::string_view between_quotes, std::string& out);

/// As append_unescaped, but so that strings that differ stay different: a lone surrogate becomes byte FF, which UTF-8
/// doesn't have, and its two bytes. For comparing only: the result may not be UTF-8.
void append_unescaped_exactly(std::string_view between_quotes, std::string& out);

/// Appends `text` as a JSON string with its quotes. Bytes that aren't UTF-8 become U+FFFD, so the result is always
/// JSON. Characters that act or hide (text/visible_text.h) are escaped.
void append_quoted(std::string_view text, std::string& out);

/// The place after the closing quote of the JSON string whose opening quote is at `at`; npos if it doesn't end.
std::size_t json_string_end(std::string_view json, std::size_t at);

/// Appends JSON without the white space between its tokens. Precondition: `json` is valid JSON.
void append_minified(std::string_view json, std::string& out);

/// Appends JSON laid out over lines, two spaces a level, as `jq .` does. Precondition: `json` is valid JSON.
void append_pretty(std::string_view json, std::string& out);

/// Whether the bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool valid_utf8(std::string_view bytes);

}  // namespace trailkeeper::text
