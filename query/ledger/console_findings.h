// What the events of the Activate console violate in the programme's rules (R1, R4, R5, R56).
#pragma once

#include <vector>

#include "rules/credits/book.h"
#include "store/store.h"

namespace trailkeeper::query {

/// One finding for each rule, account and event name, of its first event: unknown events (R1), events whose readOnly
/// isn't what they do (R4), console use by accounts that aren't members (R5; only where memberships are known at all),
/// offers read by members without approved credits (R56).
std::vector<rules::credits::LedgerFinding> console_findings(const store::Snapshot& snapshot,
                                                            const rules::credits::Book& book);

}  // namespace trailkeeper::query
