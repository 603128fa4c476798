// trailkeeper credits summary, and the totals of a statement.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/credit_rows.h"
#include "cli/credits.h"
#include "cli/money_cell.h"
#include "cli/prose.h"
#include "query/shown_event.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {

namespace credits = rules::credits;

namespace {

// What there are totals by; the page has the first three.
constexpr std::string_view kByMonth = "month";
constexpr std::string_view kByService = "service";
constexpr std::string_view kByAccount = "account";
constexpr std::string_view kByDay = "day";
constexpr std::array kParts{kByMonth, kByService, kByAccount};

}  // namespace

void write_as_of(Out& out, const credits::Book& book, std::optional<text::Day> last_charge) {
  if (out.format() != Format::table) return;
  std::string text = "\nas of " + text::format_timestamp(book.at());
  text += last_charge ? "; charges are known up to " + text::day_text(*last_charge) : "; no charge is known";
  // Reports come some days late.
  constexpr text::Day kLate = 7;
  const text::Day today = text::day_of(book.at());
  if (last_charge && today - *last_charge > kLate) {
    text += fmt::format(", {} days before: load newer reports", today - *last_charge);
  }
  write_prose(out, text + "\n");
  out.flush();
}

void write_total(Out& out, const credits::Summary& summary, const credits::Settings& settings) {
  if (out.format() != Format::table) return;
  const auto text = [&settings](text::Money money) { return money_text(money, settings.display_decimals); };
  const credits::Totals total = summary.total();
  const std::string unknown = total.unknown.is_zero() ? "" : text(total.unknown) + " unknown, ";
  write_prose(out, fmt::format("\nTotal: {} charged, {} covered, {}{} due.\n", text(total.charged), text(total.covered),
                               unknown, text(total.due())));
}

void write_unknown(Out& out, const credits::Summary& summary, bool by_day, const credits::Settings& settings) {
  if (out.format() != Format::table) return;
  const auto text = [&settings](text::Money money) { return money_text(money, settings.display_decimals); };
  const text::Money unknown = summary.total().unknown;
  const text::Money told = summary.told_by_month();
  if (by_day && !told.is_zero()) {
    write_prose(out,
                fmt::format("What credits paid before an opening balance AWS's history tells by month, not by day: "
                            "of the {} that is unknown here, see --by {}.\n",
                            text(unknown + told), kByService));
  }
  if (!unknown.is_zero()) {
    write_prose(out, fmt::format("{} was charged before an opening balance, and whether credits paid it is unknown: "
                                 "import what `aws billing get-credit-allocation-history` prints.\n",
                                 text(unknown)));
  }
}

