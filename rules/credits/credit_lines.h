// What bills alone tell of credits: their lines of type Credit.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rules/credits/book.h"

namespace trailkeeper::rules::credits {

/// A credit that only bills tell of: no event or import says what was issued.
struct BilledCredit {
  std::string account;  ///< To whose charges it was applied.
  std::string name;     ///< Its ID, if the lines' description has one number that may be it; else the description;
                        ///< empty if they have none.
  std::map<std::string, Money> used;  ///< By month, `2024-05`.

  [[nodiscard]] Money total() const;
};

/// Sums up Credit lines of which the ledger doesn't know the credit.
class CreditLines {
 public:
  /// A bill's visitor. Lines that name no credit are left out where the ledger's credits pay for their account on that
  /// bill: those are what the lines are about.
  void add(const Bill& bill, const std::vector<PaidCell>& cells);

  /// By account, then name. Left out is what the ledger tells better: accounts that hold one of the book's credits, and
  /// lines that name one.
  [[nodiscard]] std::vector<BilledCredit> unexplained(const Book& book) const;

 private:
  std::map<std::pair<std::string, std::string>, BilledCredit> credits_;  // By account and name.
};

}  // namespace trailkeeper::rules::credits
