// Functions of arrays and maps, which are JSON texts. After each array comes its elements' form (query/sql/type.h).
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "query/sql/functions/call.h"
#include "query/sql/functions/json_form.h"
#include "query/sql/functions/json_view.h"
#include "query/sql/heap_meter.h"
#include "text/json_text.h"

namespace trailkeeper::query::sql {
namespace {

/// An array may have millions of elements: these count as the query's memory.
using Elements = std::vector<std::string_view, HeapAllocator<std::string_view>>;
using ElementSet = std::set<std::string, std::less<>, HeapAllocator<std::string>>;

Elements elements_of(std::string_view json) {
  Elements all;
  for_each_element(json, [&](std::string_view value) { return all.push_back(value), true; });
  return all;
}

// An element such that equal ones are equal texts: strings without their escapes.
std::string comparable(std::string_view json) {
  if (json.empty() || json.front() != '"') return std::string{json};
  return "\"" + json_plain(json).value_or("");
}

void give_array(Call& call, const Elements& elements) {
  std::string out = "[";
  for (const std::string_view element : elements) {
    if (out.size() > 1) out.push_back(',');
    out += element;
    call.check_length(out.size());
  }
  out.push_back(']');
  call.give(std::string_view{out});
}

void array(Call& call) {
  const char form = call.text(0).front();
  std::string out = "[";
  for (std::size_t i = 1; i < call.size(); ++i) {
    if (i > 1) out.push_back(',');
    append_json(call.value(i), form, out);
    call.check_length(out.size());
  }
  out.push_back(']');
  call.give(std::string_view{out});
}

void array_concat(Call& call) {
  Elements all;
  for (std::size_t i = 0; i < call.size(); ++i) {
    for (const std::string_view element : elements_of(call.text(i))) all.push_back(element);
  }
  give_array(call, all);
}

void array_element_at(Call& call) {
  if (call.integer(1) == 0) throw CallFailed{"an array's elements are counted from 1"};
  const std::int64_t place = call.integer(1) > 0 ? call.integer(1) - 1 : call.integer(1);
  give_json(call, json_element(call.text(0), place), call.text(2).front());
}

void array_subscript(Call& call) {
  if (call.integer(1) <= 0) throw CallFailed{"an array's elements are counted from 1"};
  const auto found = json_element(call.text(0), call.integer(1) - 1);
  if (!found) throw CallFailed{"the array has fewer elements: element_at gives NULL instead"};
  give_json(call, found, call.text(2).front());
}

void map_element_at(Call& call) { give_json(call, json_member(call.text(0), call.text(1)), call.text(2).front()); }

void map_subscript(Call& call) {
  const auto found = json_member(call.text(0), call.text(1));
  if (!found) throw CallFailed{"the map has no such key: element_at gives NULL instead"};
  give_json(call, found, call.text(2).front());
}

void cardinality(Call& call) {
  std::int64_t size = 0;
  if (!for_each_element(call.text(0), [&](std::string_view) { return ++size > 0; })) {
    for_each_member(call.text(0), [&](const std::string&, std::string_view) { return ++size > 0; });
  }
  call.give(size);
}

// NULL if it isn't there but a NULL is: it might be that.
void array_contains(Call& call) {
  std::string wanted;
  append_json(call.value(1), call.text(2).front(), wanted);
  wanted = comparable(wanted);
  bool found = false;
  bool has_null = false;
  for_each_element(call.text(0), [&](std::string_view value) {
    has_null = has_null || value == "null";
    found = comparable(value) == wanted;
    return !found;
  });
  if (!found && has_null) return call.give_null();
  call.give_truth(found);
}

void array_position(Call& call) {
  std::string wanted;
  append_json(call.value(2), call.text(3).front(), wanted);
  wanted = comparable(wanted);
  std::int64_t place = 0;
  std::int64_t found = 0;
  for_each_element(call.text(0), [&](std::string_view value) {
    ++place;
    if (comparable(value) == wanted) found = place;
    return found == 0;
  });
  call.give(found);
}

void array_remove(Call& call) {
  std::string wanted;
  append_json(call.value(2), call.text(3).front(), wanted);
  wanted = comparable(wanted);
  Elements kept = elements_of(call.text(0));
  std::erase_if(kept, [&](std::string_view value) { return comparable(value) == wanted; });
  give_array(call, kept);
}

void array_join(Call& call) {
  std::string out;
  bool first = true;
  for (const std::string_view element : elements_of(call.text(0))) {
    auto plain = json_plain(element);
    if (!plain && call.size() > 3) plain = std::string{call.text(3)};
    if (!plain) continue;
    if (!first) out += call.text(2);
    first = false;
    out += *plain;
    call.check_length(out.size());
  }
  call.give(std::string_view{out});
}

Elements once_each(const Elements& elements) {
  ElementSet known;
  Elements out;
  for (const std::string_view element : elements) {
    if (known.insert(comparable(element)).second) out.push_back(element);
  }
  return out;
}

void array_distinct(Call& call) { give_array(call, once_each(elements_of(call.text(0)))); }

// Numbers by size, everything else by its text; NULLs last.
Elements sorted_elements(std::string_view json, char form) {
  Elements all = elements_of(json);
  const bool numbers = form == 'i' || form == 'd';
  const auto number = [](std::string_view text) { return std::strtod(std::string{text}.c_str(), nullptr); };
  std::stable_sort(all.begin(), all.end(), [&](std::string_view a, std::string_view b) {
    if ((a == "null") != (b == "null")) return b == "null";
    return numbers ? number(a) < number(b) : comparable(a) < comparable(b);
  });
  return all;
}

void array_sort(Call& call) { give_array(call, sorted_elements(call.text(0), call.text(1).front())); }

void array_extreme(Call& call, bool greatest) {
  const char form = call.text(1).front();
  const auto all = sorted_elements(call.text(0), form);
  if (all.empty() || all.back() == "null") return call.give_null();
  give_json(call, greatest ? all.back() : all.front(), form);
}

ElementSet set_of(std::string_view json) {
  ElementSet known;
  for (const std::string_view element : elements_of(json)) known.insert(comparable(element));
  return known;
}

void array_intersect(Call& call) {
  const auto other = set_of(call.text(2));
  auto kept = once_each(elements_of(call.text(0)));
  std::erase_if(kept, [&](std::string_view value) { return !other.contains(comparable(value)); });
  give_array(call, kept);
}

void array_except(Call& call) {
  const auto other = set_of(call.text(2));
  auto kept = once_each(elements_of(call.text(0)));
  std::erase_if(kept, [&](std::string_view value) { return other.contains(comparable(value)); });
  give_array(call, kept);
}

void array_union(Call& call) {
  auto all = elements_of(call.text(0));
  const auto more = elements_of(call.text(2));
  all.insert(all.end(), more.begin(), more.end());
  give_array(call, once_each(all));
}

void arrays_overlap(Call& call) {
  auto other = set_of(call.text(2));
  const bool has_null = other.erase("null") > 0;
  bool found = false;
  bool any_null = has_null;
  for (const std::string_view element : elements_of(call.text(0))) {
    any_null = any_null || element == "null";
    found = found || other.contains(comparable(element));
  }
  if (!found && any_null) return call.give_null();
  call.give_truth(found);
}

void slice(Call& call) {
  const auto all = elements_of(call.text(0));
  const auto size = static_cast<std::int64_t>(all.size());
  std::int64_t begin = call.integer(2);
  if (begin == 0 || call.integer(3) < 0)
    throw CallFailed{"slice: elements are counted from 1, and their number isn't negative"};
  begin = begin < 0 ? size + begin : begin - 1;
  if (begin < 0 || begin >= size) return give_array(call, {});
  const std::int64_t count = std::min(call.integer(3), size - begin);
  give_array(call, Elements{all.begin() + begin, all.begin() + begin + count});
}

void array_reverse(Call& call) {
  auto all = elements_of(call.text(0));
  std::reverse(all.begin(), all.end());
  give_array(call, all);
}

void map_parts(Call& call, bool keys) {
  std::vector<std::string> order;
  std::map<std::string, std::string> values;
  for_each_member(call.text(0), [&](const std::string& key, std::string_view value) {
    if (values.insert_or_assign(key, std::string{value}).second) order.push_back(key);
    return true;
  });
  std::string out = "[";
  for (const std::string& key : order) {
    if (out.size() > 1) out.push_back(',');
    if (keys) {
      text::append_quoted(key, out);
    } else {
      out += values[key];
    }
  }
  out.push_back(']');
  call.give(std::string_view{out});
}

constexpr ScalarFunction kArrayFunctions[] = {
    {"array", -1, false, array},
    {"array_concat", -1, true, array_concat},
    {"array_element_at", 3, true, array_element_at},
    {"array_subscript", 3, true, array_subscript},
    {"map_element_at", 3, true, map_element_at},
    {"map_subscript", 3, true, map_subscript},
    {"cardinality", 1, true, cardinality},
    {"array_contains", 3, true, array_contains},
    {"array_position", 4, true, array_position},
    {"array_remove", 4, true, array_remove},
    {"array_join", -1, true, array_join},
    {"array_distinct", 2, true, array_distinct},
    {"array_sort", 2, true, array_sort},
    {"array_max", 2, true, [](Call& call) { array_extreme(call, true); }},
    {"array_min", 2, true, [](Call& call) { array_extreme(call, false); }},
    {"array_intersect", 4, true, array_intersect},
    {"array_except", 4, true, array_except},
    {"array_union", 4, true, array_union},
    {"arrays_overlap", 4, true, arrays_overlap},
    {"slice", 4, true, slice},
    {"array_reverse", 1, true, array_reverse},
    {"map_keys", 1, true, [](Call& call) { map_parts(call, true); }},
    {"map_values", 1, true, [](Call& call) { map_parts(call, false); }},
};

}  // namespace

std::span<const ScalarFunction> array_functions() { return kArrayFunctions; }

}  // namespace trailkeeper::query::sql
