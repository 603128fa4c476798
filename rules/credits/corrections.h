// Which corrections hold: those for the account that holds the credit then, and those of our own facts.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "rules/credits/fact.h"

namespace trailkeeper::rules::credits {

/// What the corrections among some facts are about. A correction that doesn't hold changes nothing.
class Corrections {
 public:
  /// `facts` in their order (Fact::before).
  explicit Corrections(const std::vector<Fact>& facts);

  /// Whether one of our own facts was withdrawn by its eventID. A withdrawal may itself be withdrawn.
  [[nodiscard]] bool is_withdrawn(const Fact& fact) const {
    return fact.own && withdrawn_.contains({fact.event, fact.account});
  }

  /// Why a fact of our own that is here can't be entered again: it was withdrawn. Empty if it wasn't.
  [[nodiscard]] std::string objection_to_repeating(const std::string& event, const std::string& account) const;

  /// Why a correction, one of the facts, doesn't hold, as a sentence; empty if it does.
  [[nodiscard]] std::string problem(const Fact& correction) const;

  /// For a credit that a correction names: the correction that withdraws it; empty if none does.
  [[nodiscard]] const std::string& withdrawal_of(const std::string& credit) const;
  /// For such a credit: the account that holds it after all facts; empty if no fact mentions it.
  [[nodiscard]] const std::string& holder_of(const std::string& credit) const;

 private:
  // Who holds a credit that a correction names, as far as the facts have been looked at.
  struct Held {
    std::string account;  // Empty: no fact mentions the credit.
    enum class By : std::uint8_t { nobody, import, own_issue, issue } by = By::nobody;
    std::string withdrawal;
  };
  using FactKey = std::tuple<std::string, std::string, Digest>;
  using Named = std::pair<std::string, std::string>;  // An eventID, and the account that its fact is about.

  void find_withdrawn(const std::vector<Fact>& facts);
  void settle(std::map<Named, std::set<Named>> targets);
  void follow_credits(const std::vector<Fact>& facts);
  void note_first_holder(const Fact& fact);
  void follow(const Fact& fact);
  void apply(const Fact& fact, const Correction& correction);
  [[nodiscard]] std::string problem_of_withdrawal(const Fact& fact, const std::string& event) const;
  [[nodiscard]] static FactKey key_of(const Fact& fact) { return {fact.event, fact.account, fact.digest}; }

  std::map<std::string, std::set<std::string>> own_;  // Accounts of our own facts that corrections name.
  std::map<Named, std::string> withdrawn_;            // With a withdrawal's eventID.
  std::map<std::string, Held> held_;                  // Of credits that corrections name.
  std::map<FactKey, std::string> problems_;           // Of corrections of credits.
};

/// Those among facts in any order.
Corrections corrections_of(std::vector<Fact> facts);

/// Why a fact that somebody wants to enter is wrong in view of what is known already; nothing if it isn't. `facts` in
/// any order.
std::optional<std::string> objection(std::vector<Fact> facts, const Fact& fact);

}  // namespace trailkeeper::rules::credits
