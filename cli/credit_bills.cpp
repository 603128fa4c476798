// trailkeeper credits statement, ledger and reconcile: bills line by line.
#include <fmt/format.h>

#include <optional>

#include "audit/bill_lines.h"
#include "cli/credits.h"
#include "cli/file_argument.h"
#include "cli/money_cell.h"
#include "event/json_text.h"
#include "rules/credits/reconcile.h"

namespace trailkeeper::cli {

namespace credits = rules::credits;

namespace {

credits::Month month_argument(const std::string& text) {
  const auto month = credits::Month::parse(text);
  if (!month) throw UsageError("--month takes a month as 2024-05, not '" + text + "'");
  return *month;
}

// `[{"creditId":"1","amount":"2.00"}]`; in a table `1 2.00`.
Cell payments_cell(const credits::PaidLine& line, const std::vector<credits::CreditState>& states, bool table,
                   int decimals) {
  Cell cell{"", "["};
  for (const credits::Payment& payment : line.payments) {
    const std::string& id = states[payment.credit].credit.id;
    cell.text += fmt::format("{}{} {}", cell.text.empty() ? "" : ", ", id,
                             table ? money_text(payment.amount, decimals) : payment.amount.text());
    cell.json += cell.json.size() > 1 ? ",{\"creditId\":" : "{\"creditId\":";
    event::append_quoted(id, cell.json);
    cell.json += ",\"amount\":\"" + payment.amount.text() + "\"}";
  }
  cell.json += ']';
  return cell;
}

int run_statement(const GlobalOptions& global, const CreditArguments& arguments) {
  const credits::Month month = month_argument(arguments.month);
  const OpenedLedger opened{global};
  Out out{global, Out::Length::list};
  RowWriter rows{out,
                 {{"lineItemId"},
                  {"start"},
                  {"account"},
                  {"service"},
                  {"usageType"},
                  {"type"},
                  {"amount", true},
                  {"covered", true},
                  {"due", true},
                  {"credits"},
                  {"reason"},
                  {"rule"}}};
  const MoneyCells money{global.format, opened.ledger.settings()};
  bool found = false;
  static_cast<void>(opened.ledger.book(arguments.time(), [&](const credits::Bill& bill,
                                                             const std::vector<credits::PaidCell>& cells,
                                                             const std::vector<credits::CreditState>& states) {
    if (bill.payer != arguments.account || bill.month != month) return;
    found = true;
    audit::for_each_paid_line(opened.snapshot, bill, cells, [&](const audit::BilledLine& line) {
      rows.row(
          {text_or_absent(line.id), time_cell(line.start), Cell::of(line.cell->account), Cell::of(line.cell->service),
           Cell::of(line.cell->usage_type), Cell::of(line.cell->line_type), money.of(line.amount),
           money.of(line.paid.covered), money.of(line.paid.due),
           payments_cell(line.paid, states, global.format == Format::table, opened.ledger.settings().display_decimals),
           Cell::of(credits::reason_text(line.paid.reason)), Cell::of(line.paid.rule)});
    });
  }));
  rows.finish();
  if (found) return kDone;
  print_error(global,
              fmt::format("there is no bill of {} for {}: no Cost and Usage Report line of that payer and month "
                          "was replayed",
                          arguments.account, month.text()));
  return kRefused;
}

// Prints postings; each moves an amount from one account of the ledger to another, so that they always balance.
class Postings {
 public:
  Postings(Out& out, const GlobalOptions& global, const credits::Settings& settings)
      : rows_(out, {{"time"}, {"debit"}, {"credit"}, {"amount", true}, {"rule"}, {"cause"}}),
        money_(global.format, settings) {}

  void add(event::Timestamp time, const std::string& debit, const std::string& credit, credits::Money amount,
           std::string_view rule, const std::string& cause) {
    if (amount.is_zero()) return;
    const bool negative = amount.is_negative();
    rows_.row({time_cell(time), Cell::of(negative ? credit : debit), Cell::of(negative ? debit : credit),
               money_.of(negative ? -amount : amount), Cell::of(rule), Cell::of(cause)});
  }
  void finish() { rows_.finish(); }

