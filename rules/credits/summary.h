// Totals: what credits are worth and were used for, by month, service and account.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rules/credits/book.h"

namespace trailkeeper::rules::credits {

/// What AWS's history says about days before a credit's opening balance, which the ledger doesn't reckon itself.
struct UseBefore {
  const KnownUse* use;
  const Credit* credit;
};
/// The sums of all credits of the book, which must outlive them.
std::vector<UseBefore> uses_before_openings(const Book& book);

/// What was charged, and how much of it credits paid. The report's own lines of type Credit are no charges.
struct Totals {
  text::Money charged;
  text::Money covered;
  text::Money shared;        ///< The part of what is covered that credits of other accounts paid.
  text::Money unknown;       ///< The part of what was charged that opening balances may have paid: nobody told (R62).
  text::Money without_bill;  ///< The part of what was charged that only AWS's history of credits tells of.
  std::uint64_t lines = 0;

  [[nodiscard]] text::Money due() const { return charged - covered - unknown; }
  void add(const Totals& other);
};

/// Whose sums: nothing of others is added.
struct SummaryScope {
  std::string account;  ///< As payer, or as the account that used something; empty: all.
  std::optional<text::Month> month;
};

/// Sums of bills.
class Summary {
 public:
  explicit Summary(SummaryScope scope) : scope_(std::move(scope)) {}

  /// A visitor of bills.
  void add(const Bill& bill, const std::vector<PaidCell>& cells, const std::vector<CreditState>& credits);
  /// What credits paid before their opening balances, according to AWS's history; after all bills. Of a month and
  /// account that it tells of, nothing is unknown any more. Where it is more than the account's bills of the month
  /// charge, the rest was charged, too: no bill for it was loaded. Less than AWS rounds to is no difference.
  void add_known(const Book& book);

  struct Place {
    text::Month month;
    std::string service;
    std::string account;
    auto operator<=>(const Place&) const = default;
  };
  /// By month, service and account.
  [[nodiscard]] const std::map<Place, Totals>& places() const { return places_; }
  /// By day of usage. AWS's history tells no days: what it says stays unknown here.
  [[nodiscard]] const std::map<text::Day, Totals>& days() const { return days_; }
  /// Of all places: what any list of months, services or accounts adds up to.
  [[nodiscard]] Totals total() const;
  /// What the days leave unknown, and the places don't.
  [[nodiscard]] text::Money told_by_month() const;
  /// The last day of any charge of the scope.
  [[nodiscard]] std::optional<text::Day> last_day() const;

 private:
  // What AWS's history says of a place.
  struct Told {
    text::Money amount;
    text::Money shared;
    text::Money step;  // The precision of the amount.
  };
  [[nodiscard]] std::map<Place, Told> told(const Book& book) const;
  [[nodiscard]] bool bills(const text::Month& month, const std::string& account) const;
  void settle(const std::map<Place, Told>& told);

  SummaryScope scope_;
  std::map<Place, Totals> places_;
  std::map<text::Day, Totals> days_;
};

/// The sums, by the part of a place that `key` takes.
template <typename Key>
auto totals_by(const Summary& summary, Key key) {
  std::map<decltype(key(std::declval<Summary::Place>())), Totals> sums;
  for (const auto& [place, totals] : summary.places()) sums[key(place)].add(totals);
  return sums;
}

/// What all credits of a holder were and are.
struct HolderTotals {
  std::uint64_t credits = 0;
  text::Money amount;
  text::Money used;
  text::Money available;
  text::Money expired;
  text::Money revoked;
  std::optional<text::Day> next_expiry;  ///< Of the active ones.
};
std::map<std::string, HolderTotals> holders(const Book& book);

/// `12.5`: a share in percent, rounded down to a tenth; `0.0` of nothing.
std::string percent_text(text::Money part, text::Money whole);

}  // namespace trailkeeper::rules::credits
