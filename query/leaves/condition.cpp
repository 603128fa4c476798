#include "query/leaves/condition.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "event/field.h"
#include "query/field_catalogue.h"
#include "query/filter.h"
#include "query/leaves/value_order.h"
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

std::shared_ptr<const RE2> compiled(std::string_view regex) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(kRegexBytes));
  return std::make_shared<const RE2>(re2::StringPiece{regex.data(), regex.size()}, options);
}

// What is wrong with a path; its offset is within the path.
std::optional<text::Problem> problem_of_path(std::string_view path) {
  if (path.empty()) return problem("a path is missing, such as requestParameters.bucketName", 0);
  if (path.size() > kLongestPath)
    return problem(fmt::format("a path has {} bytes at most", kLongestPath), kLongestPath);
  if (path.back() == '\\' && (path.size() < 2 || path[path.size() - 2] != '\\')) {
    return problem("a '\\' needs a character after it", path.size() - 1);
  }
  if (!is_field_name(path)) return std::nullopt;
  const auto filter = filter_of_name(path);
  const std::string instead =
      filter ? fmt::format("--{} asks for it", filter_name(*filter)) : "eventTime is the path of the event's time";
  return problem(fmt::format("'{}' is a field's name, not a path: {}", path, instead), 0);
}

std::optional<text::Problem> problem_of_regex(const RE2& regex, std::string_view text) {
  if (regex.ok()) return std::nullopt;
  if (regex.error_code() == RE2::ErrorPatternTooLarge) {
    return problem(fmt::format("the regular expression takes more than {} MiB of memory", kRegexBytes >> 20U), 0);
  }
  const std::size_t at = text.find(regex.error_arg());
  return problem(fmt::format("the regular expression can't be used: {}", regex.error()), at == text::npos ? 0 : at);
}

// Takes what stands behind a sign, or says what is wrong with it; the offset is within that.
std::optional<text::Problem> take_operand(std::string_view operand, Condition& condition) {
  condition.operand = operand;
  switch (condition.comparison) {
    case Comparison::equal:
    case Comparison::not_equal: return std::nullopt;
    case Comparison::present:
    case Comparison::absent:
      if (operand.empty()) return std::nullopt;
      return problem("nothing may follow '?'; a '?' in a key is written '\\?'", 0);
    case Comparison::matches: condition.regex = compiled(operand); return problem_of_regex(*condition.regex, operand);
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
    return problem("there is no comparison in it: one of = != < <= > >= ~ ? !? after the path", text.size());
  }
  Condition condition{std::string{text.substr(0, place.at)}, place.sign->comparison, {}, nullptr};
  if (auto wrong = problem_of_path(condition.path)) return *wrong;
  const std::size_t begin = place.at + place.sign->text.size();
  if (auto wrong = take_operand(text.substr(begin), condition)) {
    wrong->offset += begin;
    return *wrong;
  }
  return condition;
}

}  // namespace trailkeeper::query