 private:
  RowWriter rows_;
  MoneyCells money_;
};

std::string part(const credits::Credit& credit, std::string_view of) {
  return "credit:" + credit.id + ":" + std::string{of};
}

void post_line(const audit::BilledLine& line, const credits::Bill& bill,
               const std::vector<credits::CreditState>& states, Postings& postings) {
  const std::string account = "bill:" + bill.payer + ":" + bill.month.text() + ":";
  const std::string cause = line.id.empty() ? "bill " + bill.payer + " " + bill.month.text() : std::string{line.id};
  postings.add(line.start, account + "due", account + "charged", line.amount, line.paid.rule, cause);
  for (const credits::Payment& payment : line.paid.payments) {
    const credits::Credit& credit = states[payment.credit].credit;
    postings.add(line.start, part(credit, "used"), part(credit, "available"), payment.amount, line.paid.rule, cause);
    postings.add(line.start, account + "covered", account + "due", payment.amount, line.paid.rule, cause);
  }
}

int run_ledger(const GlobalOptions& global, const CreditArguments& arguments) {
  const OpenedLedger opened{global};
  Out out{global, Out::Length::list};
  Postings postings{out, global, opened.ledger.settings()};
  const credits::Book book =
      opened.ledger.book(arguments.time(), [&](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells,
                                               const std::vector<credits::CreditState>& states) {
        if (!arguments.wants(bill.payer)) return;
        audit::for_each_paid_line(opened.snapshot, bill, cells,
                                  [&](const audit::BilledLine& line) { post_line(line, bill, states, postings); });
      });
  for (const credits::CreditState& state : book.credits()) {
    const credits::Credit& credit = state.credit;
    if (!arguments.wants(credit.account)) continue;
    postings.add(credit.issued, part(credit, "available"), part(credit, "issued"), credit.amount, "R57", credit.event);
    postings.add(credits::start_of(credit.expires + 1), part(credit, "expired"), part(credit, "available"),
                 state.expired, "R35", credit.event);
    postings.add(credit.revoked.value_or(0), part(credit, "revoked"), part(credit, "available"), state.revoked, "R48",
                 credit.revoked_by);
  }
  postings.finish();
  return kDone;
}

constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;

// The differences of one file; nothing, and a message, if it is no answer of the Billing API.
std::optional<std::vector<credits::Difference>> compare(const GlobalOptions& global, const std::string& path,
                                                        const credits::Book& book, const credits::Usage& usage) {
  const std::string json = read_file_argument(path, kMaxAnswerBytes);
  const std::string_view kind = credits::kind_of_answer(json);
  if (kind.empty()) {
    print_error(global, path + " is neither what GetCredits nor what GetCreditAllocationHistory returns");
    return std::nullopt;
  }
  auto found =
      kind == "GetCredits" ? credits::against_balances(book, json) : usage.against_history(json, book.settings());
  if (found) return std::move(*found);
  print_error(global, fmt::format("{}: {} (byte {})", path, found.error().message, found.error().offset));
  return std::nullopt;
}

int run_reconcile(const GlobalOptions& global, const CreditArguments& arguments) {
  const OpenedLedger opened{global};
  credits::Usage usage;
  const credits::Book book = opened.ledger.book(
      arguments.time(), [&](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells,
                            const std::vector<credits::CreditState>& states) { usage.add(bill, cells, states); });
  std::vector<credits::Difference> found = usage.against_bills();
  int code = kDone;
  for (const std::string& path : arguments.files) {
    const auto more = compare(global, path, book, usage);
    if (more) found.insert(found.end(), more->begin(), more->end());
    if (!more) code = kRefused;
  }
  if (!found.empty()) code = kRefused;
  Out out{global, Out::Length::list};
  RowWriter rows{out,
                 {{"month"},
                  {"service"},
                  {"account"},
                  {"creditId"},
                  {"ours", true},
                  {"theirs", true},
                  {"difference", true},
                  {"against"}}};
  const MoneyCells money{global.format, opened.ledger.settings()};
  for (const credits::Difference& difference : found) {
    rows.row({text_or_absent(difference.month), text_or_absent(difference.service), text_or_absent(difference.account),
              text_or_absent(difference.credit), money.of(difference.ours), money.of(difference.theirs),
              money.of(difference.ours - difference.theirs), Cell::of(difference.against)});
  }
  rows.finish();
  return code;
}

}  // namespace

void add_credit_statement(CLI::App& app, const GlobalOptions& global, Run& run) {
  const auto arguments = std::make_shared<CreditArguments>();
  CLI::App* const command =
      add_credit_command(app,
                         {"statement", "A month's bill: each charge, and what paid it",
                          "Each charge has exactly one reason: docs/credits.md.\n\n"
                          "Example:\n  trailkeeper credits statement 111122223333 --month 2024-05 --output csv",
                          true},
                         global, run, arguments, run_statement);
  command->add_option("--month", arguments->month, "The billing month, as 2024-05")->required()->type_name("MONTH");
}

void add_credit_ledger(CLI::App& app, const GlobalOptions& global, Run& run) {
  add_credit_command(app,
                     {"ledger", "Every posting: from which account to which, by which rule, because of what",
                      "A debit and a credit of the same amount each, so that it balances.\n\n"
                      "Example:\n  trailkeeper credits ledger 111122223333 --output csv > ledger.csv"},
                     global, run, std::make_shared<CreditArguments>(), run_ledger);
}

void add_credit_reconcile(CLI::App& app, const GlobalOptions& global, Run& run) {
  CLI::App* const command =
      app.add_subcommand("reconcile", "Our ledger against AWS's figures; exit code 1 on a difference");
  const auto arguments = std::make_shared<CreditArguments>();
  command->add_option("FILE", arguments->files,
                      "JSON that `aws billing get-credits` or `get-credit-allocation-history` printed");
  command->add_option("--at", arguments->at, "As of then (default: the last event or charge)")->type_name("TIME");
  command->footer(
      "Without files: against the Credit lines of the Cost and Usage Reports.\n\n"
      "Example:\n"
      "  aws billing get-credits --account-id 111122223333 > credits.json && trailkeeper credits reconcile "
      "credits.json");
  command->callback(
      [&global, &run, arguments] { run = [&global, arguments] { return run_reconcile(global, *arguments); }; });
}

}  // namespace trailkeeper::cli
