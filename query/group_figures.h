// What a count says of a group, and conditions on it (`--having`).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/leaves/condition.h"
#include "text/result.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// Figures of a group's events.
struct GroupFigures {
  std::uint64_t count = 0;
  std::uint64_t distinct = 0;  ///< Different values of CountRequest::distinct.
  /// The least and the greatest eventTime, if CountRequest::times.
  text::Timestamp first = std::numeric_limits<text::Timestamp>::max();
  text::Timestamp last = std::numeric_limits<text::Timestamp>::min();

  /// Adds those of other events.
  void add(const GroupFigures& other) {
    count += other.count;
    distinct += other.distinct;
    first = std::min(first, other.first);
    last = std::max(last, other.last);
  }
};

/// A figure that a condition may be on.
enum class Figure : std::uint8_t { count, distinct, first, last };

/// `count>100`, `first>=2024-05-01`.
struct GroupCondition {
  Figure figure = Figure::count;
  Comparison comparison = Comparison::equal;  ///< `=` to `>=`; no text, and no presence.
  std::int64_t operand = 0;                   ///< A number, or a text::Timestamp.
};

/// Reads a condition; `now`: what ages are before. The problem says what is wrong with an example, and its offset
/// where.
text::Result<GroupCondition> parse_group_condition(std::string_view text, text::Timestamp now);

/// Adds a condition that somebody gave, or says what is wrong with it and where; to be put behind the option's name and
/// a colon.
std::optional<std::string> add_group_condition(std::vector<GroupCondition>& conditions, std::string_view text,
                                               text::Timestamp now);

/// Whether all conditions hold.
bool holds(const std::vector<GroupCondition>& conditions, const GroupFigures& figures);

/// Whether a condition is on this figure.
bool asks_for(const std::vector<GroupCondition>& conditions, Figure figure);

}  // namespace trailkeeper::query
