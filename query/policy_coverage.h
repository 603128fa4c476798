// Accounts whose permissions nobody could judge, because their policies aren't loaded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/filter.h"
#include "store/store.h"

namespace trailkeeper::query {

/// An account of callers without policies.
struct UncoveredAccount {
  std::string account;
  std::uint64_t unknown = 0;  ///< Its events whose verdict is unknown.
  /// From when on policies are loaded, if any are: the unknown events are older.
  std::optional<event::Timestamp> known_from;
};

/// Of the events that pass the filter, whatever verdicts it asks for: the accounts that have unknown ones at times for
/// which no policies of them are loaded; most events first. Callers of other accounts that the trail knows only as such
/// (`AWSAccount`) don't count. Throws StoreError.
std::vector<UncoveredAccount> uncovered_accounts(const store::Snapshot& snapshot, const Filter& filter);

/// What to tell about it, with what to load.
std::string uncovered_text(const UncoveredAccount& account);

}  // namespace trailkeeper::query
