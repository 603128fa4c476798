// What AWS's imported figures and corrections make of the other facts, before any rule looks at them.
#pragma once

#include <string>
#include <vector>

#include "rules/credits/fact.h"
#include "rules/credits/finding.h"

namespace trailkeeper::rules::credits {

/// What a credit paid of one account's charges for one service in a month, by AWS's figures.
struct KnownUse {
  std::string credit;
  Month month;
  std::string account;
  std::string service;  ///< Product code.
  Money amount;
  bool estimated = false;
  text::Timestamp as_of = 0;  ///< Of the figures.
};

struct Consolidated {
  std::vector<Fact> facts;  ///< In their order; none is an import or a correction any more.
  std::vector<KnownUse> uses;
  std::vector<Finding> findings;
};

/// Whether a fact is an import, a correction, or one of one's own: without any of them nothing is to be done.
bool changes_others(const Fact& fact);

/// Takes facts in any order. Figures of imports and corrections replace those of the events that issued the credits,
/// whatever their time; a credit that no event issued comes to be on its first day. Opening balances and uses are those
/// of the newest import up to `at`. What was withdrawn is gone.
Consolidated consolidated(std::vector<Fact> facts, text::Timestamp at);

}  // namespace trailkeeper::rules::credits
