// Events that an addendum replaced.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "store/store.h"

namespace trailkeeper::query {

/// An event of a snapshot.
struct EventPlace {
  const store::Segment* segment = nullptr;
  std::uint32_t index = 0;

  bool operator==(const EventPlace&) const = default;
};

/// Which events of a snapshot an addendum completed or replaced (`addendum.originalEventID`, else
/// `addendum.originalRequestID`). They stay in the store; code that judges or counts actions asks here and leaves them
/// out, so that only an action's newest event counts. The result depends only on what is in the snapshot, not on which
/// came first. An addendum counts for events of the same account, eventSource and eventName; an ID that isn't that of a
/// single event (a sender that gives many the same ID) refers to none. Immutable and thread-safe once made.
class SupersededEvents {
 public:
  /// Segments without addenda only cost a look at the names of their paths. Throws StoreError.
  explicit SupersededEvents(const store::Snapshot& snapshot);

  [[nodiscard]] bool empty() const { return groups_.empty(); }
  [[nodiscard]] bool contains(const store::Segment& segment, std::uint32_t index) const;
  /// The events of a segment that were replaced, ascending.
  [[nodiscard]] std::vector<std::uint32_t> of(const store::Segment& segment) const;
  /// What replaced an event; nothing if it is the action's newest.
  [[nodiscard]] std::optional<EventPlace> newest(const EventPlace& event) const;
  /// The events that this one replaced.
  [[nodiscard]] std::vector<EventPlace> replaced_by(const EventPlace& event) const;
  /// Changes when a segment's replaced events do.
  [[nodiscard]] std::uint64_t fingerprint(const store::Segment& segment) const;

 private:
  class Finder;
  // All events of one action; the newest is the first.
  using Group = std::vector<EventPlace>;
  [[nodiscard]] const Group* group_of(const EventPlace& event) const;

  std::vector<Group> groups_;
  std::map<const store::Segment*, std::map<std::uint32_t, std::size_t>> group_numbers_;
};

/// Whether a segment has addenda that name an original.
bool has_addenda(const store::Segment& segment);

}  // namespace trailkeeper::query
