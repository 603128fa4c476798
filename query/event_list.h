// The events that pass a filter, in order of time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "query/filter.h"
#include "store/store.h"

namespace trailkeeper::query {

enum class Order { newest, oldest };

/// An event that a list found.
struct ListedEvent {
  const store::Segment* segment;
  std::uint32_t index;
};

/// Visits the events that pass, newest or oldest first (by eventTime, then by ID), up to `limit`. Segments are opened
/// and blocks filtered only as far as the order needs them, so the first results come at once and memory doesn't grow
/// with their number. Stops when `visit` returns false. Returns how many were visited.
std::uint64_t list_events(const store::Snapshot& snapshot, const Filter& filter, Order order,
                          std::optional<std::uint64_t> limit, const std::function<bool(const ListedEvent&)>& visit);

/// All events with an eventID: none, one, or several variants, oldest first.
std::vector<ListedEvent> find_events(const store::Snapshot& snapshot, std::string_view event_id);

}  // namespace trailkeeper::query
