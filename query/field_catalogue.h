// The properties of an event that people name: in filters, in `--by` and in `--fields`.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/segment.h"

namespace trailkeeper::query {

/// A property computed from columns of the store.
struct DerivedField {
  std::string_view name;
  std::vector<std::size_t> columns;  ///< Indexes into store::kColumnFields.
  bool first_value;                  ///< It is the first of the columns' texts that there is and isn't empty.
  /// Its text, from the columns' texts in that order (nothing where the event lacks the field).
  std::function<std::optional<std::string>(std::span<const std::optional<std::string_view>>)> text;
  /// Whether this text of the first column makes the field's text, whatever the others hold; null: never.
  std::function<bool(std::string_view)> decided_by_first = nullptr;
};

/// The derived field of a name: `name`, `source`, `user`, `principal`, `access-key`, `account`, `region`, `ip`,
/// `error`, `type`, `category`, `user-agent`, `read-only`, `identity`, `role`, or the path of a field that has a column
/// (`eventName`). Null if there is none; then the name is a path into the event.
const DerivedField* derived_field(std::string_view name);

/// The derived field that was probably meant by a name that is none, if one is near. Paths are never near.
std::optional<std::string_view> similar_field(std::string_view name);

/// All names but the paths.
std::vector<std::string_view> derived_field_names();

/// The session name in an assumed role's or federated user's ARN (`arn:aws:sts::1:assumed-role/Role/session`).
std::optional<std::string_view> session_name(std::string_view arn);

/// The text of a derived field, of `time` (the eventTime), or of the value at a path, of an event whose JSON is at hand
/// (followed by event::kPadding readable bytes). Nothing where the event lacks it.
std::optional<std::string> event_value(const store::Segment& segment, std::uint32_t index, std::string_view json,
                                       std::string_view name);

/// The same of an event that is in no segment: from its JSON alone.
std::optional<std::string> event_value(std::string_view json, std::string_view name);

}  // namespace trailkeeper::query
