// All that a store knows of one principal, access key, address or resource, on one page.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "query/investigation/activity.h"
#include "query/investigation/credential_chain.h"
#include "query/investigation/grant_changes.h"
#include "query/investigation/subject.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

struct InvestigationRequest {
  Subject subject;
  std::optional<text::Timestamp> since;      ///< Inclusive; what came before still decides what is new.
  std::optional<text::Timestamp> until;      ///< Exclusive.
  std::optional<text::Timestamp> new_since;  ///< Default: `since`, else a day before the subject's last event.
  std::size_t most_changes = 100;            ///< Keep this many changes of grants, the newest.
};

struct Investigation {
  Subject subject;
  Activity activity;
  text::Timestamp new_since = 0;
  CredentialChain chain;
  std::vector<GrantChange> changes;  ///< Newest first.
  std::uint64_t change_count = 0;    ///< All of them.
  Seen store;                        ///< What the store holds altogether: an answer can't cover more than that.
};

/// Throws StoreError.
Investigation investigate(const store::Snapshot& snapshot, const ShownEvents& shown,
                          const InvestigationRequest& request);

}  // namespace trailkeeper::query
