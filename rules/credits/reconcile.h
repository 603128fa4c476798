// Our ledger compared with what AWS says (R62, R66).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/billing_answer.h"
#include "rules/credits/book.h"
#include "text/result.h"

namespace trailkeeper::rules::credits {

struct Difference {
  std::string month;    ///< `2024-05`; empty for a credit as a whole.
  std::string service;  ///< Product code; empty for a credit as a whole.
  std::string account;
  std::string credit;           ///< Empty if theirs isn't by credit.
  std::optional<Money> ours;    ///< Nothing if we have none, or it isn't money.
  std::optional<Money> theirs;  ///< The same.
  std::string ours_text;        ///< If it isn't money: a day, an account.
  std::string theirs_text;      ///< The same.
  std::string_view against;     ///< `cur`, `GetCredits`, `GetCreditAllocationHistory`.
  std::string_view what =
      "used";  ///< `used`, `remaining`, `estimated`, `initial`, `start`, `end`, `owner`, `currency`,
               ///< `not-here`, `not-there`; `failed-month`, `partial-results`, `more-pages`.
};

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
    Money ours;
    Money theirs;
    Money step;                  // The precision of theirs.
    bool before_import = false;  // Some of it is in opening balances.
    [[nodiscard]] bool differ() const;
  };
  // Our figure for each credit, with AWS's history for the time before its opening balance.
  [[nodiscard]] std::map<std::string, std::map<Place, Money>> with_known(const Book& book) const;
  std::map<Place, Sums> places_;
  std::set<std::string> payers_with_credit_lines_;
  std::map<std::string, std::map<Place, Money>> by_credit_;  // Places without payer.
};

/// GetCredits responses, together: what isn't in one may be in another.
class ListedCredits {
 public:
  /// Takes a response.
  text::Result<void> add(std::string_view json);

  /// Compares the ledger's credits with the listed ones: amounts, days, owners, and which are missing on either side.
  /// On our side those of the accounts that the responses name; all, if one of them lists nothing and so doesn't say
  /// whose it is. If a credit has an estimate (for the open month), that is what is compared.
  [[nodiscard]] std::vector<Difference> against(const Book& book) const;

  /// Whether there is a credit to compare.
  [[nodiscard]] bool compares(const Book& book) const;

 private:
  struct Listed {
    std::string account;
    AnswerAmount remaining;
    std::optional<AnswerAmount> estimated;
    std::optional<AnswerAmount> initial;
    std::optional<text::Timestamp> start;
    std::optional<text::Timestamp> end;
  };
  static void compare(const std::string& id, const Listed& listed, const CreditState& state,
                      std::vector<Difference>& found);
  [[nodiscard]] bool is_ours_to_compare(const CreditState& state) const;

  std::map<std::string, Listed> listed_;
  std::set<std::string> accounts_;
  bool all_accounts_ = false;
  std::vector<Difference> gaps_;
};

}  // namespace trailkeeper::rules::credits
