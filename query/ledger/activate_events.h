// The events of AWS Activate that count.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "query/event_names.h"
#include "query/verdicts/superseded.h"
#include "store/store.h"

namespace trailkeeper::query {

constexpr std::string_view kActivateSource = "activate.amazonaws.com";

/// A snapshot's events of activate.amazonaws.com. Only here is it decided which of them the ledger and its checks see:
/// of an event and its addendum, the newest. Thread-safe once made, but a segment is for one thread at a time.
class ActivateEvents {
 public:
  explicit ActivateEvents(const store::Snapshot& snapshot) : superseded_(snapshot) {}

  /// Visits those in a segment whose eventName (as written) passes.
  void for_each(const store::Segment& segment, const std::function<bool(std::string_view name)>& passes,
                const std::function<void(std::uint32_t index)>& visit) const;

 private:
  SupersededEvents superseded_;
};

/// Visits those of all segments.
void for_each_activate_event(const store::Snapshot& snapshot, const std::function<bool(std::string_view name)>& passes,
                             const std::function<void(const store::Segment& segment, std::uint32_t index)>& visit);

/// The eventID of an event; empty if it has none.
std::string event_id_of(std::string_view json);
/// The eventID of a segment's event with these bytes, or its stand-in in this store.
std::string event_name_of(const store::Segment& segment, std::uint32_t index, std::string_view json,
                          const EventNames& names);

}  // namespace trailkeeper::query
