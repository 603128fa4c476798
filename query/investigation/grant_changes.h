// Events that change who may do what.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "query/event_list.h"
#include "query/shown_event.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// A call that changed, or tried to change, permissions, trust or credentials.
struct GrantChange {
  text::Timestamp time = 0;
  std::string event_id;
  std::string source;
  std::string name;
  std::string target;  ///< The short values of its requestParameters: `userName=anna policyArn=arn:…`.
  std::string error;   ///< errorCode; empty if it succeeded.
};

/// Whether a call of that name changes grants: policies, permissions, grants, ACLs, keys, passwords, MFA devices,
/// groups, identity providers, sharing. Decided by the name, so that future services count, too; calls that only read
/// never do.
bool is_grant_change(std::string_view event_name);

/// Visits those that pass, newest first, until `visit` returns false.
void list_grant_changes(const store::Snapshot& snapshot, const ShownEvents& shown, const Filter& filter,
                        const std::function<bool(const GrantChange&)>& visit);

}  // namespace trailkeeper::query
