// A store filled with events by hand, and what lists of it give.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/event_list.h"
#include "query/json_path.h"
#include "query/known_secrets.h"
#include "tests/support/filled_store.h"
#include "tests/support/padded.h"

namespace trailkeeper::tests {

/// Knows all events that were added, too.
struct Filled : FilledStore {
  std::vector<std::string> events;

  // As every writer of the program: else each question looks through all events for what is confidential.
  Filled() { query::keep_secrets(store); }

  void add(const std::vector<std::string>& more) {
    FilledStore::add(more);
    events.insert(events.end(), more.begin(), more.end());
  }

  std::vector<std::string> list(const query::Filter& filter, query::Order order = query::Order::oldest,
                                std::optional<std::uint64_t> limit = {}) {
    const auto snapshot = store.snapshot();
    std::vector<std::string> found;
    const auto visited = list_events(snapshot, filter, order, limit, [&](const query::ListedEvent& event) {
      found.emplace_back();
      event.segment->append_event(event.index, snapshot.hash_seed(), found.back());
      return true;
    });
    REQUIRE(visited == found.size());
    return found;
  }
};

/// The value of a path in an event; nothing if it isn't there.
inline std::optional<std::string> at(const std::string& json, std::string_view path) {
  const std::string value = query::json_at(Padded{json}, path);
  if (value.empty() || value == "null" || value[0] == '{' || value[0] == '[') return std::nullopt;
  return query::display_text(value);
}

inline query::Filter filter_of(query::FilterField field, std::initializer_list<const char*> texts) {
  query::Filter filter;
  for (const char* text : texts) filter.add(field, text);
  return filter;
}

inline std::string event_of(const std::string& members, const std::string& time = "2024-05-01T10:00:00Z") {
  static int number = 0;
  char id[40];
  std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012d", ++number);
  return R"({"eventTime":")" + time + R"(","eventID":")" + id + "\"," + members + "}";
}

inline std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace trailkeeper::tests
