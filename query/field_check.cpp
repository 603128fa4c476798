#include "query/field_check.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "event/field.h"
#include "query/field_catalogue.h"
#include "query/filter.h"
#include "query/json_path.h"
#include "query/shown_event.h"
#include "query/similar_name.h"
#include "query/whole_event.h"
#include "store/segments/segment_builder.h"
#include "store/store.h"

namespace trailkeeper::query {
namespace {

/// A member of CloudTrail's records that has members of its own.
struct Structure {
  std::string_view name;
  bool fixed = false;  ///< Its own members are known: event/field.h.
};

// AWS CloudTrail User Guide, "CloudTrail record contents"; scalar members are in event/field.h.
constexpr Structure kStructures[] = {
    {"userIdentity", true}, {"tlsDetails", true}, {"addendum", true},      {"resources", true},
    {"requestParameters"},  {"responseElements"}, {"additionalEventData"}, {"serviceEventDetails"},
    {"edgeDeviceDetails"},  {"insightDetails"},   {"insightContext"},      {"eventContext"},
};

constexpr std::string_view kResourcePaths[] = {"resources[].ARN", "resources[].ARNPrefix", "resources[].accountId",
                                               "resources[].type"};

// The first key of a path, escapes and brackets and all.
std::string_view first_key(std::string_view path) {
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path[at] == '\\') {
      ++at;
    } else if (path[at] == '.' || path[at] == '[') {
      return path.substr(0, at);
    }
  }
  return path;
}

// Whether `path` is `prefix` or goes on inside it.
bool begins_with(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) &&
         (path.size() == prefix.size() || path[prefix.size()] == '.' || path[prefix.size()] == '[');
}

std::vector<std::string_view> known_paths() {
  std::vector<std::string_view> paths{std::begin(kResourcePaths), std::end(kResourcePaths)};
  for (std::size_t i = 0; i < event::kFieldCount; ++i) paths.push_back(event::field_path(static_cast<event::Field>(i)));
  for (const Structure& structure : kStructures) paths.push_back(structure.name);
  return paths;
}

bool is_known(std::string_view name) {
  if (is_field_name(name)) return true;
  const std::string_view key = first_key(name);
  const auto* const structure = std::find_if(std::begin(kStructures), std::end(kStructures),
                                             [&](const Structure& one) { return one.name == key; });
  if (structure != std::end(kStructures) && !structure->fixed) return true;
  const std::vector<std::string_view> paths = known_paths();
  return std::any_of(paths.begin(), paths.end(), [&](std::string_view path) { return begins_with(path, name); });
}

// A null, true or false has no path of its own; its key is in the skeleton.
bool has_key(const store::Segment& segment, std::string_view key) {
  const std::string quoted = "\"" + std::string{key} + "\"";
  for (std::uint32_t number = 0; number < segment.table_count(); ++number) {
    if (segment.table(number).skeleton.find(quoted) != std::string::npos) return true;
  }
  return false;
}

// Beyond so many bytes of events that are kept whole nobody looks: any name may be among the rest.
constexpr std::size_t kMostLookedAt = std::size_t{256} << 20;

bool is_in_whole_events(const store::Segment& segment, std::string_view name, std::size_t& bytes_left) {
  bool found = false;
  for_each_whole_event(segment, [&](std::string_view json) {
    found = json.size() > bytes_left;
    bytes_left -= std::min(bytes_left, json.size());
    for_each_value_at(json, name, [&](std::string_view) { found = true; });
    return !found;
  });
  return found;
}

bool is_in(store::Store& store, std::string_view name) {
  const store::Snapshot snapshot = store.snapshot();
  // A key that isn't shown isn't known to whoever asks for it.
  if (ShownEvents{snapshot}.text(name) != name) return false;
  const bool one_key = first_key(name).size() == name.size();
  std::size_t bytes_left = kMostLookedAt;
  for (const store::Segment& segment : snapshot.segments()) {
    for (std::uint32_t number = 0; number < segment.path_count(); ++number) {
      std::string path = segment.path_name(number);
      if (path.ends_with(store::kEscapedMark) || path.ends_with(store::kNumberMark)) path.pop_back();
      if (begins_with(path, name)) return true;
    }
    if ((one_key && has_key(segment, name)) || is_in_whole_events(segment, name, bytes_left)) return true;
  }
  return false;
}

std::string suggestion(std::string_view name) {
  std::vector<std::string_view> known = field_names();
  for (const std::string_view path : known_paths()) known.push_back(path);
  for (const FilterWord& word : filter_words()) {
    if (!word.logged.empty()) known.push_back(word.logged);
  }
  if (const auto meant = similar_name(name, known)) return did_you_mean(meant);
  // Perhaps only the first key of a longer path is wrong.
  const std::string_view key = first_key(name);
  std::vector<std::string_view> keys;
  for (const Structure& structure : kStructures) keys.push_back(structure.name);
  const auto meant = key.size() < name.size() ? similar_name(key, keys) : std::nullopt;
  if (meant) return did_you_mean(std::string{*meant} + std::string{name.substr(key.size())});
  return "; fields are names such as user and ip, or paths into the event such as userIdentity.arn";
}

}  // namespace

std::optional<std::string> unknown_field(std::string_view name, store::Store* store) {
  if (name.empty()) return "a field's name is empty";
  if (is_known(name)) return std::nullopt;
  // Of a path whose first key is right or new to us, the whole may be in the store.
  const std::string_view key = first_key(name);
  const std::vector<std::string_view> paths = known_paths();
  const bool fixed =
      std::any_of(paths.begin(), paths.end(), [&](std::string_view path) { return begins_with(path, key); });
  if (store != nullptr && is_in(*store, fixed ? name : key)) return std::nullopt;
  constexpr std::size_t kLongestShown = 200;
  return "there is no field '" + std::string{name.substr(0, kLongestShown)} +
         (name.size() > kLongestShown ? "…'" : "'") + suggestion(name);
}

}  // namespace trailkeeper::query
