// Bills whose lines seem to be there twice.
#pragma once

#include <vector>

#include "rules/credits/finding.h"
#include "store/store.h"

namespace trailkeeper::query {

/// A newer version of a report replaces the older one (docs/credits.md, Refreshed reports). Two different reports of
/// one month don't replace each other, so their charges count twice. One finding, advice, for each bill with a day on
/// which every charge has a twin: the same in account, service, usage type, line type, start and amount, with another
/// ID. Days with few charges, or with charges that are all alike, say nothing. Reads all lines, in bounded memory.
std::vector<rules::credits::Finding> doubled_bills(const store::Snapshot& snapshot);

}  // namespace trailkeeper::query
