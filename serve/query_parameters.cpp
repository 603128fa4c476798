#include "serve/query_parameters.h"

#include <algorithm>

#include "query/filter_value.h"
#include "text/percent.h"
#include "text/time_argument.h"

namespace trailkeeper::serve {
namespace {

constexpr std::size_t kMostParameters = 1000;

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const auto byte = text::percent_byte(text, i);
    if (!byte) return std::nullopt;
    out.push_back(*byte);
    i += 2;
  }
  return out;
}

namespace {

// read-only and write-only, which are true or false, and the same with not- before them.
bool take_access_type(std::string_view name, const std::string& value, query::Filter& filter, std::string& problem) {
  const bool negated = name.starts_with("not-");
  if (negated) name.remove_prefix(4);
  const bool read_only = name == "read-only" || name == "readOnly";
  if (!read_only && name != "write-only") return false;
  if (value != "true" && value != "false" && !value.empty()) {
    problem = std::string{name} + ": '" + value + "' is neither true nor false";
  }
  const bool wanted = read_only == (value != "false");
  if (negated) {
    filter.add(query::FilterField::read_only, wanted ? "true" : "false", true);
    return true;
  }
  if (filter.read_only && *filter.read_only != wanted) problem = "read-only and write-only exclude each other";
  filter.read_only = wanted;
  return true;
}

// Takes one parameter's value for the filter; false if the name isn't a filter's.
bool take_one(const std::string& name, const std::string& value, text::Timestamp now, query::Filter& filter,
              std::string& problem) {
  if (take_access_type(name, value, filter, problem)) return true;
  if (const auto word = query::signed_filter_of_name(name)) {
    if (const auto wrong = query::problem_of_value(word->field, value)) problem = name + ": " + *wrong;
    filter.add(word->field, value, word->negated);
    return true;
  }
  if (name != "since" && name != "until") return false;
  const auto time = text::parse_time_argument(value, now);
  if (!time) {
    problem =
        name + ": '" + value + "' is not a time; give 2024-05-01, 2024-05-01T10:00:00Z, or an age such as 15m, 36h, 7d";
  }
  (name == "since" ? filter.since : filter.until) = time;
  return true;
}

}  // namespace

std::optional<std::vector<Parameter>> parse_parameters(std::string_view query) {
  std::vector<Parameter> parameters;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view one = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (one.empty()) continue;
    const std::size_t equals = one.find('=');
    auto name = percent_decoded(one.substr(0, equals), true);
    auto value = percent_decoded(equals == std::string_view::npos ? std::string_view{} : one.substr(equals + 1), true);
    if (!name || !value || parameters.size() == kMostParameters) return std::nullopt;
    parameters.push_back({std::move(*name), std::move(*value)});
  }
  return parameters;
}

std::string take_filter(std::vector<Parameter>& parameters, text::Timestamp now, query::Filter& filter) {
  std::string problem;
  std::vector<Parameter> left;
  for (Parameter& parameter : parameters) {
    std::string name = parameter.name;
    std::replace(name.begin(), name.end(), '_', '-');
    std::string own;
    if (!take_one(name, parameter.value, now, filter, own)) left.push_back(std::move(parameter));
    if (problem.empty()) problem = std::move(own);
  }
  parameters = std::move(left);
  return problem;
}

}  // namespace trailkeeper::serve
