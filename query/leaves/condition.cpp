#include "query/leaves/condition.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "event/field.h"
#include "query/field_catalogue.h"
#include "query/filter.h"
#include "query/leaves/leaf_test.h"
#include "query/leaves/value_order.h"
#include "query/pattern.h"
#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::query {
namespace {

constexpr std::size_t kLongestPath = 1024;

struct Sign {
  std::string_view text;
  Comparison comparison;
};
// Longer ones first.
constexpr std::array<Sign, 9> kSigns{{{"!=", Comparison::not_equal},
                                      {"<=", Comparison::at_most},
                                      {">=", Comparison::at_least},
                                      {"!?", Comparison::absent},
                                      {"=", Comparison::equal},
                                      {"<", Comparison::less},
                                      {">", Comparison::greater},
                                      {"~", Comparison::matches},
                                      {"?", Comparison::present}}};

text::Problem problem(std::string what, std::size_t offset) { return {std::move(what), {}, offset}; }

/// Where a sign stands, and which.
struct SignPlace {
  std::size_t at = text::npos;
  const Sign* sign = nullptr;
};

// The first sign that isn't behind a `\`.
SignPlace find_sign(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
      continue;
    }
    for (const Sign& sign : kSigns) {
      if (text.substr(at).starts_with(sign.text)) return {at, &sign};
    }
  }
  return {};
}

RE2::Options regex_options() {
  constexpr std::int64_t kMostMemory = std::int64_t{8} << 20;
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  return options;
}

// What is wrong with a path; its offset is within the path.
std::optional<text::Problem> problem_of_path(std::string_view path) {
  if (path.empty()) return problem("a path is missing, such as requestParameters.bucketName", 0);
  if (path.size() > kLongestPath)
    return problem(fmt::format("a path has {} bytes at most", kLongestPath), kLongestPath);
  if (path.back() == '\\' && (path.size() < 2 || path[path.size() - 2] != '\\')) {
    return problem("a '\\' needs a character behind it", path.size() - 1);
  }
  if (!is_field_name(path)) return std::nullopt;
  const auto filter = filter_of_name(path);
  const std::string instead =
      filter ? fmt::format("--{} asks for it", filter_name(*filter)) : "eventTime is the path of the event's time";
  return problem(fmt::format("'{}' is a field's name, not a path: {}", path, instead), 0);
}

// What is wrong with what stands behind a sign; its offset is within that.
std::optional<text::Problem> problem_of_operand(Comparison comparison, std::string_view operand) {
  switch (comparison) {
    case Comparison::equal:
    case Comparison::not_equal: return std::nullopt;
    case Comparison::present:
    case Comparison::absent:
      if (operand.empty()) return std::nullopt;
      return problem("nothing may follow '?'; a '?' in a key is written '\\?'", 0);
    case Comparison::matches: {
      const RE2 regex{re2::StringPiece{operand.data(), operand.size()}, regex_options()};
      if (regex.ok()) return std::nullopt;
      const std::size_t at = operand.find(regex.error_arg());
      return problem(fmt::format("the regular expression can't be used: {}", regex.error()), at == text::npos ? 0 : at);
    }
    default: break;
  }
  if (parse_ordered(operand)) return std::nullopt;
  return problem(fmt::format("'{}' is neither a number nor a time such as 2024-05-01T10:00:00Z", operand), 0);
}

}  // namespace

text::Result<Condition> parse_condition(std::string_view text) {
  if (text.size() > kLongestCondition) {
    return problem(fmt::format("a condition has {} bytes at most", kLongestCondition), kLongestCondition);
  }
  if (!text::valid_utf8(text)) return problem("it isn't UTF-8", 0);
  const SignPlace place = find_sign(text);
  if (place.sign == nullptr) {
    return problem("there is no comparison in it: one of = != < <= > >= ~ ? !? behind the path", text.size());
  }
  Condition condition{std::string{text.substr(0, place.at)}, place.sign->comparison, {}};
  if (auto wrong = problem_of_path(condition.path)) return *wrong;
  const std::size_t begin = place.at + place.sign->text.size();
  condition.operand = text.substr(begin);
  if (auto wrong = problem_of_operand(condition.comparison, condition.operand)) {
    wrong->offset += begin;
    return *wrong;
  }
  return condition;
}

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
};

bool is_negative(Comparison comparison) {
  return comparison == Comparison::not_equal || comparison == Comparison::absent;
}

TextTest glob_test(const std::vector<std::string>& operands) {
  std::vector<Pattern> patterns(operands.begin(), operands.end());
  return [patterns = std::move(patterns)](std::string_view text) { return matches_any(patterns, text); };
}

TextTest regex_test(const std::vector<std::string>& operands) {
  auto regexes = std::make_shared<std::vector<std::unique_ptr<RE2>>>();
  for (const std::string& operand : operands) regexes->push_back(std::make_unique<RE2>(operand, regex_options()));
  return [regexes](std::string_view text) {
    return std::any_of(regexes->begin(), regexes->end(), [&](const auto& regex) {
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
    case Comparison::matches: question.test = regex_test(group.operands); break;
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

std::unique_ptr<EventTest> test_conditions(const store::Segment& segment, std::span<const std::string> texts, bool any,
                                           const std::shared_ptr<const ShownEvents>& shown, bool lazily) {
  std::vector<Group> groups;
  for (const std::string& text : texts) {
    auto condition = parse_condition(text);
    if (!condition) throw std::invalid_argument("a filter has a condition that is none: " + condition.error().message);
    const bool alternatives =
        !any && (condition->comparison == Comparison::equal || condition->comparison == Comparison::not_equal ||
                 condition->comparison == Comparison::matches);
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return alternatives && group.path == condition->path && group.comparison == condition->comparison;
    });
    if (found != groups.end()) {
      found->operands.push_back(std::move(condition->operand));
    } else {
      groups.push_back({std::move(condition->path), condition->comparison, {std::move(condition->operand)}});
    }
  }
  std::vector<std::unique_ptr<EventTest>> tests;
  for (const Group& group : groups) tests.push_back(test_group(segment, group, shown, lazily));
  return any ? test_any(std::move(tests)) : test_all(std::move(tests));
}

}  // namespace trailkeeper::query
