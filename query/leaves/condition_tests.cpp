#include "query/leaves/condition_tests.h"

#include <re2/re2.h>

#include <algorithm>
#include <compare>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "query/column_tests.h"
#include "query/field_catalogue.h"
#include "query/leaves/leaf_test.h"
#include "query/leaves/value_order.h"
#include "query/pattern.h"

namespace trailkeeper::query {
namespace {

// Whether an order is what a comparison asks for.
bool fits(std::strong_ordering order, Comparison comparison) {
  switch (comparison) {
    case Comparison::less: return order < 0;
    case Comparison::at_most: return order <= 0;
    case Comparison::greater: return order > 0;
    case Comparison::at_least: return order >= 0;
    default: return false;
  }
}

/// Alternatives on one path, and whether none of them may hold.
struct Group {
  std::string path;
  Comparison comparison = Comparison::present;
  std::vector<std::string> operands;
  std::vector<std::shared_ptr<const RE2>> regexes;
};

bool is_negative(Comparison comparison) {
  return comparison == Comparison::not_equal || comparison == Comparison::absent;
}

TextTest glob_test(const std::vector<std::string>& operands) {
  std::vector<Pattern> patterns(operands.begin(), operands.end());
  return [patterns = std::move(patterns)](std::string_view text) { return matches_any(patterns, text); };
}

TextTest regex_test(const std::vector<std::shared_ptr<const RE2>>& regexes) {
  return [regexes](std::string_view text) {
    return std::any_of(regexes.begin(), regexes.end(), [&](const auto& regex) {
      return RE2::PartialMatch(re2::StringPiece{text.data(), text.size()}, *regex);
    });
  };
}

TextTest order_test(Comparison comparison, const std::string& operand) {
  const auto with = parse_ordered(operand);
  if (!with) return [](std::string_view) { return false; };
  return [comparison, with = *with](std::string_view text) {
    const auto order = compare(text, with);
    return order && fits(*order, comparison);
  };
}

// The texts that alone pass, where no operand has wild cards.
std::optional<std::vector<std::string>> plain_texts(const std::vector<std::string>& operands) {
  std::vector<std::string> texts;
  for (const std::string& operand : operands) {
    const Pattern pattern{operand};
    if (!pattern.is_plain()) return std::nullopt;
    texts.push_back(pattern.plain_text());
  }
  return texts;
}

LeafQuestion question_of(const Group& group) {
  LeafQuestion question{group.path, {}, std::nullopt};
  switch (group.comparison) {
    case Comparison::equal:
    case Comparison::not_equal:
      question.test = glob_test(group.operands);
      question.texts = plain_texts(group.operands);
      break;
    case Comparison::matches: question.test = regex_test(group.regexes); break;
    case Comparison::present:
    case Comparison::absent: question.test = [](std::string_view) { return true; }; break;
    default: question.test = order_test(group.comparison, group.operands.front());
  }
  return question;
}

// A path that has a column is asked as everything else asks it: an empty text counts as none.
std::unique_ptr<EventTest> test_column_of(const store::Segment& segment, std::size_t column, TextTest test,
                                          std::shared_ptr<const ShownEvents> shown, bool lazily) {
  return test_column(
      segment, column,
      [test = std::move(test), shown = std::move(shown), column,
       scratch = std::string{}](std::string_view text) mutable {
        const std::string_view value = shown == nullptr ? text : shown->column_text(column, text, scratch);
        return !value.empty() && test(value);
      },
      false, lazily);
}

std::unique_ptr<EventTest> test_group(const store::Segment& segment, const Group& group,
                                      const std::shared_ptr<const ShownEvents>& shown, bool lazily) {
  LeafQuestion question = question_of(group);
  const DerivedField* const field = derived_field(group.path);
  auto test = field != nullptr
                  ? test_column_of(segment, field->columns.front(), std::move(question.test), shown, lazily)
                  : test_leaf(segment, std::move(question), shown, lazily);
  return is_negative(group.comparison) ? test_not(std::move(test)) : std::move(test);
}

}  // namespace

std::unique_ptr<EventTest> test_conditions(const store::Segment& segment, std::span<const Condition> conditions,
                                           bool any, const std::shared_ptr<const ShownEvents>& shown, bool lazily) {
  std::vector<Group> groups;
  for (const Condition& condition : conditions) {
    const bool alternatives =
        !any && (condition.comparison == Comparison::equal || condition.comparison == Comparison::not_equal ||
                 condition.comparison == Comparison::matches);
    auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return alternatives && group.path == condition.path && group.comparison == condition.comparison;
    });
    if (found == groups.end()) found = groups.insert(groups.end(), {condition.path, condition.comparison, {}, {}});
    found->operands.push_back(condition.operand);
    if (condition.regex != nullptr) found->regexes.push_back(condition.regex);
  }
  std::vector<std::unique_ptr<EventTest>> tests;
  for (const Group& group : groups) tests.push_back(test_group(segment, group, shown, lazily));
  return any ? test_any(std::move(tests)) : test_all(std::move(tests));
}

}  // namespace trailkeeper::query
