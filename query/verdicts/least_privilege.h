// The smallest policy that would have sufficed for a principal.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/filter.h"
#include "query/verdicts/policy_state.h"
#include "rules/grants/history.h"

namespace trailkeeper::query {

/// What somebody used and didn't use, in the form in which it may be shown (query/shown_event.h).
struct LeastPrivilege {
  std::string policy;  ///< A policy document that allows every call that succeeded.
  struct Unused {
    std::string policy;
    std::string statement;
    std::string action;  ///< As the statement writes it.
  };
  std::vector<Unused> unused;          ///< Actions of Allow statements, in the known policies, that no call used.
  std::string unknown;                 ///< Why not all policies are known; empty if they are.
  bool none_known = false;             ///< No policy is known at all.
  std::vector<std::string> uncovered;  ///< Kinds of events whose permission isn't known.
  std::uint64_t events = 0;            ///< That were looked at.
};

/// For a user or role, from the snapshot's events since a time (if given). Actions are listed with the resources that
/// they were used on, or with `*` if there are many, or the events don't show them.
LeastPrivilege least_privilege(const store::Snapshot& snapshot, PolicyState& state,
                               const rules::grants::History::Name& principal, std::optional<text::Timestamp> since,
                               text::Timestamp now);

}  // namespace trailkeeper::query
