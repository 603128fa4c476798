#include "query/sql/functions/json_view.h"

#include <vector>

#include "text/ascii.h"
#include "text/json_text.h"
#include "text/json_value.h"

namespace trailkeeper::query::sql {

bool for_each_element(std::string_view json, const std::function<bool(std::string_view)>& visit) {
  std::size_t at = text::skip_json_space(json, 0);
  if (at >= json.size() || json[at] != '[') return false;
  at = text::skip_json_space(json, at + 1);
  while (at < json.size() && json[at] != ']') {
    const std::size_t end = text::json_value_end(json, at);
    if (end == text::npos) return false;
    if (!visit(json.substr(at, end - at))) return true;
    at = text::skip_json_space(json, end);
    if (at < json.size() && json[at] == ',') at = text::skip_json_space(json, at + 1);
  }
  return true;
}

bool for_each_member(std::string_view json, const std::function<bool(const std::string&, std::string_view)>& visit) {
  std::size_t at = text::skip_json_space(json, 0);
  if (at >= json.size() || json[at] != '{') return false;
  at = text::skip_json_space(json, at + 1);
  std::string key;
  while (at < json.size() && json[at] == '"') {
    const std::size_t key_end = text::json_string_end(json, at);
    if (key_end == text::npos) return false;
    key.clear();
    const std::string_view raw = json.substr(at + 1, key_end - at - 2);
    if (!text::valid_escapes(raw)) return false;
    text::append_unescaped(raw, key);
    at = text::skip_json_space(json, key_end);
    if (at >= json.size() || json[at] != ':') return false;
    at = text::skip_json_space(json, at + 1);
    const std::size_t end = text::json_value_end(json, at);
    if (end == text::npos) return false;
    if (!visit(key, json.substr(at, end - at))) return true;
    at = text::skip_json_space(json, end);
    if (at < json.size() && json[at] == ',') at = text::skip_json_space(json, at + 1);
  }
  return true;
}

std::optional<std::string_view> json_member(std::string_view json, std::string_view key) {
  std::optional<std::string_view> found;
  for_each_member(json, [&](const std::string& name, std::string_view value) {
    if (name == key) found = value;
    return true;
  });
  return found;
}

std::optional<std::string_view> json_element(std::string_view json, std::int64_t place) {
  std::optional<std::string_view> found;
  if (place < 0) {
    std::vector<std::string_view> all;
    for_each_element(json, [&](std::string_view value) { return all.push_back(value), true; });
    place += static_cast<std::int64_t>(all.size());
    if (place >= 0) found = all[static_cast<std::size_t>(place)];
    return found;
  }
  for_each_element(json, [&](std::string_view value) {
    if (place-- > 0) return true;
    found = value;
    return false;
  });
  return found;
}

bool is_json(std::string_view text) {
  const std::size_t end = text::json_value_end(text, 0);
  return end != text::npos && text::skip_json_space(text, end) == text.size();
}

std::optional<std::string> json_plain(std::string_view value) {
  if (value == "null") return std::nullopt;
  if (value.size() < 2 || value.front() != '"') return std::string{value};
  const std::string_view raw = value.substr(1, value.size() - 2);
  std::string out;
  if (text::valid_escapes(raw)) text::append_unescaped(raw, out);
  return out;
}

}  // namespace trailkeeper::query::sql
