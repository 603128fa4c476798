#include "query/ledger/doubled_bills.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "store/bills/bills.h"
#include "text/calendar.h"

namespace trailkeeper::query {

namespace credits = rules::credits;

namespace {

// So many different charges of a day are hardly all there twice by chance.
constexpr std::uint64_t kCharges = 4;

struct DayOfBill {
  std::uint64_t different = 0;  // Charges that aren't the same in all that counts.
  std::uint64_t twins = 0;      // Those of them that are there several times.

  [[nodiscard]] bool doubled() const { return different >= kCharges && twins == different; }
};

// Counts the days of one bill, whose lines come by cell and start.
class Twins {
 public:
  void add(const store::CountedBillLine& line) {
    if (line.amount == 0 || line.id.empty()) return;
    if (!amounts_.empty() && (line.cell != cell_ || line.start != start_)) settle();
    cell_ = line.cell;
    start_ = line.start;
    day_ = line.cell->day;
    amounts_.push_back(line.amount);
  }

  const std::map<text::Day, DayOfBill>& days() {
    settle();
    return days_;
  }

 private:
  void settle() {
    std::sort(amounts_.begin(), amounts_.end());
    for (auto at = amounts_.begin(); at != amounts_.end();) {
      const auto end = std::upper_bound(at, amounts_.end(), *at);
      DayOfBill& day = days_[day_];
      ++day.different;
      if (end - at > 1) ++day.twins;
      at = end;
    }
    amounts_.clear();
  }

  const store::BillCell* cell_ = nullptr;
  std::int64_t start_ = 0;
  text::Day day_ = 0;
  std::vector<std::int64_t> amounts_;  // Of one cell and start.
  std::map<text::Day, DayOfBill> days_;
};

}  // namespace

std::vector<credits::LedgerFinding> doubled_bills(const store::Snapshot& snapshot) {
  std::vector<credits::LedgerFinding> findings;
  for (const store::BillMonth& bill : store::bill_months(snapshot)) {
    const auto month = text::Month::of_number(bill.month);
    if (!month) continue;
    Twins twins;
    store::for_each_bill_line(snapshot, bill.payer, bill.month,
                              [&twins](const store::CountedBillLine& line) { twins.add(line); });
    const auto& days = twins.days();
    const auto doubled = [](const auto& day) { return day.second.doubled(); };
    const auto first = std::find_if(days.begin(), days.end(), doubled);
    const auto advise = [&](text::Day day, std::string sentence) {
      findings.push_back({text::start_of(day), "", rules::Severity::low, bill.payer, "", std::move(sentence)});
    };
    if (first != days.end()) {
      advise(
          first->first,
          fmt::format("on {} of {} days every charge of the bill of {} is there twice, with another line item ID: were "
                      "two reports of it loaded, or two versions whose columns differ? Load one of them into a new "
                      "store",
                      std::count_if(days.begin(), days.end(), doubled), days.size(), month->text()));
    } else if (const auto files = store::alike_files(snapshot, bill.payer, bill.month)) {
      advise(month->first_day(),
             fmt::format("{} and {} charge for the same things in the bill of {}, and both count: are they versions of "
                         "one report? Load the newest of them alone into a new store, and each newer one from the same "
                         "path",
                         files->one, files->other, month->text()));
    }
  }
  return findings;
}

}  // namespace trailkeeper::query
