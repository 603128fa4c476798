// The Org IDs that a store's events make known (R20).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "store/store.h"

namespace trailkeeper::query {

/// Has the store's writers keep, with the events of each commit, the Org IDs that they name; and looks through those
/// events that weren't looked through with the names that the settings give now: of an older version, or before the
/// settings changed. To be called wherever a store is opened to take events in or to remove some.
void keep_secrets(store::Store& store);

/// What marks of segments are made with, where Org IDs stand at these paths too (rules/credits/secret_name.h).
std::uint64_t marks_basis(const std::vector<std::string>& org_id_paths);

/// To be called before settings change: until keep_secrets() is called again, readers look for themselves.
void secrets_may_change(store::Store& store);

/// What is confidential in a snapshot, whoever wrote it: what the store keeps, and where that isn't all, what a look
/// through its events finds.
std::shared_ptr<const store::Secrets> secrets_of(const store::Snapshot& snapshot);

}  // namespace trailkeeper::query
