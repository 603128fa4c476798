// The ledger's state at one moment: facts and bills in, balances out.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/credits/bill.h"
#include "rules/credits/consolidation.h"
#include "rules/credits/programme.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::credits {

enum class CreditStatus : std::uint8_t { active, used, expired, revoked };
/// `active`, `used`, `expired`, `revoked`.
std::string_view status_text(CreditStatus status);

/// A credit with its balances: amount = used + available + expired + revoked.
struct CreditState {
  Credit credit;
  text::Money used;
  text::Money available;
  text::Money expired;
  text::Money revoked;
  CreditStatus status = CreditStatus::active;
  std::map<text::Day, text::Money> used_on;  ///< By the day of the charge.
};

/// Which bills there are, and their charges.
struct BillName {
  std::string payer;
  text::Month month;
  auto operator<=>(const BillName&) const = default;
};
using ReadBill = std::function<std::vector<ChargeCell>(const BillName&)>;

/// A bill after credits have paid. The payments' numbers refer to `credits`.
using BillVisitor = std::function<void(const Bill&, const std::vector<PaidCell>&, const std::vector<CreditState>&)>;

/// Everything that follows from the facts and bills up to a moment, whatever the order in which they came.
class Book {
 public:
  /// `settings` must outlive the book. `facts` may be in any order; those after `at` are left out, and so are charges
  /// of days after it. Bills are read month by month; each is passed to `visit`, if given, when it is paid. A bill is
  /// left out if reading or paying it throws std::overflow_error.
  Book(const std::vector<Fact>& facts, std::vector<BillName> bills, const ReadBill& read, const Settings& settings,
       text::Timestamp at, const BillVisitor& visit = {});

  [[nodiscard]] const Programme& programme() const { return programme_; }
  /// By holder, then issue, then ID.
  [[nodiscard]] const std::vector<CreditState>& credits() const { return credits_; }
  /// Findings about the programme and about bills, by time.
  [[nodiscard]] const std::vector<LedgerFinding>& findings() const { return findings_; }
  /// Bills whose amounts are more than money can hold.
  [[nodiscard]] const std::vector<BillName>& left_out() const { return left_out_; }
  [[nodiscard]] text::Timestamp at() const { return at_; }
  /// What credits paid by AWS's allocation history: the newest figures of each credit and month.
  [[nodiscard]] const std::vector<KnownUse>& known_uses() const { return uses_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }

  /// The balance that the credit had at the end of a day, according to its uses by day.
  [[nodiscard]] static text::Money left_after(const CreditState& state, text::Day day);

 private:
  void take_facts(const std::vector<Fact>& facts);
  void open_credits();
  [[nodiscard]] std::vector<std::size_t> credits_for(const Bill& bill) const;
  void pay(const BillName& name, const ReadBill& read, const BillVisitor& visit);
  void leave_out(const BillName& name);
  void note_unlisted(const Bill& bill, const std::vector<PaidCell>& cells);
  void close_credits();
  void check_shown();
  void sort_findings();

  const Settings& settings_;
  text::Timestamp at_;
  Programme programme_;
  std::vector<CreditState> credits_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_holder_;  // Places in credits_.
  std::vector<LedgerFinding> findings_;
  std::unordered_map<std::string, std::size_t> places_of_facts_;  // Of those that findings are about, from 1.
  std::vector<BillName> left_out_;
  std::vector<KnownUse> uses_;
  std::set<std::pair<std::string, std::string>> unlisted_;
};

}  // namespace trailkeeper::rules::credits
