#include "event/json_equal.h"

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "event/json_text.h"

namespace trailkeeper::event {
namespace {

namespace dom = simdjson::dom;

using Member = std::pair<std::string_view, dom::element>;

std::vector<Member> sorted_members(dom::object object) {
  std::vector<Member> members;
  for (const auto& [key, value] : object) members.emplace_back(key, value);
  std::stable_sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.first < b.first; });
  return members;
}

bool same(dom::element a, dom::element b);

bool same_objects(dom::object a, dom::object b) {
  const std::vector<Member> left = sorted_members(a);
  const std::vector<Member> right = sorted_members(b);
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(),
                    [](const Member& x, const Member& y) { return x.first == y.first && same(x.second, y.second); });
}

bool same_arrays(dom::array a, dom::array b) {
  auto right = b.begin();
  for (const dom::element element : a) {
    if (!(right != b.end()) || !same(element, *right)) return false;
    ++right;
  }
  return !(right != b.end());
}

bool is_number(dom::element_type type) {
  return type == dom::element_type::INT64 || type == dom::element_type::UINT64 || type == dom::element_type::DOUBLE;
}

bool same(dom::element a, dom::element b) {
  const dom::element_type type = a.type();
  if (is_number(type) && is_number(b.type()) && type != b.type()) return double{a} == double{b};
  if (type != b.type()) return false;
  switch (type) {
    case dom::element_type::OBJECT: return same_objects(a.get_object().value_unsafe(), b.get_object().value_unsafe());
    case dom::element_type::ARRAY: return same_arrays(a.get_array().value_unsafe(), b.get_array().value_unsafe());
    case dom::element_type::STRING: return std::string_view{a} == std::string_view{b};
    case dom::element_type::INT64: return std::int64_t{a} == std::int64_t{b};
    case dom::element_type::UINT64: return std::uint64_t{a} == std::uint64_t{b};
    case dom::element_type::DOUBLE: return double{a} == double{b};
    case dom::element_type::BOOL: return bool{a} == bool{b};
    case dom::element_type::NULL_VALUE: return true;
  }
  return false;
}

std::string minified(std::string_view json) {
  std::string out;
  append_minified(json, out);
  return out;
}

}  // namespace

bool same_json(std::string_view a, std::string_view b) {
  if (a == b) return true;
  dom::parser left_parser;
  dom::parser right_parser;
  const simdjson::padded_string left_text{a};
  const simdjson::padded_string right_text{b};
  dom::element left;
  dom::element right;
  if (left_parser.parse(left_text).get(left) || right_parser.parse(right_text).get(right)) {
    // Numbers beyond what simdjson's DOM holds, or lone surrogates: then the spelling counts.
    return minified(a) == minified(b);
  }
  return same(left, right);
}

}  // namespace trailkeeper::event
