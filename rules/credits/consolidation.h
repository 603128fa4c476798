// What AWS's imported figures and corrections make of the other facts, before any rule looks at them.
#pragma once

#include <string>
#include <vector>

#include "rules/credits/fact.h"
#include "rules/credits/ledger_finding.h"

namespace trailkeeper::rules::credits {

/// What a credit paid of one account's charges for one service in a month, according to AWS's figures.
struct KnownUse {
  std::string credit;
  text::Month month;
  std::string account;
  std::string service;  ///< Product code.
  text::Money amount;
  bool estimated = false;
  text::Timestamp as_of = 0;  ///< The time of the figures.
};

struct Consolidated {
  std::vector<Fact> facts;  ///< In their order; none is an import or a correction any more.
  std::vector<KnownUse> uses;
  std::vector<LedgerFinding> findings;
};

/// Whether a fact is an import, a correction, or one of our own: without any of these there is nothing to do.
bool changes_others(const Fact& fact);

/// Takes facts in any order. Figures of imports and corrections replace those of the events that issued the credits,
/// whatever their time; a credit that no event issued begins on its first day. Opening balances and uses are those of
/// the newest import up to `at`. Withdrawn facts are gone.
Consolidated consolidated(std::vector<Fact> facts, text::Timestamp at);

}  // namespace trailkeeper::rules::credits
