// trailkeeper credits statement and reconcile: bills against credits.
#include <fmt/format.h>

#include <optional>

#include "audit/bill_lines.h"
#include "cli/credit_rows.h"
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
  CreditRows rows{out,
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
                   {"rule"}},
                  arguments.time()};
  const MoneyCells money{global.format, opened.ledger.settings()};
  bool found = false;
  static_cast<void>(opened.book(arguments.time(), [&](const credits::Bill& bill,
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
  const credits::Book book = opened.book(
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
  CreditRows rows{out,
                  {{"month"},
                   {"service"},
                   {"account"},
                   {"creditId"},
                   {"ours", true},
                   {"theirs", true},
                   {"difference", true},
                   {"against"}},
                  arguments.time()};
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

void add_credit_reconcile(CLI::App& app, const GlobalOptions& global, Run& run) {
  CLI::App* const command =
      app.add_subcommand("reconcile", "Our ledger against AWS's figures; exit code 1 on a difference");
  const auto arguments = std::make_shared<CreditArguments>();
  command->add_option("FILE", arguments->files,
                      "JSON that `aws billing get-credits` or `get-credit-allocation-history` printed");
  command->add_option("--at", arguments->at, "As of then (default: now)")->type_name("TIME");
  command->footer(
      "Without files: against the Credit lines of the Cost and Usage Reports.\n\n"
      "Example:\n"
      "  aws billing get-credits --account-id 111122223333 > credits.json && trailkeeper credits reconcile "
      "credits.json");
  command->callback(
      [&global, &run, arguments] { run = [&global, arguments] { return run_reconcile(global, *arguments); }; });
}

}  // namespace trailkeeper::cli
