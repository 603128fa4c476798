// What people call an event: its eventID, or what stands for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/pseudonymiser.h"
#include "store/store.h"

namespace trailkeeper::query {

/// The segment's events that have this eventID: none, one, or several variants.
std::vector<std::uint32_t> find_by_event_id(const store::Segment& segment, std::string_view event_id);

/// Names and finds a store's events. An event without an eventID is named by a GUID that only the store can turn into
/// the event's key, for the key follows from the event's bytes, and would let people try out what is confidential in
/// them (R20). Thread-safe.
class EventNames {
 public:
  explicit EventNames(const store::Snapshot& snapshot) : pseudonymiser_(snapshot.pseudonym_key()) {}

  /// The stand-in for the eventID of an event that has none.
  [[nodiscard]] std::string stand_in(const store::EventKey& key) const;

  /// A segment's events with that name: none, one, or several variants.
  [[nodiscard]] std::vector<std::uint32_t> find(const store::Segment& segment, std::string_view name) const;

 private:
  rules::credits::Pseudonymiser pseudonymiser_;
};

}  // namespace trailkeeper::query
