// trailkeeper credits statement and reconcile: bills against credits.
#include <fmt/format.h>

#include <optional>
#include <set>
#include <tuple>

#include "cli/credit_rows.h"
#include "cli/credits.h"
#include "cli/file_argument.h"
#include "cli/money_cell.h"
#include "query/ledger/bill_lines.h"
#include "rules/credits/listed_credits.h"
#include "rules/credits/reconcile.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {

namespace credits = rules::credits;

namespace {

text::Month month_argument(const std::string& text) {
  const auto month = text::Month::parse(text);
  if (!month) throw UsageError("--month takes a month as 2024-05, not '" + text + "'");
  return *month;
}

// `[{"creditId":"1","amount":"2.00"}]`; in a table `1 2.00`.
Cell payments_cell(const credits::PaidLine& line, const std::vector<credits::CreditState>& states, bool table,
                   int decimals) {
  Cell cell;
  text::JsonWriter json{cell.json};
  json.open('[');
  for (const credits::Payment& payment : line.payments) {
    const std::string& id = states[payment.credit].credit.id;
    cell.text += fmt::format("{}{} {}", cell.text.empty() ? "" : ", ", id,
                             table ? money_text(payment.amount, decimals) : payment.amount.text());
    json.open('{').member("creditId", id).member("amount", payment.amount.text()).close('}');
  }
  json.close(']');
  return cell;
}

// A table has what fits a hundred columns.
std::vector<Column> line_columns(bool table) {
  if (table) {
    return {{"day"},           {"account"},   {"service"}, {"amount", true},
            {"covered", true}, {"due", true}, {"credits"}, {"reason"}};
  }
  return {{"lineItemId"},    {"start"},         {"account"},   {"service"}, {"usageType"}, {"type"}, {"amount", true},
          {"covered", true}, {"unknown", true}, {"due", true}, {"credits"}, {"reason"},    {"rule"}};
}

std::vector<Cell> table_cells(const query::BilledLine& line, const Cell& payments, const MoneyCells& money) {
  return {day_cell(text::day_of(line.start)),
          Cell::shown(line.cell->account),
          text_or_absent(line.cell->service),
          money.of(line.amount),
          money.of(line.paid.covered),
          line.paid.unknown.is_zero() ? money.of(line.paid.due) : Cell::absent(),
          payments,
          Cell::shown(credits::payment_reason_text(line.paid.reason))};
}

std::vector<Cell> line_cells(const query::BilledLine& line, const Cell& payments, const MoneyCells& money) {
  return {text_or_absent(line.id),
          time_cell(line.start),
          Cell::shown(line.cell->account),
          text_or_absent(line.cell->service),
          text_or_absent(line.cell->usage_type),
          text_or_absent(line.cell->line_type),
          money.of(line.amount),
          money.of(line.paid.covered),
          money.of(line.paid.unknown),
          money.of(line.paid.due),
          payments,
          Cell::shown(credits::payment_reason_text(line.paid.reason)),
          Cell::shown(line.paid.rule)};
}

int run_statement(const GlobalOptions& global, const CreditArguments& arguments) {
  const text::Month month = month_argument(arguments.month);
  if (!arguments.by.empty()) return run_statement_totals(global, arguments, month);
  const OpenedLedger opened{global};
  Out out{global, Out::Length::list, query::ShownEvents{opened.snapshot}};
  const bool table = global.format == Format::table;
  CreditRows rows{out, line_columns(table), arguments.time()};
  const int decimals = opened.ledger.settings().display_decimals;
  const MoneyCells money{global.format, opened.ledger.settings()};
  bool found = false;
  credits::Summary summary{{arguments.account, month}};
  const credits::Book book =
      opened.book(arguments, [&](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells,
                                 const std::vector<credits::CreditState>& states) {
        if (bill.payer != arguments.account || bill.month != month) return;
        found = true;
        summary.add(bill, cells, states);
        query::for_each_paid_line(opened.snapshot, bill, cells, [&](const query::BilledLine& line) {
          const Cell payments = payments_cell(line.paid, states, table, decimals);
          rows.row(table ? table_cells(line, payments, money) : line_cells(line, payments, money));
        });
      });
  summary.add_known(book);
  rows.finish();
  write_total(out, summary, book.settings());
  write_unknown(out, summary, true, book.settings());
  out.flush();
  if (found) return kDone;
  print_error(global,
              fmt::format("there is no bill of {} for {}: no Cost and Usage Report line of that payer and month "
                          "was replayed",
                          arguments.account, month.text()));
  return kRefused;
}

constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;

// What a reconciliation has found so far.
struct Reconciliation {
  credits::ListedCredits balances;
  bool has_balances = false;
  std::vector<credits::Difference> found;
  std::set<std::string> unknown_months;
  bool compared = false;
  bool refused = false;

