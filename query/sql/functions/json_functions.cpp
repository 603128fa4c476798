// Functions of JSON, as Trino has them.
#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <variant>
#include <vector>

#include "query/sql/functions/call.h"
#include "query/sql/functions/json_form.h"
#include "query/sql/functions/json_view.h"
#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::query::sql {
namespace {

/// A step of a JSON path: a member's name or an element's place.
using PathStep = std::variant<std::string, std::int64_t>;
using JsonPath = std::vector<PathStep>;

[[noreturn]] void refuse_path(std::string_view path) {
  throw CallFailed{
      fmt::format("'{}' isn't a JSON path that is supported: $.name, [0] and [\"name\"] are", path.substr(0, 60))};
}

// What stands between the brackets.
PathStep bracket_step(std::string_view inside, std::string_view path) {
  const char quote = inside.empty() ? '\0' : inside.front();
  if ((quote == '"' || quote == '\'') && inside.size() >= 2 && inside.back() == quote) {
    return std::string{inside.substr(1, inside.size() - 2)};
  }
  std::int64_t place = 0;
  if (!text::is_digits(inside) || inside.size() > 9) refuse_path(path);
  std::from_chars(inside.data(), inside.data() + inside.size(), place);
  return place;
}

std::shared_ptr<const JsonPath> parse_json_path(std::string_view path) {
  auto steps = std::make_shared<JsonPath>();
  std::string_view rest = path;
  if (rest.starts_with('$')) rest.remove_prefix(1);
  while (!rest.empty()) {
    if (rest.front() == '[') {
      const std::size_t end = rest.find(']');
      if (end == text::npos) refuse_path(path);
      steps->push_back(bracket_step(rest.substr(1, end - 1), path));
      rest.remove_prefix(end + 1);
      continue;
    }
    if (rest.front() == '.') {
      rest.remove_prefix(1);
    } else if (!steps->empty() || path.starts_with('$')) {
      refuse_path(path);
    }
    const std::size_t end = std::min(rest.find_first_of(".["), rest.size());
    const std::string_view key = rest.substr(0, end);
    if (key.empty() || key == "*" || key.find_first_of("()?@") != text::npos) refuse_path(path);
    steps->push_back(std::string{key});
    rest.remove_prefix(end);
  }
  return steps;
}

// Nothing if the text isn't JSON or hasn't got it.
std::optional<std::string_view> value_at(Call& call) {
  const auto path = call.kept<JsonPath>(1, parse_json_path);
  const std::string_view json = call.text(0);
  if (!is_json(json)) return std::nullopt;
  std::optional<std::string_view> value = text::trimmed(json);
  for (const PathStep& step : *path) {
    if (const auto* const key = std::get_if<std::string>(&step)) {
      value = json_member(*value, *key);
    } else {
      value = json_element(*value, std::get<std::int64_t>(step));
    }
    if (!value) return std::nullopt;
  }
  return value;
}

bool is_scalar(std::string_view json) { return !json.empty() && json.front() != '{' && json.front() != '['; }

void json_extract(Call& call) { give_json(call, value_at(call), 'j'); }

void json_extract_scalar(Call& call) {
  const auto value = value_at(call);
  if (!value || !is_scalar(*value)) return call.give_null();
  give_json(call, value, 's');
}

void json_size(Call& call) {
  const auto value = value_at(call);
  if (!value) return call.give_null();
  std::int64_t size = 0;
  if (!for_each_element(*value, [&](std::string_view) { return ++size > 0; })) {
    for_each_member(*value, [&](const std::string&, std::string_view) { return ++size > 0; });
  }
  call.give(size);
}

void json_parse(Call& call) {
  const std::string_view json = call.text(0);
  if (!is_json(json)) throw CallFailed{"json_parse: the text isn't JSON"};
  std::string out;
  text::append_minified(json, out);
  call.give(std::string_view{out});
}

// As cast(json as varchar).
void json_text(Call& call) {
  const std::string_view json = call.text(0);
  if (!is_scalar(json)) throw CallFailed{"an object or array of json can't be cast to varchar: use json_format"};
  give_json(call, json, 's');
}

void json_string(Call& call) {
  std::string out;
  text::append_quoted(call.text(0), out);
  call.give(std::string_view{out});
}

void json_shape(Call& call) {
  if (call.text(0) == "null") return call.give_null();
  if (!call.text(0).starts_with(call.text(1))) {
    throw CallFailed{call.text(1) == "[" ? "this json is no array" : "this json is no object"};
  }
  call.give_value(0);
}

void json_array_get(Call& call) {
  const auto value = json_element(call.text(0), call.integer(1));
  give_json(call, value, 'j');
}

void json_array_length(Call& call) {
  std::int64_t size = 0;
  if (!for_each_element(call.text(0), [&](std::string_view) { return ++size > 0; })) return call.give_null();
  call.give(size);
}

void json_array_contains(Call& call) {
  std::string wanted;
  append_json(call.value(1), call.text(2).front(), wanted);
  bool found = false;
  const bool array = for_each_element(call.text(0), [&](std::string_view value) {
    const auto plain = json_plain(value);
    const auto text = json_plain(wanted);
    found = plain && text && *plain == *text && (value.front() == '"') == (wanted.front() == '"');
    return !found;
  });
  if (!array) return call.give_null();
  call.give_truth(found);
}

template <void (*Give)(Call&, const std::string&)>
void of_scalar(Call& call) {
  const auto plain = json_plain(call.text(0));
  if (!plain) return call.give_null();
  Give(call, *plain);
}

void give_bigint(Call& call, const std::string& text) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  std::int64_t whole = 0;
  const auto exact = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (exact.ec == std::errc{} && exact.ptr == text.data() + text.size()) return call.give(whole);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || !(number > -9e18 && number < 9e18)) {
    throw CallFailed{fmt::format("the json '{}' is no bigint", text.substr(0, 60))};
  }
  call.give(static_cast<std::int64_t>(number < 0 ? number - 0.5 : number + 0.5));
}

