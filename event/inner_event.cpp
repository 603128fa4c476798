#include "event/inner_event.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <vector>

#include "event/member_json.h"
#include "event/sent_member.h"
#include "event/value_name.h"
#include "event/wrapper.h"
#include "text/ascii.h"
#include "text/timestamp.h"

namespace trailkeeper::event {
namespace {

// Deeper members are none that anybody wraps an event in.
constexpr std::size_t kMostLevels = 10;

// Takes the last key off a path with an unescaped dot before it; false if it is another.
bool take_last_key(std::string_view& path, std::string_view key) {
  if (!path.ends_with(key) || path.size() < key.size() + 2) return false;
  path.remove_suffix(key.size());
  if (path.back() != '.') return false;
  path.remove_suffix(1);
  std::size_t slashes = 0;
  while (slashes < path.size() && path[path.size() - 1 - slashes] == '\\') ++slashes;
  return slashes % 2 == 0;
}

// Takes the first key, without its escapes, off a path.
std::string take_first_key(std::string_view& path) {
  std::string key;
  std::size_t at = 0;
  for (; at < path.size() && path[at] != '.'; ++at) {
    if (path[at] == '\\' && at + 1 < path.size()) ++at;
    key.push_back(path[at]);
  }
  path.remove_prefix(std::min(at + 1, path.size()));
  return key;
}

bool was_sent(std::string_view path) {
  while (!path.empty()) {
    if (names_what_was_sent(take_first_key(path))) return true;
  }
  return false;
}

// Whether an object on the way to that path logs a request.
bool is_in_request(std::string_view path, const std::vector<Slot>& slots) {
  return std::any_of(slots.begin(), slots.end(), [&](const Slot& slot) {
    for (std::string_view rest = slot.path; !rest.empty();) {
      const std::string_view around = std::string_view{slot.path}.substr(0, slot.path.size() - rest.size());
      if (!path.starts_with(around)) return false;
      if (tells_request(take_first_key(rest))) return true;
    }
    return false;
  });
}

// Whether a string as written, between its quotes, may be a record's JSON.
bool reads_as_record(std::string_view text) {
  while (!text.empty()) {
    if (text.front() == '{') break;
    const bool escaped = text.starts_with("\\n") || text.starts_with("\\r") || text.starts_with("\\t");
    if (!escaped && text.front() != ' ') return false;
    text.remove_prefix(escaped ? 2 : 1);
  }
  return text.find("eventName") != text::npos && text.find("eventTime") != text::npos;
}

std::string_view object_at(std::string_view json, std::string_view path) {
  simdjson::ondemand::parser parser;
  for (std::size_t level = 0; level < kMostLevels && !json.empty(); ++level) {
    const std::string key = take_first_key(path);
    json = member_json(json, key, parser);
    if (path.empty()) return json.starts_with('{') ? json : std::string_view{};
  }
  return {};
}

// Whether a number may be a time, by its name or as seconds since 1970, or parts of them. A status or a size isn't.
bool may_be_time(std::string_view path, std::string_view number) {
  constexpr std::size_t kDigitsOfSeconds = 10;
  std::string name;
  while (!path.empty()) name = text::lowered(take_first_key(path));
  if (name == "ts" || name.find("time") != std::string::npos || name.find("date") != std::string::npos) return true;
  return number.substr(0, number.find_first_of(".eE")).size() >= kDigitsOfSeconds;
}

// The array at the path's first `[]`.
std::string_view array_at(std::string_view json, std::string_view path) {
  simdjson::ondemand::parser parser;
  for (std::size_t level = 0; level < kMostLevels && !json.empty() && !path.empty(); ++level) {
    const std::string key = take_first_key(path);
    const std::size_t brackets = key.find("[]");
    json = member_json(json, key.substr(0, brackets), parser);
    if (brackets != std::string::npos) return json.starts_with('[') ? json : std::string_view{};
  }
  return {};
}

// The only text of a record, with its quotes; empty if it has none or several, if there is a number that is no time, as
// in a log of requests, or if a visitor wrote it. Texts at one place of an array's elements are one, however many: the
// array, if each may be a record.
std::string_view only_text(const Record& record) {
  const Leaf* only = nullptr;
  std::string_view path;
  for (std::size_t i = 0; i < record.leaves.size(); ++i) {
    const Leaf& leaf = record.leaves[i];
    const LeafType type = leaf.type();
    if (type == LeafType::time || type == LeafType::guid) continue;
    if (type == LeafType::text && text::parse_timestamp(record.raw(leaf))) continue;
    if (!is_quoted(type)) {
      if (may_be_time(record.shape->slots[i].path, record.raw(leaf))) continue;
      return {};
    }
    if (only != nullptr && record.shape->slots[i].path != path) return {};
    path = record.shape->slots[i].path;
    if (path.find("[]") != text::npos) {
      if (!reads_as_record(record.raw(leaf))) return {};
    } else if (only != nullptr) {
      return {};
    }
    only = &leaf;
  }
  if (only == nullptr) return {};
  if (was_sent(path) || is_in_request(path, record.shape->slots)) return {};
  if (path.find("[]") != text::npos) return array_at(record.bytes, path);
  return record.bytes.substr(only->offset - 1, only->length + 2);
}

using Paths = std::vector<std::string_view>;

// The paths of objects that have a text under this key.
Paths paths_with(std::string_view key, const std::vector<Slot>& slots) {
  Paths paths;
  for (const Slot& slot : slots) {
    std::string_view path = slot.path;
    if (is_quoted(slot.type) && take_last_key(path, key)) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// What Elasticsearch and OpenSearch answered, below whatever who asked keeps it in:
// `{"response":{"hits":{"hits":[…]}}}`. Without a first key that would say that somebody was answered.
constexpr std::string_view kHits = "hits.hits[]._source";
std::string_view behind_answer(std::string_view path) {
  for (const std::string_view name : {"response.", "rawResponse."}) {
    if (path.starts_with(name) && path.substr(name.size()).starts_with(kHits)) return path.substr(name.size());
  }
  return path;
}

// Whether the only thing that an object says of a request is such an answer.
bool answers_search(const std::vector<Slot>& slots) {
  return std::none_of(slots.begin(), slots.end(), [](const Slot& slot) {
    std::string_view path = slot.path;
    const std::string first = take_first_key(path);
    return first != "response" && first != "rawResponse" && names_what_was_sent(first);
  });
}

// The path of the outermost object that has a record's name and time, if all others that have lie in it.
std::string_view record_path(const std::vector<Slot>& slots) {
  const Paths timed = paths_with("eventTime", slots);
  if (timed.empty()) return {};
  const Paths named = paths_with("eventName", slots);
  Paths both;
  std::set_intersection(timed.begin(), timed.end(), named.begin(), named.end(), std::back_inserter(both));
  const bool searched = answers_search(slots);
  std::erase_if(both, [searched](std::string_view path) {
    const bool listed = path.find("[]") != text::npos && !path.ends_with(kHits);
    return path.empty() || listed || was_sent(searched ? behind_answer(path) : path);
  });
  if (both.empty()) return {};
  // Of two under one name, which one is it? The hits of a search stand by themselves.
  if (both.size() > 1 && both[0] == both[1] && both[0].find("[]") == text::npos) return {};
  // A path comes before those below it.
  const std::string below = std::string{both.front()} + ".";
  const bool one = std::all_of(both.begin(), both.end(),
                               [&](std::string_view path) { return path == both.front() || path.starts_with(below); });
  return one && !is_in_request(both.front(), slots) ? both.front() : std::string_view{};
}

}  // namespace

std::string_view inner_event(const Record& record) {
  if (record.shape == nullptr || value_was_sent(record)) return {};
  const std::string_view path = record_path(record.shape->slots);
  if (!path.empty()) {
    const auto row = wrapper_row(path);
    const bool known = row && record.shape->wrappers[*row] && (wrappers()[*row].values & kObjectValue) != 0;
    if (known) return {};
    return path.find("[]") == text::npos ? object_at(record.bytes, path) : array_at(record.bytes, path);
  }
  const std::string_view text = only_text(record);
  if (text.starts_with('[')) return text;
  return !text.empty() && reads_as_record(text.substr(1, text.size() - 2)) ? text : std::string_view{};
}

}  // namespace trailkeeper::event
