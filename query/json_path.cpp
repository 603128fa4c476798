#include "query/json_path.h"

#include <simdjson.h>

#include <vector>

#include "event/shape.h"
#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::query {

namespace ondemand = simdjson::ondemand;

namespace {

struct Step {
  std::string key;
  int arrays = 0;  // How many [] follow the key.
};

std::vector<Step> split_path(std::string_view path) {
  std::vector<Step> steps(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\' && i + 1 < path.size()) {
      steps.back().key.push_back(path[++i]);
    } else if (path[i] == '.') {
      steps.emplace_back();
    } else if (path.substr(i, 2) == "[]") {
      ++steps.back().arrays;
      ++i;
    } else {
      steps.back().key.push_back(path[i]);
    }
  }
  return steps;
}

// The text of a JSON value as it stands in the document.
std::string_view text_of(ondemand::value value) {
  std::string_view text;
  ondemand::json_type type{};
  if (value.type().get(type)) return {};
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (value.get_object().get(object) || object.raw_json().get(text)) return {};
  } else if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (value.get_array().get(array) || array.raw_json().get(text)) return {};
  } else {
    text = value.raw_json_token();
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

void collect(ondemand::value value, const std::vector<Step>& steps, std::size_t next, int arrays,
             std::vector<std::string_view>& found);

void collect_member(ondemand::object object, const std::vector<Step>& steps, std::size_t next,
                    std::vector<std::string_view>& found) {
  const std::size_t before = found.size();
  for (auto member : object) {
    ondemand::field field;
    std::string_view key;
    if (std::move(member).get(field) || field.unescaped_key().get(key)) return;
    if (key != steps[next].key) continue;
    found.resize(before);
    collect(field.value(), steps, next + 1, steps[next].arrays, found);
  }
}

void collect(ondemand::value value, const std::vector<Step>& steps, std::size_t next, int arrays,
             std::vector<std::string_view>& found) {
  if (arrays > 0) {
    ondemand::array array;
    if (value.get_array().get(array)) return;
    for (auto element : array) {
      ondemand::value inner;
      if (element.get(inner)) return;
      collect(inner, steps, next, arrays - 1, found);
    }
    return;
  }
  if (next == steps.size()) {
    found.push_back(text_of(value));
    return;
  }
  ondemand::object object;
  if (!value.get_object().get(object)) collect_member(object, steps, next, found);
}

/// Follows a path in any case.
class Spellings {
 public:
  Spellings(std::string_view path, const std::function<void(const std::string&)>& visit)
      : wanted_(text::lowered(path)), visit_(visit) {}

  void look_at(ondemand::object object, const std::string& place) {
    for (auto member : object) {
      ondemand::field field;
      std::string_view key;
      if (std::move(member).get(field) || field.unescaped_key().get(key)) return;
      std::string inner = place;
      if (!inner.empty()) inner += '.';
      event::append_path_key(key, inner);
      look_at(field.value(), inner);
    }
  }

 private:
  void look_at(ondemand::value value, const std::string& place) {
    const std::string lowered = text::lowered(place);
    if (!wanted_.starts_with(lowered)) return;
    const std::string_view rest = std::string_view{wanted_}.substr(lowered.size());
    if (rest.empty()) {
      visit_(place);
    } else if (rest.starts_with('.')) {
      ondemand::object object;
      if (!value.get_object().get(object)) look_at(object, place);
    } else if (rest.starts_with("[]")) {
      ondemand::array array;
      if (value.get_array().get(array)) return;
      for (auto element : array) {
        ondemand::value inner;
        if (element.get(inner)) return;
        look_at(inner, place + "[]");
      }
    }
  }

  std::string wanted_;
  const std::function<void(const std::string&)>& visit_;
};

}  // namespace

void for_each_spelling_of(std::string_view json, std::string_view path,
                          const std::function<void(const std::string&)>& visit) {
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING).get(document) ||
      document.get_object().get(object)) {
    return;
  }
  Spellings{path, visit}.look_at(object, {});
}

bool gives_list(std::string_view path) { return path.find("[]") != std::string_view::npos; }

void for_each_value_at(std::string_view json, std::string_view path,
                       const std::function<void(std::string_view)>& visit) {
  const std::vector<Step> steps = split_path(path);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object object;
  std::vector<std::string_view> found;
  if (parser.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING).get(document) ||
      document.get_object().get(object)) {
    return;
  }
  collect_member(object, steps, 0, found);
  if (!gives_list(path) && found.size() > 1) found.resize(1);
  for (const std::string_view value : found) visit(value);
}

std::string json_at(std::string_view json, std::string_view path) {
  const bool list = gives_list(path);
  std::string out;
  for_each_value_at(json, path, [&](std::string_view value) {
    if (list) out.push_back(out.empty() ? '[' : ',');
    out.append(value);
  });
  if (list && !out.empty()) out.push_back(']');
  return out;
}

std::string display_text(std::string_view json_value) {
  if (json_value == "null") return {};
  std::string out;
  if (json_value.size() >= 2 && json_value.front() == '"') {
    text::append_unescaped(json_value.substr(1, json_value.size() - 2), out);
  } else {
    text::append_minified(json_value, out);
  }
  return out;
}

}  // namespace trailkeeper::query
