// The properties of an event that people name: in filters, in `--by` and in `--fields`.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/segments/segment.h"

namespace trailkeeper::query {

class ShownEvents;

/// A property computed from columns of the store.
struct DerivedField {
  std::string_view name;
  std::vector<std::size_t> columns;  ///< Indexes into store::kColumnFields.
  bool first_value;                  ///< It is the first of the columns' texts that exists and isn't empty.
  /// Its text, from the columns' texts in that order (nothing where the event lacks the field).
  std::function<std::optional<std::string>(std::span<const std::optional<std::string_view>>)> text;
  /// Whether this text of the first column determines the field's text, whatever the others hold; null: never.
  std::function<bool(std::string_view)> decided_by_first = nullptr;
  std::string_view value = {};  ///< For documents, as FieldWord's; empty: a path's.
};

/// The derived field of a name: `name`, `source`, `user`, `principal`, `access-key`, `account`, `region`, `ip`,
/// `error`, `type`, `category`, `user-agent`, `read-only`, `identity`, `role`, CloudTrail's own name of one that is a
/// filter too (query/filter.h), or the path of a field that has a column (`eventName`). Null if there is none.
const DerivedField* derived_field(std::string_view name);

/// A name that people may ask for and, for documents, what its value is, with CloudTrail's words in backticks.
struct FieldWord {
  std::string_view name;
  std::string_view value;
};
/// All of them: the derived fields, and those without a column: `time`, `event-id`, `request-id`, `resource`,
/// `resource-type`, `verdict`.
std::vector<FieldWord> field_words();
/// Their names alone.
std::vector<std::string_view> field_names();

/// Whether a name is one of these, or means one; otherwise it is a path into the event, whose value keeps its type.
bool is_field_name(std::string_view name);

/// Whether a field's text is found in columns, without the event's JSON.
bool is_in_columns(std::string_view name);

/// The path whose value a name stands for, where it has no derived field: the path itself, or that of `event-id` and
/// `request-id`. Nothing where the value isn't one of the event's as it stands there: `time`, `resource`, `verdict`.
std::optional<std::string> leaf_path(std::string_view name);

/// The eventID of an event, if it is known without the event's JSON.
std::optional<std::string> stored_event_id(const store::Segment& segment, std::uint32_t index);

/// The session name in an assumed role's or federated user's ARN (`arn:aws:sts::1:assumed-role/Role/session`).
std::optional<std::string_view> session_name(std::string_view arn);

/// The text of a field other than `verdict`, or of the value at a path, as `shown` shows it, for an event whose JSON is
/// at hand (as shown, followed by event::kPadding readable bytes; for a field that is_in_columns it may be empty).
/// Nothing if the event lacks it.
std::optional<std::string> event_value(const ShownEvents& shown, const store::Segment& segment, std::uint32_t index,
                                       std::string_view json, std::string_view name);

/// The same for an event that is in no segment: from its JSON alone.
std::optional<std::string> event_value(std::string_view json, std::string_view name);

}  // namespace trailkeeper::query
