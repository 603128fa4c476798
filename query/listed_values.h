// What `--fields` shows of listed events.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "query/event_list.h"
#include "query/leaves/leaf_path.h"
#include "query/shown_event.h"
#include "query/verdicts/judged_field.h"
#include "store/store.h"

namespace trailkeeper::query {

/// A field of an event as it may be shown.
struct ListedValue {
  std::string text;  ///< As people read it.
  std::string json;  ///< Minified: a path keeps the type that its value has in the event, a name gives a string.
};

/// The fields of listed events: from columns and leaves, where a segment is asked for more than a few events; only what
/// these can't say is taken from the event, put together once. Not thread-safe.
class ListedValues {
 public:
  /// `reveal`: as stored (ShownEvents). The snapshot must outlive it.
  ListedValues(const store::Snapshot& snapshot, const std::vector<std::string>& fields, bool reveal);

  [[nodiscard]] std::size_t size() const { return fields_.size(); }

  /// Of one of the fields, by its place; nothing if the event lacks it, or has null. Throws StoreError.
  [[nodiscard]] std::optional<ListedValue> value(const ListedEvent& event, std::size_t field);

  /// The event's JSON as it is shown; followed by event::kPadding readable bytes. Valid until the next call for another
  /// event.
  [[nodiscard]] std::string_view json(const ListedEvent& event);

  [[nodiscard]] JudgedFields& judged() { return judged_; }

  /// Of a segment, this many events are put together before its leaves are opened: for a few, opening costs more.
  static constexpr std::uint32_t kFew = 16;

 private:
  enum class Kind { judged, in_columns, event_id, name, path };
  struct Field {
    std::string name;
    Kind kind;
    std::optional<std::string> path;  // Where leaves have it.
  };
  /// A segment's leaves: opened when they are first asked for.
  struct Leaves {
    std::uint32_t events = 0;
    std::uint32_t last = 0;
    std::vector<std::unique_ptr<LeafPath>> paths;  // One for each field.
  };

  static Field field_of(const std::string& name);
  [[nodiscard]] std::optional<std::string> leaf_json(const ListedEvent& event, std::size_t field);
  [[nodiscard]] std::optional<ListedValue> value_from_json(const ListedEvent& event, const Field& field);

  std::shared_ptr<const ShownEvents> shown_;
  JudgedFields judged_;
  std::vector<Field> fields_;
  std::unordered_map<const store::Segment*, Leaves> segments_;
  std::optional<ListedEvent> at_;  // The event that json_ has.
  std::string json_;
};

}  // namespace trailkeeper::query
