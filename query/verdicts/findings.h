// Why events have their verdicts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/event_list.h"
#include "query/filter.h"
#include "rules/severity.h"
#include "rules/verdicts/judge.h"

namespace trailkeeper::query {

/// An event whose verdict somebody should look at.
struct PermissionFinding {
  ListedEvent event;
  std::string event_id;
  std::string principal;  ///< ARN, else principalId.
  std::string action;     ///< If it needed several, the one that decided.
  std::string rule;       ///< `R11`; empty if no rule asks for it.
  rules::Severity severity = rules::Severity::low;
  std::string sentence;
  std::string_view verdict;  ///< Its name, or kSupersededWord.
};

/// Visits findings, newest first, until `visit` returns false: events that pass the filter and are not-granted or
/// denied-though-granted, or have the verdicts that the filter asks for.
void list_findings(const store::Snapshot& snapshot, const Filter& filter, std::optional<std::uint64_t> limit,
                   const std::function<bool(const PermissionFinding&)>& visit);

/// One event's verdict with all reasons.
struct Explanation {
  PermissionFinding finding;
  std::string superseded_by;             ///< The eventID of the addendum that replaced the event; empty if none did.
  std::vector<std::string> replaces;     ///< The eventIDs of the events that it replaced.
  rules::verdicts::Judgement judgement;  ///< What it would be if nothing had replaced the event.
};

/// The eventID of an event; empty if it has none.
std::string event_id_of(const store::Snapshot& snapshot, const ListedEvent& event);

/// For each event with the ID: none, one, or several variants.
std::vector<Explanation> explain_event(const store::Snapshot& snapshot, std::string_view event_id);

}  // namespace trailkeeper::query
