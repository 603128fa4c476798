// Which corrections hold: those of the account that holds the credit, and of facts of one's own.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rules/credits/fact.h"

namespace trailkeeper::rules::credits {

/// What the corrections among some facts are about. A correction that doesn't hold changes nothing.
class Corrections {
 public:
  /// `facts` in their order (Fact::before).
  explicit Corrections(const std::vector<Fact>& facts);

  /// Whether a fact of one's own was withdrawn by its eventID. A withdrawal may itself be withdrawn.
  [[nodiscard]] bool is_withdrawn(const Fact& fact) const { return fact.own && withdrawn_.contains(fact.event); }

  /// Why a correction, one of the facts, doesn't hold, as a sentence; empty if it does.
  [[nodiscard]] std::string problem(const Fact& correction) const;

  /// The correction that withdraws a credit; empty if none does.
  [[nodiscard]] const std::string& withdrawal_of(const std::string& credit) const;

 private:
  // Who holds a credit that a correction names, and has held it.
  struct Held {
    std::string account;  // Empty: no fact tells of the credit.
    std::string issued_to;
    bool issued_by_aws = false;
    std::set<std::string> accounts;
    std::map<std::string, std::set<std::string>> moves;  // By corrections, from each account.
    std::string withdrawal;
  };

  void find_withdrawn(const std::vector<Fact>& facts);
  void settle(std::map<std::string, std::set<std::string>> targets);
  void find_holders(const std::vector<Fact>& facts);
  void note_holder(const Fact& fact);
  void apply(const Fact& fact, const Correction& correction);
  [[nodiscard]] std::string problem_of_withdrawal(const Fact& fact, const std::string& event) const;

  std::map<std::string, std::set<std::string>> own_;  // Accounts of facts of one's own that corrections name.
  std::set<std::string> withdrawn_;
  std::map<std::string, Held> held_;  // Of credits that corrections name.
};

/// Why a fact that somebody wants to write down is wrong by what is known already; nothing if it isn't. `facts` in any
/// order.
std::optional<std::string> objection(std::vector<Fact> facts, const Fact& fact);

}  // namespace trailkeeper::rules::credits