namespace {

std::vector<Column> total_columns(std::string_view name, bool unknown) {
  std::vector<Column> columns{{std::string{name}}, {"charged", true}, {"covered", true}, {"ofShared", true}};
  if (unknown) columns.push_back({"unknown", true});
  columns.insert(columns.end(), {{"due", true}, {"coveredPercent", true}});
  return columns;
}

std::vector<Cell> total_cells(Cell name, const credits::Totals& totals, bool unknown, const MoneyCells& money) {
  const std::string percent = credits::percent_text(totals.covered, totals.charged);
  std::vector<Cell> cells{std::move(name), money.of(totals.charged), money.of(totals.covered), money.of(totals.shared)};
  if (unknown) cells.push_back(money.of(totals.unknown));
  cells.push_back(money.of(totals.due()));
  cells.push_back(totals.unknown.is_zero() ? Cell{percent, percent} : Cell::absent());
  return cells;
}

// How a list is written: of a page whose moment is told once, or by itself.
struct Manner {
  Out& out;
  const MoneyCells& money;
  std::optional<text::Timestamp> as_of;  // Told in each row, for programs.
};

template <typename Sums, typename Name>
void write_totals(const Manner& manner, std::string_view column, const Sums& sums, Name name) {
  // A table says that nothing is unknown by not having the column.
  const bool table = manner.out.format() == Format::table;
  const bool unknown = !table || std::any_of(sums.begin(), sums.end(),
                                             [](const auto& entry) { return !entry.second.unknown.is_zero(); });
  const auto write = [&](auto&& rows) {
    for (const auto& [key, totals] : sums) rows.row(total_cells(name(key), totals, unknown, manner.money));
    rows.finish();
  };
  if (manner.as_of && !table) {
    write(CreditRows{manner.out, total_columns(column, unknown), *manner.as_of});
  } else {
    write(RowWriter{manner.out, total_columns(column, unknown)});
  }
}

// The page's parts; `by` says which.
void write_part(const Manner& manner, std::string_view by, const credits::Summary& summary) {
  using Place = credits::Summary::Place;
  if (by == kByMonth) {
    const auto sums = credits::totals_by(summary, [](const Place& place) { return place.month; });
    write_totals(manner, kByMonth, sums, [](const text::Month& month) { return Cell::shown(month.text()); });
  } else if (by == kByService) {
    write_totals(manner, kByService, credits::totals_by(summary, [](const Place& place) { return place.service; }),
                 [](const std::string& service) { return Cell::of(service); });
  } else if (by == kByDay) {
    write_totals(manner, kByDay, summary.days(), [](text::Day day) { return day_cell(day); });
  } else {
    write_totals(manner, kByAccount, credits::totals_by(summary, [](const Place& place) { return place.account; }),
                 [](const std::string& account) { return Cell::shown(account); });
  }
}

void write_holders(Out& out, const credits::Book& book, const CreditArguments& arguments, const MoneyCells& money) {
  RowWriter rows{out,
                 {{"account"},
                  {"credits", true},
                  {"amount", true},
                  {"used", true},
                  {"usedPercent", true},
                  {"available", true},
                  {"expired", true},
                  {"revoked", true},
                  {"nextExpiry"}}};
  for (const auto& [account, totals] : credits::holders(book)) {
    if (!arguments.wants(account)) continue;
    const std::string percent = credits::percent_text(totals.used, totals.amount);
    rows.row({Cell::shown(account),
              Cell::of(totals.credits),
              money.of(totals.amount),
              money.of(totals.used),
              {percent, percent},
              money.of(totals.available),
              money.of(totals.expired),
              money.of(totals.revoked),
              totals.next_expiry ? day_cell(*totals.next_expiry) : Cell::absent()});
  }
  rows.finish();
}

void write_page(Out& out, const credits::Book& book, const credits::Summary& summary, const CreditArguments& arguments,
                const MoneyCells& money) {
  if (out.format() == Format::json) {
    const std::string last = summary.last_day() ? text::day_text(*summary.last_day()) : std::string{};
    std::string head;
    text::JsonWriter json{head};
    json.open('{').member("asOf", text::format_timestamp(book.at())).member_or_null("lastCharge", last);
    // The tables come one after the other, each on a line of its own.
    out.write(head + ",\n\"holders\":");
  }
  write_holders(out, book, arguments, money);
  for (const std::string_view part : kParts) {
    out.write(out.format() == Format::json ? fmt::format(",\n\"{}s\":", part) : "\n");
    write_part({out, money, std::nullopt}, part, summary);
  }
  const credits::Totals all = summary.total();
  const std::string without_bill = money.of(all.without_bill).text;
  if (out.format() == Format::json) out.write(",\n\"withoutBill\":\"" + without_bill + "\"}\n");
  write_as_of(out, book, summary.last_day());
  write_unknown(out, summary, false, book.settings());
  if (out.format() == Format::table && all.without_bill > text::Money{}) {
    write_prose(out,
                fmt::format("{} of what was charged is known from AWS's history of credits alone: load the reports of "
                            "these months.\n",
                            without_bill));
  }
  out.flush();
}

int run_summary(const GlobalOptions& global, const CreditArguments& arguments) {
  const bool page = global.format == Format::table || global.format == Format::json;
  if (arguments.by.empty() && !page) {
    throw UsageError("summary is a page of several tables: choose one by --by, or --output table or json");
  }
  const OpenedLedger opened{global};
  credits::Summary summary{{arguments.account, std::nullopt}};
  const credits::Book book = opened.book(
      arguments, [&](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells,
                     const std::vector<credits::CreditState>& states) { summary.add(bill, cells, states); });
  summary.add_known(book);
  Out out{global, Out::Length::list, query::ShownEvents{opened.snapshot}};
  const MoneyCells money{global.format, opened.ledger.settings()};
  if (arguments.by.empty()) {
    write_page(out, book, summary, arguments, money);
    return kDone;
  }
  write_part({out, money, book.at()}, arguments.by, summary);
  write_as_of(out, book, summary.last_day());
  write_unknown(out, summary, arguments.by == kByDay, book.settings());
  return kDone;
}

}  // namespace

int run_statement_totals(const GlobalOptions& global, const CreditArguments& arguments, text::Month month) {
  const OpenedLedger opened{global};
  credits::Summary summary{{arguments.account, month}};
  bool found = false;
  const credits::Book book =
      opened.book(arguments, [&](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells,
                                 const std::vector<credits::CreditState>& states) {
        if (bill.payer != arguments.account || bill.month != month) return;
        found = true;
        summary.add(bill, cells, states);
      });
  summary.add_known(book);
  Out out{global, Out::Length::list, query::ShownEvents{opened.snapshot}};
  const MoneyCells money{global.format, opened.ledger.settings()};
  write_part({out, money, book.at()}, arguments.by, summary);
  write_total(out, summary, book.settings());
  write_unknown(out, summary, arguments.by == kByDay, book.settings());
  if (global.format == Format::table) out.write("\nas of " + text::format_timestamp(book.at()) + "\n");
  out.flush();
  return found ? kDone : kRefused;
}

void add_credit_summary(const Command& app, const GlobalOptions& global) {
  const auto arguments = std::make_shared<CreditArguments>();
  const Command command = add_credit_command(
      app,
      {"summary", "What credits are worth and were used for: by month, service and account",
       "ofShared: what is covered by credits of other accounts. ACCOUNT: as holder, payer, or the account that used\n"
       "something.\n\n"
       "Examples:\n"
       "  trailkeeper credits summary\n"
       "  trailkeeper credits summary 444455556666 --by month --output csv"},
      global, arguments, run_summary);
  std::vector<std::pair<std::string, std::string>> words;
  for (const std::string_view word : {kByMonth, kByService, kByAccount, kByDay}) words.emplace_back(word, word);
  command.add_choice<std::string>("--by", arguments->by, words, "One table: month, service, account or day")
      .type_name("WHAT");
}

}  // namespace trailkeeper::cli
