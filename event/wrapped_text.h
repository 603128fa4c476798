// Text that is, or stands around, JSON.
#pragma once

#include <cstddef>
#include <string_view>

namespace trailkeeper::event {

/// Without blanks around it (text::trimmed), and without what stands before JSON: a byte order mark, and rsyslog's
/// cookie `@cee:`.
std::string_view without_marks(std::string_view text);

/// Whether text begins an object or an array. A bracket also begins lines of many logs.
bool begins_json(std::string_view text);

/// How often `eventName` is in it, in whatever case: without, it is no record, and holds none that isn't encoded.
std::size_t record_mentions(std::string_view text);

/// Behind the JSON object or array that starts at text[at], by brackets and quotes; npos if it doesn't end.
std::size_t object_end(std::string_view text, std::size_t at);

/// Where the object in [begin, end) stands at the front of a line, and words on the line on which it ends: where that
/// line ends; else 0. Such a line reports what somebody sent. Further objects, brackets, commas and white space are no
/// words.
std::size_t line_with_words_behind(std::string_view text, std::size_t begin, std::size_t end);

/// Whether all of it is one JSON string. A cell of CSV may begin and end with a quote, too.
bool is_json_string(std::string_view token);

}  // namespace trailkeeper::event
