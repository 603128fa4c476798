// Where the members of a JSON object and the elements of an array end, in a text that may go on.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace trailkeeper::ingest {

/// The offset of the first byte at or after `at` that is neither white space nor a comma.
std::size_t skip_blank(std::string_view text, std::size_t at);

/// The offset after the value that begins at text[at]; nothing if its end isn't there. Counts brackets and quotes:
/// whether it is JSON is left to a parser.
std::optional<std::size_t> end_of_value(std::string_view text, std::size_t at);

/// A member of an object: `value_end` is nothing if the value's end isn't there.
struct Member {
  std::string_view key;  ///< As written, without its quotes.
  std::size_t value = 0;
  std::optional<std::size_t> value_end;
};

/// The member whose key begins at text[at] == '"'; nothing if the text ends before its value begins, or it has no
/// colon.
std::optional<Member> member_at(std::string_view text, std::size_t at);

}  // namespace trailkeeper::ingest
