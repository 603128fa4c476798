// What `--where` asks: PATH=GLOB, PATH>NUMBER, PATH~REGEX, PATH?.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/event_tests.h"
#include "query/shown_event.h"
#include "text/result.h"

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
};

/// Bytes that a condition may have, its path and its regular expression.
constexpr std::size_t kLongestCondition = 4096;

/// Reads a condition. In a path, `\` makes the next character a part of a key: `requestParameters.a\=b=c`. The problem
/// says what is wrong and its offset where; regular expressions, numbers and times are checked, too.
text::Result<Condition> parse_condition(std::string_view text);

/// Tests events against conditions that parse_condition() took: all must hold, but of those with `=`, or with `~`, and
/// the same path any one. `any`: any one must hold, whatever it is. `shown`, `lazily`: as test_leaf().
std::unique_ptr<EventTest> test_conditions(const store::Segment& segment, std::span<const std::string> texts, bool any,
                                           const std::shared_ptr<const ShownEvents>& shown, bool lazily);

}  // namespace trailkeeper::query