  void take(const credits::Usage::Compared& usage) {
    found.insert(found.end(), usage.differences.begin(), usage.differences.end());
    unknown_months.insert(usage.unknown_months.begin(), usage.unknown_months.end());
    compared = compared || usage.any;
  }
};

// Takes a file; a message if it is no answer of the Billing API.
void take_answer(const GlobalOptions& global, const std::string& path, const credits::Book& book,
                 const credits::Usage& usage, Reconciliation& result) {
  const auto refuse = [&](const std::string& why) {
    print_error(global, path + why);
    result.refused = true;
  };
  const std::string json = read_file_argument(path, kMaxAnswerBytes);
  const std::string_view kind = credits::kind_of_answer(json);
  if (kind == "GetCredits") {
    const auto taken = result.balances.add(json);
    if (!taken) refuse(fmt::format(": {} (byte {})", taken.error().message, taken.error().offset));
    result.has_balances = true;
  } else if (!kind.empty()) {
    const auto history = usage.against_history(json, book);
    if (!history) {
      refuse(fmt::format(": {} (byte {})", history.error().message, history.error().offset));
      return;
    }
    result.take(*history);
  } else {
    refuse(" is neither what GetCredits nor what GetCreditAllocationHistory returns");
  }
}

// What AWS's answer lacks isn't compared: that is said beside the rows.
void name_gaps(const GlobalOptions& global, const std::vector<credits::Difference>& found) {
  std::string months;
  bool partial = false;
  bool pages = false;
  for (const credits::Difference& difference : found) {
    if (difference.what == "failed-month") months += (months.empty() ? "" : ", ") + difference.month;
    partial = partial || difference.what == "partial-results";
    pages = pages || difference.what == "more-pages";
  }
  if (!months.empty()) print_error(global, "AWS could not give these months (failedMonths), ask again: " + months);
  if (partial) print_error(global, "AWS gave partial results (partialResults): what it left out isn't compared");
  if (pages) print_error(global, "the answer is one page of several (nextToken): get the others, too");
}

// What opening balances have already can only be held against a history that was imported.
void name_unknown_months(const std::set<std::string>& months) {
  if (months.empty()) return;
  std::string text;
  for (const std::string& month : months) text += (text.empty() ? "" : ", ") + month;
  print_notice("not compared, as they are before an opening balance: " + text +
               "; import what `aws billing get-credit-allocation-history` prints of them");
}

void print_differences(const GlobalOptions& global, const OpenedLedger& opened, text::Timestamp at,
                       const Reconciliation& result) {
  // What wasn't compared has no difference either.
  const std::string none = !result.compared ? "nothing was compared"
                           : result.refused ? "no difference in what could be read"
                                            : "no difference";
  Out out{global, Out::Length::list, query::ShownEvents{opened.snapshot}};
  CreditRows rows{out,
                  {{"month"},
                   {"service"},
                   {"account"},
                   {"creditId"},
                   {"ours", true},
                   {"theirs", true},
                   {"difference", true},
                   {"against"},
                   {"what"}},
                  at,
                  none};
  const MoneyCells money{global.format, opened.ledger.settings()};
  const auto side = [&money](const std::optional<text::Money>& amount, const std::string& text) {
    return amount ? money.of(*amount) : text_or_absent(text);
  };
  for (const credits::Difference& difference : result.found) {
    const auto& [ours, theirs] = std::tie(difference.ours, difference.theirs);
    const bool amounts = ours.has_value() || theirs.has_value();
    const text::Money less = ours.value_or(text::Money{}) - theirs.value_or(text::Money{});
    rows.row({shown_or_absent(difference.month), shown_or_absent(difference.service),
              shown_or_absent(difference.account), text_or_absent(difference.credit), side(ours, difference.ours_text),
              side(theirs, difference.theirs_text), amounts ? money.of(less) : Cell::absent(),
              Cell::shown(difference.against), Cell::shown(difference.what)});
  }
  rows.finish();
}

int run_reconcile(const GlobalOptions& global, const CreditArguments& arguments) {
  const OpenedLedger opened{global};
  credits::Usage usage;
  const credits::Book book = opened.book(
      arguments.time(), [&](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells,
                            const std::vector<credits::CreditState>& states) { usage.add(bill, cells, states); });
  Reconciliation result;
  result.take(usage.against_bills(book));
  for (const std::string& path : arguments.files) take_answer(global, path, book, usage, result);
  if (result.has_balances) {
    const std::vector<credits::Difference> more = result.balances.against(book);
    result.found.insert(result.found.end(), more.begin(), more.end());
    result.compared = result.compared || result.balances.compares(book);
  }
  print_differences(global, opened, arguments.time(), result);
  name_gaps(global, result.found);
  name_unknown_months(result.unknown_months);
  if (!result.compared && !result.refused) {
    print_error(global,
                arguments.files.empty()
                    ? "nothing to compare: no bill has lines of type Credit; give what `aws billing get-credits` or "
                      "`get-credit-allocation-history` printed"
                    : "nothing to compare: the answers list no credit and no month, the ledger has no credit that is "
                      "left, and no bill has lines of type Credit");
  }
  return result.found.empty() && result.compared && !result.refused ? kDone : kRefused;
}

}  // namespace

