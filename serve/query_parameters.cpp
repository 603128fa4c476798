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
    if (const auto wrong = query::add_value(filter, *word, value)) problem = name + ": " + *wrong;
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

// What the regular expressions may take; conditions of other kinds have a `~` seldom enough.
std::size_t most_regex_bytes(const std::vector<Parameter>& parameters) {
  const auto may_have_regex = [](const Parameter& parameter) {
    return parameter.name.ends_with("where") && parameter.value.find('~') != std::string::npos;
  };
  const auto count = std::count_if(parameters.begin(), parameters.end(), may_have_regex);
  return std::min(static_cast<std::size_t>(count), query::kMostRegexes) * query::kRegexBytes;
}

}  // namespace

std::optional<EncodedParameter> take_encoded_parameter(std::string_view& query) {
  query.remove_prefix(std::min(query.find_first_not_of('&'), query.size()));
  if (query.empty()) return std::nullopt;
  const std::string_view one = query.substr(0, query.find('&'));
  query.remove_prefix(one.size());
  const std::size_t equals = std::min(one.find('='), one.size());
  return EncodedParameter{one.substr(0, equals), one.substr(std::min(equals + 1, one.size()))};
}

std::optional<std::vector<Parameter>> parse_parameters(std::string_view query) {
  std::vector<Parameter> parameters;
  while (const auto encoded = take_encoded_parameter(query)) {
    auto name = percent_decoded(encoded->name, true);
    auto value = percent_decoded(encoded->value, true);
    if (!name || !value || parameters.size() == kMostParameters) return std::nullopt;
    parameters.push_back({std::move(*name), std::move(*value)});
  }
  return parameters;
}

std::string take_filter(std::vector<Parameter>& parameters, text::Timestamp now, query::Filter& filter,
                        query::MemoryBudget::Charge& charge) {
  charge.add(most_regex_bytes(parameters));
  std::vector<Parameter> left;
  for (Parameter& parameter : parameters) {
    std::string name = parameter.name;
    std::replace(name.begin(), name.end(), '_', '-');
    std::string problem;
    if (!take_one(name, parameter.value, now, filter, problem)) left.push_back(std::move(parameter));
    if (!problem.empty()) return problem;
  }
  parameters = std::move(left);
  charge.shrink(filter.regex_bytes());
  return {};
}

}  // namespace trailkeeper::serve
