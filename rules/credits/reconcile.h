// What credits paid compared with what AWS says that they paid (R62, R66).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/book.h"
#include "rules/credits/difference.h"
#include "text/result.h"

namespace trailkeeper::rules::credits {

/// What credits paid, by month, service and account, and by credit too.
class Usage {
 public:
  /// A visitor of bills.
  void add(const Bill& bill, const std::vector<PaidCell>& cells, const std::vector<CreditState>& credits);

  struct Compared {
    std::vector<Difference> differences;
    bool any = false;  ///< False: there was nothing to compare.
    /// Months before an opening balance for which no imported history says what was used: they aren't compared.
    std::set<std::string> unknown_months;
  };
  /// Compares with the bills' own lines of type Credit, for payers whose reports have any. Before opening balances,
  /// AWS's history counts as ours. Amounts are compared to the precision that theirs have, but at most to the cent.
  [[nodiscard]] Compared against_bills(const Book& book) const;
  /// Compares with a GetCreditAllocationHistory response: for the months and accounts that it names, in the same way.
  /// Whatever it says it lacks is a difference, too.
  [[nodiscard]] text::Result<Compared> against_history(std::string_view json, const Book& book) const;

 private:
  struct Place {
    std::string payer;
    std::string month;
    std::string service;
    std::string account;
    auto operator<=>(const Place&) const = default;
  };
  struct Sums {
    text::Money ours;
    text::Money theirs;
    text::Money step;            // The precision of theirs.
    bool before_import = false;  // Some of it is in opening balances.
    [[nodiscard]] bool differ() const;
  };
  // Our figure for each credit, with AWS's history for the time before its opening balance.
  [[nodiscard]] std::map<std::string, std::map<Place, text::Money>> with_known(const Book& book) const;
  std::map<Place, Sums> places_;
  std::set<std::string> payers_with_credit_lines_;
  std::map<std::string, std::map<Place, text::Money>> by_credit_;  // Places without payer.
};

}  // namespace trailkeeper::rules::credits
