// The columns of the table `events`, as CloudTrail Lake names and types them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "query/sql/type.h"

namespace trailkeeper::query::sql {

/// A column, or a field of a row: its path in the event (event/field.h) and its type.
struct EventField {
  std::string path;
  Type type;
};

/// All columns, in the order in which `SELECT *` gives them; `eventJson` and `verdict`, which it leaves out, at the
/// end.
std::span<const EventField> event_columns();
/// How many of them `SELECT *` gives.
std::size_t shown_event_columns();

/// The column of a name in any case.
std::optional<EventField> event_column(std::string_view name);

/// The field of a row that stands at a path, by its name in any case; nothing if CloudTrail knows none.
std::optional<EventField> event_member(std::string_view path, std::string_view name);

/// A key as a part of a path.
std::string path_key(std::string_view key);

}  // namespace trailkeeper::query::sql
