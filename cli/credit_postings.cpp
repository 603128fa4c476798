// trailkeeper credits ledger: every posting, in order of time.
#include <algorithm>

#include "cli/credit_rows.h"
#include "cli/credits.h"
#include "cli/money_cell.h"
#include "query/ledger/bill_lines.h"

namespace trailkeeper::cli {

namespace credits = rules::credits;

namespace {

// Lines of this many charges are held at once to put them in order.
constexpr std::uint64_t kLinesAtOnce = 500'000;

// Moves an amount from one account of the ledger to another, so that it always balances.
struct Posting {
  text::Timestamp time = 0;
  std::string debit;
  std::string credit;
  text::Money amount;
  std::string_view rule;
  std::string cause;
};

using Postings = std::vector<Posting>;

void add(Postings& postings, Posting posting) {
  if (posting.amount.is_zero()) return;
  if (posting.amount.is_negative()) {
    std::swap(posting.debit, posting.credit);
    posting.amount = -posting.amount;
  }
  postings.push_back(std::move(posting));
}

void sort_by_time(Postings& postings) {
  std::stable_sort(postings.begin(), postings.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
}

std::string part(const credits::Credit& credit, std::string_view of) {
  return "credit:" + credit.id + ":" + std::string{of};
}

// What isn't about charges: credits are issued, expire, are revoked.
Postings credit_postings(const credits::Book& book, const CreditArguments& arguments) {
  Postings postings;
  for (const credits::CreditState& state : book.credits()) {
    const credits::Credit& credit = state.credit;
    if (!arguments.wants(credit.account)) continue;
    add(postings,
        {credit.issued, part(credit, "available"), part(credit, "issued"), credit.amount, "R57", credit.event});
    if (credit.opening) {
      for (const auto& [day, amount] : credit.opening->used) {
        add(postings, {text::start_of(day), part(credit, "used"), part(credit, "available"), amount, "R62",
                       credit.opening->event});
      }
    }
    add(postings, {text::start_of(credit.expires + 1), part(credit, "expired"), part(credit, "available"),
                   state.expired, "R35", credit.event});
    add(postings, {std::max(credit.issued, credit.revoked.value_or(0)), part(credit, "revoked"),
                   part(credit, "available"), state.revoked, "R48", credit.revoked_by});
  }
  sort_by_time(postings);
  return postings;
}

// Prints the postings of credits and of bills as one list. Bills come month by month.
class Ledger {
 public:
  Ledger(const store::Snapshot& snapshot, CreditRows& rows, const MoneyCells& money, const credits::Book& book,
         const CreditArguments& arguments)
      : snapshot_(snapshot), rows_(rows), money_(money), credits_(book), due_(credit_postings(book, arguments)) {}

  void add_bill(const credits::Bill& bill, const std::vector<credits::PaidCell>& cells) {
    if (!bills_.empty() && bills_.front().first.month != bill.month) print_month();
    bills_.emplace_back(credits::Bill{bill.payer, bill.month, {}}, cells);
  }

  void finish() {
    print_month();
    for (; next_ < due_.size(); ++next_) print(due_[next_]);
  }

 private:
  // A charge of a day before its bill's month is posted when the month begins.
  [[nodiscard]] static text::Day day_of_posting(text::Day day, text::Month month) {
    return std::clamp(day, month.first_day(), month.last_day());
  }

  void print_month() {
    if (bills_.empty()) return;
    const text::Month month = bills_.front().first.month;
    std::map<text::Day, std::uint64_t> lines;
    for (const auto& [bill, cells] : bills_) {
      for (const credits::PaidCell& paid : cells) lines[day_of_posting(paid.cell.day, month)] += paid.cell.lines;
    }
    std::uint64_t sum = 0;
    text::Day first = month.first_day();
    for (const auto& [day, count] : lines) {
      if (sum > 0 && sum + count > kLinesAtOnce) {
        print_days(first, day - 1);
        first = day;
        sum = 0;
      }
      sum += count;
    }
    print_days(first, month.last_day());
    bills_.clear();
  }

  void print_days(text::Day first, text::Day last) {
    Postings postings;
    for (const auto& [bill, cells] : bills_) {
      query::for_each_paid_line(snapshot_, bill, cells, [&, &of = bill](const query::BilledLine& line) {
        const text::Day day = day_of_posting(text::day_of(line.start), of.month);
        if (day >= first && day <= last) post_line(line, of, postings);
      });
    }
    sort_by_time(postings);
    for (const Posting& posting : postings) {
      for (; next_ < due_.size() && due_[next_].time <= posting.time; ++next_) print(due_[next_]);
      print(posting);
    }
  }

  void post_line(const query::BilledLine& line, const credits::Bill& bill, Postings& postings) const {
    const std::string name = bill.payer + ":" + bill.month.text();
    const std::string account = "bill:" + name + ":";
    const std::string cause = line.id.empty() ? "bill " + bill.payer + " " + bill.month.text() : std::string{line.id};
    const text::Timestamp first = text::start_of(bill.month.first_day());
    const text::Timestamp time = std::clamp(line.start, first, text::start_of(bill.month.last_day() + 1) - 1);
    add(postings, {time, account + "due", account + "charged", line.amount, line.paid.rule, cause});
    for (const credits::Payment& payment : line.paid.payments) {
      const credits::Credit& credit = credits_.credits()[payment.credit].credit;
      add(postings, {time, part(credit, "used"), part(credit, "available"), payment.amount, line.paid.rule, cause});
      add(postings, {time, account + "covered", account + "due", payment.amount, line.paid.rule, cause});
    }
  }

  void print(const Posting& posting) {
    rows_.row({time_cell(posting.time), Cell::of(posting.debit), Cell::of(posting.credit), money_.of(posting.amount),
               Cell::shown(posting.rule), Cell::of(posting.cause)});
  }

  const store::Snapshot& snapshot_;
  CreditRows& rows_;
  const MoneyCells& money_;
  const credits::Book& credits_;  // Whose list of credits the payments' numbers mean.
  Postings due_;
  std::size_t next_ = 0;                                                         // Of those of credits.
  std::vector<std::pair<credits::Bill, std::vector<credits::PaidCell>>> bills_;  // Of one month.
};

int run_ledger(const GlobalOptions& global, const CreditArguments& arguments) {
  const OpenedLedger opened{global};
  Out out{global, Out::Length::list, query::ShownEvents{opened.snapshot}};
  CreditRows rows{out, {{"time"}, {"debit"}, {"credit"}, {"amount", true}, {"rule"}, {"cause"}}, arguments.time()};
  const MoneyCells money{global.format, opened.ledger.settings()};
  // First what became of the credits, then the bills again, so that a month of them is held at a time.
  const credits::Book book = opened.book(arguments);
  Ledger ledger{opened.snapshot, rows, money, book, arguments};
  static_cast<void>(opened.ledger.book(
      arguments.time(), [&](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells, const auto&) {
        if (arguments.wants(bill.payer)) ledger.add_bill(bill, cells);
      }));
  ledger.finish();
  rows.finish();
  return kDone;
}

}  // namespace

void add_credit_ledger(const Command& app, const GlobalOptions& global) {
  add_credit_command(app,
                     {"ledger", "Every posting, by time: from which account to which, by which rule, because of what",
                      "A debit and a credit of the same amount each, so that it balances.\n\n"
                      "Example:\n  trailkeeper credits ledger 111122223333 --output csv > ledger.csv"},
                     global, std::make_shared<CreditArguments>(), run_ledger);
}

}  // namespace trailkeeper::cli
