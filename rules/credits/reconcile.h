// Our ledger against what AWS says (R62, R66).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/book.h"

namespace trailkeeper::rules::credits {

struct Difference {
  std::string month;    ///< `2024-05`; empty for a balance.
  std::string service;  ///< Product code; empty for a balance.
  std::string account;
  std::string credit;  ///< Empty where theirs isn't by credit.
  Money ours;
  Money theirs;
  std::string_view against;  ///< `cur`, `GetCredits`, `GetCreditAllocationHistory`.
};

/// What credits paid, by month, service and account, and by credit too.
class Usage {
 public:
  /// A bill's visitor.
  void add(const Bill& bill, const std::vector<PaidCell>& cells, const std::vector<CreditState>& credits);

  /// Against the bills' own lines of type Credit, for payers whose reports have any.
  [[nodiscard]] std::vector<Difference> against_bills() const;

  /// Against a GetCreditAllocationHistory response: for the months and accounts that it names.
  [[nodiscard]] iam::Result<std::vector<Difference>> against_history(std::string_view json,
                                                                     const Settings& settings) const;

 private:
  struct Place {
    std::string payer;
    std::string month;
    std::string service;
    std::string account;
    auto operator<=>(const Place&) const = default;
  };
  struct Sums {
    Money ours;
    Money theirs;
  };
  std::map<Place, Sums> places_;
  std::set<std::string> payers_with_credit_lines_;
  std::map<std::string, std::map<Place, Money>> by_credit_;  // Places without payer.
};

/// Balances against a GetCredits response: of the accounts that it names.
iam::Result<std::vector<Difference>> against_balances(const Book& book, std::string_view json);

/// What a file is: `GetCredits`, `GetCreditAllocationHistory`, or nothing.
std::string_view kind_of_answer(std::string_view json);

}  // namespace trailkeeper::rules::credits
