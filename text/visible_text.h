// Text from outside on its way to a terminal, a log or a JSON answer: what could act, or hide, is made visible.
//
// An event's values, a file's name and a request's path are chosen by strangers. A control character among them moves
// the cursor, rewrites the screen or a log's earlier lines; a bidirectional control shows a name in another order than
// it has. So whatever is printed for people passes through here.
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::text {

/// Whether a character must not be printed as it is: controls (C0, DEL, C1), line and paragraph separators,
/// bidirectional controls, and the characters that show nothing at all (zero-width spaces, tags, annotations). The
/// joiners U+200C and U+200D aren't among them: names are written with them.
bool acts_or_hides(char32_t code);

/// Appends `text` for a terminal or a log: UTF-8 in which characters that act or hide are written `\x1b` (below
/// U+0080), `\u202e` or `\U000e0001`, and bytes that aren't UTF-8 `\xff`. A line feed is one of them: the result is
/// one line.
void append_visible(std::string_view text, std::string& out);
std::string visible(std::string_view text);

/// The same of a text that has lines: line feeds stay.
std::string visible_lines(std::string_view text);

/// Appends JSON, or the inside of a JSON string, with JSON's escapes (`\u001b`, surrogate pairs beyond U+FFFF) in place
/// of the characters that act or hide and U+FFFD in place of bytes that aren't UTF-8. White space between tokens stays.
/// In valid JSON such characters occur in strings only, so its values stay what they were.
void append_visible_json(std::string_view json, std::string& out);

}  // namespace trailkeeper::text
