// What a query asks for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/timestamp.h"
#include "query/pattern.h"

namespace trailkeeper::audit {
class VerdictIndex;
}

namespace trailkeeper::query {

/// Which property of an event a filter tests. docs/query.md says what each means.
enum class FilterField {
  event_id,
  name,
  source,
  user,
  principal,
  access_key,
  account,
  region,
  ip,
  error,
  resource,
  type,
  category,
  request_id,
  user_agent,
  resource_type,
  shown_user,  ///< The one name that counts show for the caller.
  verdict,
};

/// One option's name without dashes (`event-id`), for messages and for HTTP parameters.
std::string_view filter_name(FilterField field);
std::optional<FilterField> filter_of_name(std::string_view name);

/// One property's alternatives.
struct FieldFilter {
  FilterField field;
  std::vector<Pattern> any_of;
  std::vector<std::string> texts;  ///< As given, one for each pattern.
};

/// All parts must hold.
struct Filter {
  std::vector<FieldFilter> fields;
  std::optional<bool> read_only;
  std::optional<event::Timestamp> since;  ///< Inclusive.
  std::optional<event::Timestamp> until;  ///< Exclusive.
  /// Where a field is `verdict`: of the snapshot that is asked (query/verdict_filter.h).
  std::shared_ptr<audit::VerdictIndex> verdicts;

  /// Adds an alternative for a field.
  void add(FilterField field, std::string_view text);
  [[nodiscard]] bool empty() const { return fields.empty() && !read_only && !since && !until; }
};

}  // namespace trailkeeper::query
