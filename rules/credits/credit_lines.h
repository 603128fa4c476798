// What bills alone tell of credits: their lines of type Credit.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rules/credits/book.h"

namespace trailkeeper::rules::credits {

/// A credit as bills name it, of an account for which no event or import says what was issued.
struct BilledCredit {
  std::string account;  ///< To whose charges it was applied.
  std::string name;     ///< Its ID, if the lines' description has one number that may be it; else the description;
                        ///< empty if they have none.
  std::map<std::string, Money> used;  ///< By month, `2024-05`.

  [[nodiscard]] Money total() const;
};

/// Sums Credit lines up.
class CreditLines {
 public:
  /// A bill's visitor.
  void add(const Bill& bill, const std::vector<PaidCell>& cells);

  /// By account, then name. Left out are accounts, and all of a payer's, for which the book has a credit: the ledger
  /// says what those used.
  [[nodiscard]] std::vector<BilledCredit> unexplained(const Book& book) const;

 private:
  struct Key {
    std::string payer;
    std::string account;
    std::string name;
    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, BilledCredit> credits_;
};

}  // namespace trailkeeper::rules::credits
