// trailkeeper credits: what is left, per credit.
#include "cli/credits.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/credit_rows.h"
#include "cli/money_cell.h"
#include "cli/principal_argument.h"
#include "query/ledger/refused_bill_lines.h"
#include "rules/credits/credit_lines.h"
#include "rules/credits/notices.h"

namespace trailkeeper::cli {

namespace credits = rules::credits;

text::Timestamp CreditArguments::time() const {
  if (!moment_) moment_ = time_argument(at, "--at");
  return *moment_;
}

OpenedLedger::OpenedLedger(const GlobalOptions& global, bool shown)
    : store(global.store_directory(), store::Store::Mode::read), snapshot(store.snapshot()), ledger(snapshot, shown) {}

credits::Book OpenedLedger::book(text::Timestamp at, const credits::BillVisitor& visit) const {
  credits::Book made = ledger.book(at, visit);
  for (const credits::BillName& bill : made.left_out()) {
    print_notice(fmt::format("the bill of {} for {} is left out: its charges are more than 900 million dollars",
                             bill.payer, bill.month.text()));
  }
  for (const std::string& sentence : query::refused_bill_lines(snapshot).sentences()) print_notice(sentence);
  return made;
}

namespace {

// Whether anything but the bills tells of the account.
bool is_known(const credits::Book& book, const std::string& account) {
  const auto of = [&account](const auto& one) { return one.account == account; };
  const auto held = [&account](const credits::CreditState& state) { return state.credit.account == account; };
  const auto& applications = book.programme().applications();
  return book.programme().accounts().contains(account) ||
         std::any_of(book.credits().begin(), book.credits().end(), held) ||
         std::any_of(applications.begin(), applications.end(), of) ||
         std::any_of(book.known_uses().begin(), book.known_uses().end(), of);
}

}  // namespace

credits::Book OpenedLedger::book(const CreditArguments& arguments, const credits::BillVisitor& visit) const {
  const std::string& account = arguments.account;
  bool billed = account.empty();
  credits::Book made = book(arguments.time(), [&](const credits::Bill& bill, const auto& cells, const auto& states) {
    billed = billed || bill.payer == account ||
             std::any_of(cells.begin(), cells.end(), [&](const auto& paid) { return paid.cell.account == account; });
    if (visit) visit(bill, cells, states);
  });
  if (!ledger.has_facts()) {
    print_notice(
        "the store has no event of the credit programme: trailkeeper credits add and import write credits down");
  } else if (!billed && !is_known(made, account)) {
    print_notice(fmt::format("nothing is known of account {}: no credit, no application, no charge", account));
  }
  return made;
}

Option add_account_argument(const Command& command, CreditArguments& arguments, const std::string& help) {
  return command.add_option("ACCOUNT", arguments.account, help).check([](const std::string& text) {
    constexpr std::size_t kDigits = 12;
    const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
    return digits && text.size() == kDigits ? std::string{} : "must be an account ID of 12 digits, not '" + text + "'";
  });
}

Command add_credit_command(const Command& credits, const CreditCommandText& text, const GlobalOptions& global,
                           const std::shared_ptr<CreditArguments>& arguments, const CreditCommand& body) {
  const Command command = credits.add_subcommand(text.name, text.summary);
  const Option account = add_account_argument(command, *arguments, "A 12-digit account ID");
  if (text.needs_account) account.required();
  command.add_option("--at", arguments->at, "As of then: 2024-05-01, a time, or an age (default: now)")
      .type_name("TIME");
  command.footer(text.footer);
  command.runs([&global, arguments, body] { return body(global, *arguments); });
  return command;
}

namespace {

// Credits that only bills know; false if there is none.
bool add_billed_credits(const CreditArguments& arguments, const std::vector<credits::BilledCredit>& billed,
                        const MoneyCells& money, bool table, CreditRows& rows) {
  bool any = false;
  for (const credits::BilledCredit& credit : billed) {
    if (!arguments.wants(credit.account)) continue;
    any = true;
    std::vector<std::string> months;
    for (const auto& [month, used] : credit.used) months.push_back(month + " used " + used.text());
    const Cell none = Cell::absent();
    if (table) {
      rows.row({Cell::shown(credit.account), text_or_absent(credit.name), Cell::shown("Billed"), none,
                money.of(credit.total()), none, none, Cell::shown("unknown"), none});
      continue;
    }
    rows.row({Cell::shown(credit.account), text_or_absent(credit.name), Cell::shown("Billed"), none,
              money.of(credit.total()), none, none, none, none, none, Cell::shown("unknown"), list_cell(months)});
  }
  return any;
}

// A table has what fits a hundred columns.
std::vector<Column> columns(bool table) {
  if (table) {
    return {{"account"},         {"creditId"}, {"type"},   {"amount", true}, {"used", true},
            {"available", true}, {"expires"},  {"status"}, {"next"}};
  }
  return {{"account"},       {"creditId"},      {"type"},   {"amount", true}, {"used", true}, {"available", true},
          {"expired", true}, {"revoked", true}, {"issued"}, {"expires"},      {"status"},     {"notices"}};
}

std::vector<Cell> table_cells(const credits::CreditState& state, const std::vector<std::string>& next,
                              const MoneyCells& money) {
  const credits::Credit& credit = state.credit;
  // Of the next notice its date.
  const std::string date = next.empty() ? std::string{} : next.front().substr(0, next.front().find(' '));
  return {Cell::shown(credit.account),
          Cell::of(credit.id),
          Cell::shown(credits::kind_text(credit.kind)),
          money.of(credit.amount),
          money.of(state.used),
          money.of(state.available),
          day_cell(credit.expires),
          Cell::shown(credits::status_text(state.status)),
          shown_or_absent(date)};
}

std::vector<Cell> cells(const credits::CreditState& state, const std::vector<std::string>& next,
                        const MoneyCells& money) {
  const credits::Credit& credit = state.credit;
  return {Cell::shown(credit.account),
          Cell::of(credit.id),
          Cell::shown(credits::kind_text(credit.kind)),
          money.of(credit.amount),
          money.of(state.used),
          money.of(state.available),
          money.of(state.expired),
          money.of(state.revoked),
          time_cell(credit.issued),
          day_cell(credit.expires),
          Cell::shown(credits::status_text(state.status)),
          list_cell(next)};
}

int run_credits(const GlobalOptions& global, const CreditArguments& arguments) {
  const OpenedLedger opened{global};
  credits::CreditLines lines;
  const credits::Book book =
      opened.book(arguments, [&lines](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells,
                                      const auto&) { lines.add(bill, cells); });
  auto notices = credits::coming_expiry_notices(book);
  Out out{global, Out::Length::list, query::ShownEvents{opened.snapshot}};
  const bool table = global.format == Format::table;
  CreditRows rows{out, columns(table), arguments.time()};
  const MoneyCells money{global.format, opened.ledger.settings()};
  for (const credits::CreditState& state : book.credits()) {
    if (!arguments.wants(state.credit.account)) continue;
    const std::vector<std::string>& next = notices[state.credit.id];
    rows.row(table ? table_cells(state, next, money) : cells(state, next, money));
  }
  const bool billed = add_billed_credits(arguments, lines.unexplained(book), money, table, rows);
  rows.finish();
  if (billed) {
    print_notice(
        "credits of type Billed are known from Credit lines of bills alone: what was issued, and what is left, "
        "isn't");
  }
  return kDone;
}

}  // namespace

void add_credits(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("credits", "The credit ledger: balances, bills, applications, rules");
  const auto arguments = std::make_shared<CreditArguments>();
  command.require_subcommand(0, 1);
  add_account_argument(command, *arguments, "A 12-digit account ID (default: all)");
  command.add_option("--at", arguments->at, "As of then: 2024-05-01, a time, or an age (default: now)")
      .type_name("TIME");
  command.footer(
      "The ledger follows from the events and Cost and Usage Reports that were replayed: docs/credits.md.\n\n"
      "Examples:\n"
      "  trailkeeper credits\n"
      "  trailkeeper credits 111122223333 --at 2024-05-31\n"
      "  trailkeeper credits statement 111122223333 --month 2024-05 --output csv > may.csv\n"
      "  trailkeeper credits check");
  command.runs([&global, arguments] { return run_credits(global, *arguments); });
  add_credit_summary(command, global);
  add_credit_statement(command, global);
  add_credit_ledger(command, global);
  add_credit_applications(command, global);
  add_credit_notices(command, global);
  add_credit_forecast(command, global);
  add_credit_reconcile(command, global);
  add_credit_check(command, global);
  add_credit_settings(command, global);
  add_credit_feed(command, global);
}

}  // namespace trailkeeper::cli
