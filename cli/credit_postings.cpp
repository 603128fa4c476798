// trailkeeper credits ledger: every posting, in order of time.
#include "cli/credit_rows.h"
#include "cli/credits.h"
#include "cli/money_cell.h"
#include "query/ledger/postings.h"

namespace trailkeeper::cli {

namespace credits = rules::credits;

namespace {

int run_ledger(const GlobalOptions& global, const CreditArguments& arguments) {
  const OpenedLedger opened{global};
  Out out{global, Out::Length::list, query::ShownEvents{opened.snapshot}};
  CreditRows rows{out, {{"time"}, {"debit"}, {"credit"}, {"amount", true}, {"rule"}, {"cause"}}, arguments.time()};
  const MoneyCells money{global.format, opened.ledger.settings()};
  // First what became of the credits, then the bills again, so that a month of them is held at a time.
  const credits::Book book = opened.book(arguments);
  query::Postings postings{opened.snapshot, book, arguments.account, [&](const query::Posting& posting) {
                             rows.row({time_cell(posting.time), Cell::of(posting.debit), Cell::of(posting.credit),
                                       money.of(posting.amount), Cell::shown(posting.rule), Cell::of(posting.cause)});
                           }};
  static_cast<void>(
      opened.ledger.book(arguments.time(), [&](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells,
                                               const auto&) { postings.add_bill(bill, cells); }));
  postings.finish();
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
