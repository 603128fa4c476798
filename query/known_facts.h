// Facts that people enter themselves, compared with what the store already has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/own_fact.h"
#include "store/store.h"

namespace trailkeeper::query {

/// A fact, and whether the store has it.
struct KnownFact {
  rules::credits::OwnFact fact;
  std::string event_id;
  bool known = false;
};

/// What facts that are about to be stored are named with.
rules::credits::Pseudonymiser fact_names(const store::Snapshot& snapshot);

/// In the same order. A fact that occurs twice is known the second time.
std::vector<KnownFact> known_facts(const store::Snapshot& snapshot, std::vector<rules::credits::OwnFact> facts);

/// Why one of the facts is wrong in view of what the store has, for people: a correction of another account's credit, a
/// credit that was withdrawn. Empty if none is. AWS's figures aren't doubted. Reads the credit ledger.
std::string objection(const store::Snapshot& snapshot, const std::vector<KnownFact>& facts);

/// What the journal says about the facts that were new: which they are, but not what they say, as that may be
/// confidential (R20).
std::string journal_text(std::string_view verb, const std::vector<KnownFact>& facts);

}  // namespace trailkeeper::query
