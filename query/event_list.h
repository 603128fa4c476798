// The events that pass a filter, in order of time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "query/filter.h"
#include "store/store.h"
#include "text/enum_rows.h"

namespace trailkeeper::query {

enum class Order { newest, oldest };

/// The orders' words, in options and parameters.
inline constexpr std::array<std::pair<std::string_view, Order>, 2> kOrderWords{
    {{"newest", Order::newest}, {"oldest", Order::oldest}}};
static_assert(text::are_words_from(kOrderWords, Order::newest, Order::oldest));

/// An event that a list found.
struct ListedEvent {
  const store::Segment* segment;
  std::uint32_t index;
};

/// A place in the order of events: that of one event. It stays valid whatever is committed or merged.
struct Position {
  text::Timestamp time = 0;
  store::EventKey key{};
  std::uint64_t hash = 0;  ///< Of its bytes (Segment::hash): tells variants, which have one key, apart.

  bool operator==(const Position&) const = default;
};
Position position_of(const ListedEvent& event);

/// Visits the events that pass, newest or oldest first (by eventTime, then by ID), up to `limit`. Segments are opened
/// and blocks filtered only as far as the order needs them, so the first results come at once and memory doesn't grow
/// with their number. Stops when `visit` returns false. Returns how many were visited. With `after`, only the events
/// after that place in the order: going on costs no more than beginning. If the event at that place is gone, its
/// variants count as visited.
std::uint64_t list_events(const store::Snapshot& snapshot, const Filter& filter, Order order,
                          std::optional<std::uint64_t> limit, const std::function<bool(const ListedEvent&)>& visit,
                          const std::optional<Position>& after = std::nullopt);

/// All events with an eventID: none, one, or several variants, oldest first.
std::vector<ListedEvent> find_events(const store::Snapshot& snapshot, std::string_view event_id);

}  // namespace trailkeeper::query
