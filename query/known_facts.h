// Facts that people write themselves, against what the store has of them.
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

/// What names are made with for facts that are to be written into the store.
rules::credits::Pseudonymiser fact_names(const store::Snapshot& snapshot);

/// In the same order. A fact that is there twice is known the second time.
std::vector<KnownFact> known_facts(const store::Snapshot& snapshot, std::vector<rules::credits::OwnFact> facts);

/// Why one of the facts is wrong by what the store has, for people: a correction of another account's credit, a credit
/// that was withdrawn. Empty if none is. AWS's figures aren't doubted. Reads the credit ledger.
std::string objection(const store::Snapshot& snapshot, const std::vector<KnownFact>& facts);

/// What the journal says of the facts that were new: which, not what they hold, as that may be confidential (R20).
std::string journal_text(std::string_view verb, const std::vector<KnownFact>& facts);

}  // namespace trailkeeper::query
