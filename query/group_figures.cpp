#include "query/group_figures.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "text/ascii.h"
#include "text/json_text.h"
#include "text/time_argument.h"

namespace trailkeeper::query {
namespace {

constexpr std::size_t kLongestGroupCondition = 100;

constexpr std::array<std::pair<std::string_view, Figure>, 4> kFigures{
    {{"count", Figure::count}, {"distinct", Figure::distinct}, {"first", Figure::first}, {"last", Figure::last}}};

// Longer ones first.
constexpr std::array<std::pair<std::string_view, Comparison>, 6> kFigureSigns{{{"!=", Comparison::not_equal},
                                                                               {"<=", Comparison::at_most},
                                                                               {">=", Comparison::at_least},
                                                                               {"=", Comparison::equal},
                                                                               {"<", Comparison::less},
                                                                               {">", Comparison::greater}}};

// The row of a table whose word the text begins with.
template <typename Rows>
auto row_at(const Rows& rows, std::string_view text) {
  return std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return text.starts_with(row.first); });
}

text::Result<GroupCondition> wrong_at(std::size_t offset, std::string what) {
  return text::Problem{std::move(what), {}, offset};
}

std::int64_t value_of(const GroupFigures& figures, Figure figure) {
  switch (figure) {
    case Figure::count: return static_cast<std::int64_t>(figures.count);
    case Figure::distinct: return static_cast<std::int64_t>(figures.distinct);
    case Figure::first: return figures.first;
    case Figure::last: break;
  }
  return figures.last;
}

bool holds_one(const GroupCondition& condition, const GroupFigures& figures) {
  const std::int64_t value = value_of(figures, condition.figure);
  switch (condition.comparison) {
    case Comparison::equal: return value == condition.operand;
    case Comparison::not_equal: return value != condition.operand;
    case Comparison::less: return value < condition.operand;
    case Comparison::at_most: return value <= condition.operand;
    case Comparison::greater: return value > condition.operand;
    case Comparison::at_least: return value >= condition.operand;
    default: return false;
  }
}

}  // namespace

text::Result<GroupCondition> parse_group_condition(std::string_view text, text::Timestamp now) {
  if (text.size() > kLongestGroupCondition) {
    return wrong_at(kLongestGroupCondition, fmt::format("it has {} bytes at most", kLongestGroupCondition));
  }
  if (!text::valid_utf8(text)) return wrong_at(0, "it isn't UTF-8");
  const auto figure = row_at(kFigures, text);
  if (figure == kFigures.end()) {
    return wrong_at(0, "it begins with count, distinct, first or last, as in count>100");
  }
  std::size_t at = figure->first.size();
  const auto sign = row_at(kFigureSigns, text.substr(at));
  if (sign == kFigureSigns.end()) {
    return wrong_at(at, fmt::format("one of = != < <= > >= must come after {0}, as in {0}>{1}", figure->first,
                                    figure->second < Figure::first ? "100" : "2024-05-01"));
  }
  at += sign->first.size();
  GroupCondition condition{figure->second, sign->second, 0};
  const std::string_view operand = text.substr(at);
  if (condition.figure == Figure::first || condition.figure == Figure::last) {
    const auto time = text::parse_time_argument(operand, now);
    if (!time) {
      return wrong_at(at, fmt::format("'{0}' is not a time; give {1}{2}2024-05-01, {1}{2}2024-05-01T10:00:00Z, or an "
                                      "age such as {1}{2}7d",
                                      operand, figure->first, sign->first));
    }
    condition.operand = *time;
    return condition;
  }
  const auto [end, error] = std::from_chars(operand.data(), operand.data() + operand.size(), condition.operand);
  if (!text::is_digits(operand) || error != std::errc{} || end != operand.data() + operand.size()) {
    return wrong_at(
        at, fmt::format("'{}' is not a number of 0 or more, as in {}{}100", operand, figure->first, sign->first));
  }
  return condition;
}

std::optional<std::string> add_group_condition(std::vector<GroupCondition>& conditions, std::string_view text,
                                               text::Timestamp now) {
  constexpr std::size_t kMostConditions = 16;
  if (conditions.size() == kMostConditions) return fmt::format("at most {} conditions are taken", kMostConditions);
  const auto condition = parse_group_condition(text, now);
  if (!condition) {
    return fmt::format("'{}', at byte {}: {}", text.substr(0, kLongestGroupCondition), condition.error().offset + 1,
                       condition.error().message);
  }
  conditions.push_back(*condition);
  return std::nullopt;
}

bool holds(const std::vector<GroupCondition>& conditions, const GroupFigures& figures) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const GroupCondition& condition) { return holds_one(condition, figures); });
}

bool asks_for(const std::vector<GroupCondition>& conditions, Figure figure) {
  return std::any_of(conditions.begin(), conditions.end(),
                     [&](const GroupCondition& condition) { return condition.figure == figure; });
}

}  // namespace trailkeeper::query
