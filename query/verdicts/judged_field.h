// What is known about an event but isn't in it: the verdict on it, and the addendum that replaced it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "query/event_list.h"
#include "query/field_catalogue.h"
#include "query/verdicts/superseded.h"
#include "query/verdicts/verdict_index.h"

namespace trailkeeper::query {

/// The fields `verdict` and `superseded` of listed events. Looks nothing up before it is asked. Not thread-safe.
class JudgedFields {
 public:
  /// The snapshot must outlive it.
  explicit JudgedFields(const store::Snapshot& snapshot) : snapshot_(snapshot) {}

  /// These fields; `verdict` is one of field_words(), too.
  static std::span<const FieldWord> words();
  /// Whether it is one of them. No path into an event has these names.
  static bool has(std::string_view field);

  /// The verdict's name, or kSupersededWord; the eventID of the newest addendum, or nothing if none replaced the
  /// event. Precondition: has(field). Throws StoreError.
  std::optional<std::string> text(const ListedEvent& event, std::string_view field);

  /// Whether an addendum replaced the event.
  bool is_superseded(const ListedEvent& event) { return superseded().contains(*event.segment, event.index); }

 private:
  const SupersededEvents& superseded();

  const store::Snapshot& snapshot_;
  std::optional<VerdictIndex> verdicts_;
  std::optional<SupersededEvents> superseded_;
};

}  // namespace trailkeeper::query