void add_credit_statement(const Command& app, const GlobalOptions& global) {
  const auto arguments = std::make_shared<CreditArguments>();
  const Command command =
      add_credit_command(app,
                         {"statement", "A month's bill: each charge, and what paid it",
                          "Each charge has exactly one reason: docs/credits.md.\n\n"
                          "Example:\n  trailkeeper credits statement 111122223333 --month 2024-05 --output csv",
                          true},
                         global, arguments, run_statement);
  command.add_option("--month", arguments->month, "The billing month, as 2024-05").required().type_name("MONTH");
  command
      .add_choice<std::string>("--by", arguments->by, {{"service", "service"}, {"day", "day"}},
                               "Totals: by service or day")
      .type_name("WHAT");
}

void add_credit_reconcile(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand(
      "reconcile", "Our ledger against AWS's figures; exit code 1 on a difference, or if there is nothing to compare");
  const auto arguments = std::make_shared<CreditArguments>();
  command.add_option("FILE", arguments->files,
                     "JSON that `aws billing get-credits` or `get-credit-allocation-history` printed");
  command.add_option("--at", arguments->at, "As of then (default: now)").type_name("TIME");
  command.footer(
      "Without files: against the Credit lines of the cost reports. `what` says what differs: used (by month and "
      "service), "
      "remaining, estimated (of the open month), initial, start, end, owner, currency; not-here and not-there are "
      "credits "
      "that only one side has. What AWS says is missing in its answer (failedMonths, partialResults) is a row, too.\n\n"
      "Example:\n"
      "  aws billing get-credits --account-id 111122223333 > credits.json && trailkeeper credits reconcile "
      "credits.json");
  command.runs([&global, arguments] { return run_reconcile(global, *arguments); });
}

}  // namespace trailkeeper::cli