void give_double(Call& call, const std::string& text) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    throw CallFailed{fmt::format("the json '{}' is no double", text.substr(0, 60))};
  }
  call.give(number);
}

void give_boolean(Call& call, const std::string& text) {
  if (text != "true" && text != "false")
    throw CallFailed{fmt::format("the json '{}' is no boolean", text.substr(0, 60))};
  call.give_truth(text == "true");
}

// A field of a row, in any case.
void field(Call& call) {
  if (call.is_null(0)) return call.give_null();
  std::optional<std::string_view> found;
  bool exact = false;
  const std::string_view wanted = call.text(1);
  for_each_member(call.text(0), [&](const std::string& key, std::string_view value) {
    if (key == wanted || (!exact && text::same_ignoring_case(key, wanted))) {
      found = value;
      exact = key == wanted;
    }
    return true;
  });
  give_json(call, found, call.text(2).front());
}

// An element that json_each gives: its value and its type, as one of SQL's form.
void element(Call& call) {
  const char form = call.text(2).front();
  const std::string_view type = call.text(1);
  if (call.is_null(0) && !(form == 'j' && type == "null")) return call.give_null();
  const bool truth = type == "true" || type == "false";
  if (form == 's') {
    if (truth) return call.give(type);
    return call.give(call.text(0));
  }
  if (form == 'j') {
    if (type == "text") return json_string(call);
    if (truth || type == "null") return call.give(type);
    return call.give(call.text(0));
  }
  if (form == 'b') return truth ? call.give_truth(type == "true") : call.give_null();
  if (call.is_text(0) || truth) return call.give_null();
  call.give_value(0);
}

constexpr ScalarFunction kJsonFunctions[] = {
    {"json_extract", 2, true, json_extract},
    {"json_extract_scalar", 2, true, json_extract_scalar},
    {"json_size", 2, true, json_size},
    {"json_parse", 1, true, json_parse},
    {"json_format", 1, true, [](Call& call) { call.give_value(0); }},
    {"json_text", 1, true, json_text},
    {"json_string", 1, true, json_string},
    {"json_shape", 2, true, json_shape},
    {"json_array_get", 2, true, json_array_get},
    {"json_array_length", 1, true, json_array_length},
    {"json_array_contains", 3, true, json_array_contains},
    {"is_json_scalar", 1, true, [](Call& call) { call.give_truth(is_scalar(text::trimmed(call.text(0)))); }},
    {"json_bigint", 1, true, of_scalar<give_bigint>},
    {"json_number", 2, true, of_scalar<give_double>},
    {"json_boolean", 1, true, of_scalar<give_boolean>},
    {"field", 3, false, field},
    {"element", 3, false, element},
};

}  // namespace

void append_json(sqlite3_value* value, char form, std::string& out) {
  const int type = sqlite3_value_type(value);
  if (type == SQLITE_NULL) {
    out += "null";
    return;
  }
  const auto* const bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
  const std::string_view text{bytes, static_cast<std::size_t>(sqlite3_value_bytes(value))};
  if (form == 's') {
    text::append_quoted(text, out);
  } else if (form == 'b') {
    out += text == "0" ? "false" : "true";
  } else {
    out += text;
  }
}

void give_json(Call& call, std::optional<std::string_view> json, char form) {
  if (!json) return call.give_null();
  if (form == 'j') {
    std::string out;
    text::append_minified(*json, out);
    return call.give(std::string_view{out});
  }
  const auto plain = json_plain(*json);
  if (!plain) return call.give_null();
  if (form == 's') {
    if (is_scalar(*json)) return call.give(std::string_view{*plain});
    std::string out;
    text::append_minified(*plain, out);
    return call.give(std::string_view{out});
  }
  if (form == 'i') return give_bigint(call, *plain);
  if (form == 'd') return give_double(call, *plain);
  give_boolean(call, *plain);
}

std::span<const ScalarFunction> json_functions() { return kJsonFunctions; }

}  // namespace trailkeeper::query::sql
