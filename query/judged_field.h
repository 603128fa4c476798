// What is said of an event that isn't in it: the verdict on it, and the addendum that replaced it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "audit/superseded.h"
#include "audit/verdict_index.h"
#include "query/event_list.h"

namespace trailkeeper::query {

/// The fields `verdict` and `superseded` of listed events. Looks nothing up before it is asked. Not thread-safe.
class JudgedFields {
 public:
  /// The snapshot must outlive it.
  explicit JudgedFields(const store::Snapshot& snapshot) : snapshot_(snapshot) {}

  /// Whether it is one of these fields. No path into an event is called so.
  static bool has(std::string_view field);

  /// The verdict's name, or audit::kSupersededWord; the eventID of the newest addendum, or nothing if none replaced the
  /// event. Precondition: has(field). Throws StoreError.
  std::optional<std::string> text(const ListedEvent& event, std::string_view field);

  /// Whether an addendum replaced the event.
  bool is_superseded(const ListedEvent& event) { return superseded().contains(*event.segment, event.index); }

 private:
  const audit::SupersededEvents& superseded();

  const store::Snapshot& snapshot_;
  std::optional<audit::VerdictIndex> verdicts_;
  std::optional<audit::SupersededEvents> superseded_;
};

}  // namespace trailkeeper::query
