// The form of this folder's .txt files: comments with `#`, heads, and indented lines of words below each.
#pragma once

#include <algorithm>
#include <string_view>

#include "text/ascii.h"

namespace trailkeeper::rules::requirements {

/// Calls `head(line)` for each head and `row(words)` for each line below it, without its indent. Lines before the first
/// head are left out.
template <typename Head, typename Row>
void read_word_file(std::string_view text, Head head, Row row) {
  bool has_head = false;
  while (!text.empty()) {
    std::string_view line = text::take_before(text, '\n');
    if (line.empty() || line.front() == '#') continue;
    if (line.front() != ' ') {
      has_head = true;
      head(line);
      continue;
    }
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(' ')));
    if (has_head && !line.empty()) row(line);
  }
}

/// Calls `word(text)` for each word of a line.
template <typename Word>
void for_each_word(std::string_view line, Word word) {
  while (!line.empty()) {
    const std::string_view one = text::take_before(line, ' ');
    if (!one.empty()) word(one);
  }
}

}  // namespace trailkeeper::rules::requirements
