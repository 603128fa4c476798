// What a query asks for.
#pragma once

#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/leaves/condition.h"
#include "query/pattern.h"
#include "text/timestamp.h"

namespace trailkeeper::query {
class VerdictIndex;
}

namespace trailkeeper::query {

class EventNames;
class ShownEvents;

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
  identity,
  role,
  session,    ///< The name at the end of a session's ARN.
  where,      ///< A condition on any value (query/leaves/condition.h).
  text,       ///< A text that any value has in it (query/leaves/text_search.h).
  read_only,  ///< `true` or `false`.
};
constexpr std::size_t kFilterCount = static_cast<std::size_t>(FilterField::read_only) + 1;

/// All there is to know about a filter except its test (query/segment_filter.cpp). Options, HTTP parameters, stored
/// holds, suggestions, completions and documents are made from these rows.
struct FilterWord {
  FilterField field;
  std::string_view name;  ///< As options and HTTP parameters have it (`event-id`); `not-` before it means the opposite.
  std::string_view logged;  ///< CloudTrail's own name of the field, which means the same; empty: there is none.
  std::string_view help;    ///< Empty: it isn't offered to people.
  std::string_view matches =
      {};                        ///< For documents: what is compared in an event, with CloudTrail's words in backticks.
  std::string_view values = {};  ///< Some usual ones, with blanks between; words of `verdict` are elsewhere.
};

/// In the order of FilterField.
std::span<const FilterWord> filter_words();
const FilterWord& filter_word(FilterField field);

/// One option's name without dashes.
std::string_view filter_name(FilterField field);
/// By either name.
std::optional<FilterField> filter_of_name(std::string_view name);

/// A filter's name, also with `not-` before it.
struct SignedFilter {
  FilterField field;
  bool negated = false;

  bool operator==(const SignedFilter&) const = default;
  bool operator<(const SignedFilter& other) const {
    return field == other.field ? negated < other.negated : field < other.field;
  }
};
std::optional<SignedFilter> signed_filter_of_name(std::string_view name);
std::string signed_filter_name(SignedFilter filter);

/// One property's alternatives.
struct FieldFilter {
  FilterField field;
  std::vector<Pattern> any_of;
  std::vector<std::string> texts;          ///< As given, one for each pattern.
  bool negated = false;                    ///< Passes what matches none of them, and what lacks the field.
  std::vector<Condition> conditions = {};  ///< The texts of FilterField::where, read.
};

/// All parts must hold.
struct Filter {
  std::vector<FieldFilter> fields;
  std::optional<bool> read_only;
  std::optional<text::Timestamp> since;  ///< Inclusive.
  std::optional<text::Timestamp> until;  ///< Exclusive.
  /// If a field is `verdict`: those of the snapshot that is asked (query/verdicts/verdict_filter.h).
  std::shared_ptr<VerdictIndex> verdicts;
  /// Values are compared as this shows them; null: as they are stored. Set by with_verdicts(), unless `as_stored`.
  std::shared_ptr<const ShownEvents> shown;
  bool as_stored = false;  ///< The filter's user has the right to see what is stored, or is retention.
  /// The names of events without an eventID; null: they can't be found by them. Set by with_verdicts().
  std::shared_ptr<const EventNames> names;

  /// Adds an alternative for a field; negated: one that must not match. Precondition of FilterField::where:
  /// parse_condition() takes the text.
  void add(FilterField field, std::string_view text, bool negated = false);
  /// The same of a condition that was read from its text.
  void add_condition(Condition condition, std::string_view text, bool negated);
  /// Bytes of memory that its regular expressions take at most.
  [[nodiscard]] std::size_t regex_bytes() const;
  [[nodiscard]] bool empty() const { return fields.empty() && !read_only && !since && !until; }
};

}  // namespace trailkeeper::query
