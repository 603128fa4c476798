// What `--where` asks: PATH=GLOB, PATH>NUMBER, PATH~REGEX, PATH?.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "text/result.h"

namespace re2 {
class RE2;
}

namespace trailkeeper::query {

enum class Comparison : std::uint8_t {
  equal,      ///< `=`: a glob, as filters' values are.
  not_equal,  ///< `!=`: the complement, so that an event without the value passes.
  less,       ///< `<`, of numbers or times.
  at_most,    ///< `<=`
  greater,    ///< `>`
  at_least,   ///< `>=`
  matches,    ///< `~`: a regular expression that fits somewhere in the text.
  present,    ///< `?`: there is a value, and it isn't null.
  absent,     ///< `!?`
};

/// One condition.
struct Condition {
  std::string path;  ///< event/field.h.
  Comparison comparison = Comparison::present;
  std::string operand;
  std::shared_ptr<const re2::RE2> regex;  ///< The operand of `~`, compiled once for all threads and segments.
};

/// Bytes of memory that one regular expression takes at most: what is compiled, and what it remembers of texts.
constexpr std::size_t kRegexBytes = std::size_t{1} << 20;

/// Bytes that a condition may have, its path and its regular expression.
constexpr std::size_t kLongestCondition = 4096;

/// Reads a condition. In a path, `\` makes the next character part of a key: `requestParameters.a\=b=c`. The problem
/// says what is wrong, and its offset where; regular expressions, numbers and times are checked, too.
text::Result<Condition> parse_condition(std::string_view text);

}  // namespace trailkeeper::query
