// The Org IDs that a store's events make known (R20).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "store/store.h"

namespace trailkeeper::query {

/// Makes the store's writers keep, with the events of each commit, the Org IDs that they name; and searches the events
/// that weren't searched yet for the names that the settings give now: those from an older version, or from before the
/// settings changed. Call it wherever a store is opened to take events in or to remove some.
void keep_secrets(store::Store& store);

/// What segments' marks are made with, if Org IDs stand at these paths too (rules/credits/secret_name.h).
std::uint64_t marks_basis(const std::vector<std::string>& org_id_paths);

/// Call it before settings change: until keep_secrets() is called again, readers search for themselves.
void secrets_may_change(store::Store& store);

/// What is confidential in a snapshot, whoever wrote it: what the store keeps and, if that isn't everything, what a
/// search of its events finds.
std::shared_ptr<const store::Secrets> secrets_of(const store::Snapshot& snapshot);

}  // namespace trailkeeper::query
