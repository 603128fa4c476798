#include "query/ledger/postings.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "query/ledger/bill_lines.h"

namespace trailkeeper::query {

namespace credits = rules::credits;

namespace {

// Lines of this many charges are held at once to put them in order.
constexpr std::uint64_t kLinesAtOnce = 500'000;

using PostingList = std::vector<Posting>;

void add_posting(PostingList& postings, Posting posting) {
  if (posting.amount.is_zero()) return;
  if (posting.amount.is_negative()) {
    std::swap(posting.debit, posting.credit);
    posting.amount = -posting.amount;
  }
  postings.push_back(std::move(posting));
}

void sort_postings(PostingList& postings) {
  std::stable_sort(postings.begin(), postings.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
}

std::string part(const credits::Credit& credit, std::string_view of) {
  return "credit:" + credit.id + ":" + std::string{of};
}

// What isn't about charges: credits are issued, expire, are revoked.
PostingList credit_postings(const credits::Book& book, std::string_view account) {
  PostingList postings;
  for (const credits::CreditState& state : book.credits()) {
    const credits::Credit& credit = state.credit;
    if (!account.empty() && credit.account != account) continue;
    add_posting(postings,
                {credit.issued, part(credit, "available"), part(credit, "issued"), credit.amount, "R57", credit.event});
    if (credit.opening) {
      for (const auto& [day, amount] : credit.opening->used) {
        add_posting(postings, {text::start_of(day), part(credit, "used"), part(credit, "available"), amount, "R62",
                               credit.opening->event});
      }
    }
    add_posting(postings, {text::start_of(credit.expires + 1), part(credit, "expired"), part(credit, "available"),
                           state.expired, "R35", credit.event});
    add_posting(postings, {std::max(credit.issued, credit.revoked.value_or(0)), part(credit, "revoked"),
                           part(credit, "available"), state.revoked, "R48", credit.revoked_by});
  }
  sort_postings(postings);
  return postings;
}

}  // namespace

class Postings::Ordered {
 public:
  Ordered(const store::Snapshot& snapshot, const credits::Book& book, std::string account, PostingVisitor visit)
      : snapshot_(snapshot),
        credits_(book),
        account_(std::move(account)),
        visit_(std::move(visit)),
        due_(credit_postings(book, account_)) {}

  void add_bill(const credits::Bill& bill, const std::vector<credits::PaidCell>& cells) {
    if (!account_.empty() && bill.payer != account_) return;
    if (!bills_.empty() && bills_.front().first.month != bill.month) give_month();
    bills_.emplace_back(credits::Bill{bill.payer, bill.month, {}}, cells);
  }

  void finish() {
    give_month();
    for (; next_ < due_.size(); ++next_) visit_(due_[next_]);
  }

 private:
  // A charge of a day before its bill's month is posted when the month begins.
  [[nodiscard]] static text::Day day_of_posting(text::Day day, text::Month month) {
    return std::clamp(day, month.first_day(), month.last_day());
  }

  void give_month() {
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
        give_days(first, day - 1);
        first = day;
        sum = 0;
      }
      sum += count;
    }
    give_days(first, month.last_day());
    bills_.clear();
  }

  void give_days(text::Day first, text::Day last) {
    PostingList postings;
    for (const auto& [bill, cells] : bills_) {
      for_each_paid_line(snapshot_, bill, cells, [&, &of = bill](const BilledLine& line) {
        const text::Day day = day_of_posting(text::day_of(line.start), of.month);
        if (day >= first && day <= last) post_line(line, of, postings);
      });
    }
    sort_postings(postings);
    for (const Posting& posting : postings) {
      for (; next_ < due_.size() && due_[next_].time <= posting.time; ++next_) visit_(due_[next_]);
      visit_(posting);
    }
  }

  void post_line(const BilledLine& line, const credits::Bill& bill, PostingList& postings) const {
    const std::string name = bill.payer + ":" + bill.month.text();
    const std::string account = "bill:" + name + ":";
    const std::string cause = line.id.empty() ? "bill " + bill.payer + " " + bill.month.text() : std::string{line.id};
    const text::Timestamp first = text::start_of(bill.month.first_day());
    const text::Timestamp time = std::clamp(line.start, first, text::start_of(bill.month.last_day() + 1) - 1);
    add_posting(postings, {time, account + "due", account + "charged", line.amount, line.paid.rule, cause});
    for (const credits::Payment& payment : line.paid.payments) {
      const credits::Credit& credit = credits_.credits()[payment.credit].credit;
      add_posting(postings,
                  {time, part(credit, "used"), part(credit, "available"), payment.amount, line.paid.rule, cause});
      add_posting(postings, {time, account + "covered", account + "due", payment.amount, line.paid.rule, cause});
    }
  }

  const store::Snapshot& snapshot_;
  const credits::Book& credits_;
  std::string account_;
  PostingVisitor visit_;
  PostingList due_;
  std::size_t next_ = 0;                                                         // Of those of credits.
  std::vector<std::pair<credits::Bill, std::vector<credits::PaidCell>>> bills_;  // Of one month.
};

Postings::Postings(const store::Snapshot& snapshot, const credits::Book& book, std::string account,
                   PostingVisitor visit)
    : ordered_(std::make_unique<Ordered>(snapshot, book, std::move(account), std::move(visit))) {}

Postings::~Postings() = default;

void Postings::add_bill(const credits::Bill& bill, const std::vector<credits::PaidCell>& cells) {
  ordered_->add_bill(bill, cells);
}

void Postings::finish() { ordered_->finish(); }

}  // namespace trailkeeper::query
