// What bills alone say about credits: their lines of type Credit.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rules/credits/book.h"

namespace trailkeeper::rules::credits {

/// A credit that only bills mention: no event or import says what was issued.
struct BilledCredit {
  std::string account;  ///< The account to whose charges it was applied.
  std::string name;     ///< Its ID, if the lines' description has one number that may be it; else the description;
                        ///< empty if they have none.
  std::map<std::string, text::Money> used;  ///< By month, `2024-05`.

  [[nodiscard]] text::Money total() const;
};

/// Sums up Credit lines whose credit the ledger doesn't know.
class CreditLines {
 public:
  /// A visitor of bills. Lines that name no credit are left out if the ledger's credits pay for their account on that
  /// bill: then the lines are about those.
  void add(const Bill& bill, const std::vector<PaidCell>& cells);

  /// By account, then name. Leaves out what the ledger knows better: accounts that hold one of the book's credits, and
  /// lines that name one.
  [[nodiscard]] std::vector<BilledCredit> unexplained(const Book& book) const;

 private:
  std::map<std::pair<std::string, std::string>, BilledCredit> credits_;  // By account and name.
};

}  // namespace trailkeeper::rules::credits
