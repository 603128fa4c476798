#include "text/json_value.h"

#include <algorithm>
#include <array>
#include <string>

#include "text/ascii.h"
#include "text/json_number.h"
#include "text/json_text.h"

namespace trailkeeper::text {
namespace {

bool take_string(std::string_view json, std::size_t& at) {
  constexpr unsigned char kFirstAllowed = 0x20;
  const std::size_t end = json_string_end(json, at);
  if (end == npos) return false;
  const std::string_view between = json.substr(at + 1, end - at - 2);
  at = end;
  return std::all_of(between.begin(), between.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= kFirstAllowed; }) &&
         valid_escapes(between);
}

bool take_scalar(std::string_view json, std::size_t& at) {
  constexpr std::array<std::string_view, 3> kLiterals{"true", "false", "null"};
  if (json[at] == '"') return take_string(json, at);
  const std::size_t end = std::min(json.find_first_of(" \t\r\n,:]}[{\"", at), json.size());
  const std::string_view token = json.substr(at, end - at);
  at = end;
  return is_json_number(token) || std::find(kLiterals.begin(), kLiterals.end(), token) != kLiterals.end();
}

// A member's name and its colon.
bool take_name(std::string_view json, std::size_t& at) {
  at = skip_json_space(json, at);
  if (at >= json.size() || json[at] != '"' || !take_string(json, at)) return false;
  at = skip_json_space(json, at);
  return at < json.size() && json[at++] == ':';
}

// What closes the arrays and objects that end at `at`, and the comma before the next value; false if it is neither.
bool take_behind_value(std::string_view json, std::size_t& at, std::string& open) {
  while (!open.empty()) {
    at = skip_json_space(json, at);
    if (at >= json.size()) return false;
    const char c = json[at++];
    if (c == ',') return open.back() != '{' || take_name(json, at);
    if (c != (open.back() == '{' ? '}' : ']')) return false;
    open.pop_back();
  }
  return true;
}

}  // namespace

std::size_t json_value_end(std::string_view json, std::size_t at) {
  std::string open;  // The brackets that are open.
  do {
    at = skip_json_space(json, at);
    if (at >= json.size()) return npos;
    const char c = json[at];
    if (c == '{' || c == '[') {
      const std::size_t inside = skip_json_space(json, at + 1);
      const bool empty = inside < json.size() && json[inside] == (c == '{' ? '}' : ']');
      at = empty ? inside + 1 : at + 1;
      if (!empty) {
        open.push_back(c);
        if (c == '{' && !take_name(json, at)) return npos;
        continue;
      }
    } else if (!take_scalar(json, at)) {
      return npos;
    }
    if (!take_behind_value(json, at, open)) return npos;
  } while (!open.empty());
  return at;
}

}  // namespace trailkeeper::text
