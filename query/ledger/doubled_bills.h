// Bills whose lines seem to be there twice.
#pragma once

#include <vector>

#include "rules/credits/ledger_finding.h"
#include "store/store.h"

namespace trailkeeper::query {

/// A newer version of a report replaces the older one (docs/credits.md, Refreshed reports); two different reports of
/// one month don't, so that their charges count twice. One finding, advice, for each bill with a day on which every
/// charge has a twin: the same in account, service, usage type, line type, start and amount, with another ID; or else
/// with two files that charge for the same things. Days of few or like charges say nothing. Reads all lines, in
/// bounded memory.
std::vector<rules::credits::LedgerFinding> doubled_bills(const store::Snapshot& snapshot);

}  // namespace trailkeeper::query
