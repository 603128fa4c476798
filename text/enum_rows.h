// Tables that have a row for each value of an enumeration: what to assert beside them.
#pragma once

#include <cstddef>
#include <string_view>

namespace trailkeeper::text {

/// Whether row i is that of the value with the number i, and the last row that of `last`.
template <typename Rows, typename Row, typename Value>
constexpr bool are_rows_of(const Rows& rows, Value Row::*value, Value last) {
  std::size_t number = 0;
  for (const Row& row : rows) {
    if (static_cast<std::size_t>(row.*value) != number++) return false;
  }
  return number == static_cast<std::size_t>(last) + 1;
}

/// Whether there is a text for each value up to `last`.
template <typename Texts, typename Value>
constexpr bool are_names_of(const Texts& texts, Value last) {
  for (const std::string_view text : texts) {
    if (text.empty()) return false;
  }
  return texts.size() == static_cast<std::size_t>(last) + 1;
}

/// Whether each pair of a word and a value is that of the value after the one before it, from `first` to `last`.
template <typename Words, typename Value>
constexpr bool are_words_from(const Words& words, Value first, Value last) {
  auto number = static_cast<std::size_t>(first);
  for (const auto& [word, value] : words) {
    if (word.empty() || static_cast<std::size_t>(value) != number++) return false;
  }
  return number == static_cast<std::size_t>(last) + 1;
}

}  // namespace trailkeeper::text
