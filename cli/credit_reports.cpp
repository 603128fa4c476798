// trailkeeper credits applications, notices, forecast, check and settings.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "cli/credit_rows.h"
#include "cli/credits.h"
#include "cli/file_argument.h"
#include "cli/money_cell.h"
#include "cli/principal_argument.h"
#include "cli/prose.h"
#include "query/ledger/console_findings.h"
#include "query/ledger/doubled_bills.h"
#include "query/ledger/refused_bill_lines.h"
#include "query/upkeep.h"
#include "rules/credits/forecast.h"
#include "rules/credits/notices.h"
#include "text/clock.h"

namespace trailkeeper::cli {

namespace credits = rules::credits;

namespace {

Cell cell_of(const std::optional<text::Timestamp>& time) { return time ? time_cell(*time) : Cell::absent(); }

int run_applications(const GlobalOptions& global, const CreditArguments& arguments) {
  const OpenedLedger opened{global};
  const credits::Book book = opened.book(arguments);
  const credits::Settings& settings = opened.ledger.settings();
  Out out{global, Out::Length::list, query::ShownEvents{opened.snapshot}};
  CreditRows rows{out,
                  {{"time"},
                   {"applicationId"},
                   {"account"},
                   {.name = "startup", .detail = true},
                   {.name = "orgId", .detail = true},
                   {.name = "package", .detail = true},
                   {"requested", true},
                   {"status"},
                   {"reasons"},
                   {"award", true},
                   {.name = "decided", .detail = true},
                   {.name = "decision", .detail = true},
                   {.name = "decisionReasons", .detail = true},
                   {"due"}},
                  arguments.time()};
  const MoneyCells money{global.format, settings};
  for (const credits::ApplicationState& state : book.programme().applications()) {
    if (!arguments.wants(state.account)) continue;
    const auto& decision = state.decision;
    const text::Day due =
        text::business_day_after(text::day_of(state.time), settings.late_after_business_days, settings.holidays);
    Cell time = time_cell(state.time);
    constexpr std::size_t kDay = 10;
    if (global.format == Format::table && !global.wide) time.text.resize(std::min(time.text.size(), kDay));
    rows.row({std::move(time), Cell::of(state.form.id), Cell::shown(state.account), text_or_absent(state.form.startup),
              shown_or_absent(opened.ledger.pseudonym(state.form.org_id)),
              Cell::shown(state.form.is_portfolio() ? "Portfolio" : "Founders"), money.of(state.form.requested),
              Cell::shown(credits::status_text(state.status)), list_cell(credits::in_order(state.reasons)),
              money.of(state.award), cell_of(state.decided),
              decision ? Cell::shown(decision->approved ? "Approved" : "Denied") : Cell::absent(),
              list_cell(decision ? decision->reasons : std::vector<std::string>{}), day_cell(due)});
  }
  rows.finish();
  return kDone;
}

int run_notices(const GlobalOptions& global, const CreditArguments& arguments) {
  const OpenedLedger opened{global};
  const credits::Book book = opened.book(arguments);
  Out out{global, Out::Length::list, query::ShownEvents{opened.snapshot}};
  // cron sends on what is printed: where nothing is due, that is nothing.
  CreditRows rows{out,
                  {{"time"}, {"account"}, {"kind"}, {"subject"}, {"rule"}},
                  arguments.time(),
                  arguments.due ? "" : "no notices"};
  const auto since = arguments.since.empty() ? std::optional<text::Timestamp>{}
                                             : std::optional{time_argument(arguments.since, "--since")};
  bool any = false;
  for (const credits::Notice& notice : credits::notices(book)) {
    if (!arguments.wants(notice.account)) continue;
    if ((arguments.due && notice.time > book.at()) || (since && notice.time <= *since)) continue;
    any = true;
    rows.row({time_cell(notice.time), Cell::shown(notice.account), Cell::shown(notice.kind),
              text_or_absent(notice.credit), Cell::shown(notice.rule)});
  }
  rows.finish();
  return any && arguments.due ? kRefused : kDone;
}

// A sentence each, and below what they rest on.
void write_forecast_table(Out& out, const std::vector<credits::Forecast>& made, const MoneyCells& money) {
  RowWriter rows{
      out, {{"creditId"}, {"available", true}, {"dailyLow", true}, {"dailyHigh", true}, {"trend", true}, {"forecast"}}};
  for (const credits::Forecast& one : made) {
    rows.row({Cell::of(one.credit), money.of(one.available), money.of(one.daily_low), money.of(one.daily_high),
              money.of(one.trend), Cell::of(credits::forecast_text(one))});
  }
  rows.finish();
  if (!made.empty() && !made.front().note.empty()) write_prose(out, "\nNote: " + made.front().note + ".\n");
}

int run_forecast(const GlobalOptions& global, const CreditArguments& arguments) {
  const OpenedLedger opened{global};
  // Bills first, to know the charges; the book that they belong to is only there at the end.
  std::vector<std::pair<credits::Bill, std::vector<credits::PaidCell>>> paid;
  const credits::Book book =
      opened.book(arguments, [&](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells,
                                 const std::vector<credits::CreditState>&) {
        paid.emplace_back(credits::Bill{bill.payer, bill.month, {}}, cells);
      });
  credits::DailyCharges charges;
  for (const auto& [bill, cells] : paid) credits::add_charges(book, arguments.account, bill, cells, charges);
  Out out{global, Out::Length::list, query::ShownEvents{opened.snapshot}};
  const MoneyCells money{global.format, opened.ledger.settings()};
  const auto made = credits::forecast(book, arguments.account, charges);
  if (global.format == Format::table) {
    write_forecast_table(out, made, money);
    write_as_of(out, book, charges.empty() ? std::nullopt : std::optional{charges.rbegin()->first});
    return kDone;
  }
  CreditRows rows{out,
                  {{"creditId"},
                   {"available", true},
                   {"cause"},
                   {"earliest"},
                   {"latest"},
                   {"dailyLow", true},
                   {"dailyHigh", true},
                   {"trend", true},
                   {"expires"},
                   {"lastCharge"},
                   {"forecast"},
                   {"note"}},
                  arguments.time()};
  const auto day = [](const std::optional<text::Day>& found) { return found ? day_cell(*found) : Cell::absent(); };
  for (const credits::Forecast& one : made) {
    rows.row({Cell::of(one.credit), money.of(one.available), Cell::shown(one.cause), day(one.earliest), day(one.latest),
              money.of(one.daily_low), money.of(one.daily_high), money.of(one.trend), day_cell(one.expires),
              day(one.last_charge), Cell::of(credits::forecast_text(one)), text_or_absent(one.note)});
  }
  rows.finish();
  return kDone;
}

int run_check(const GlobalOptions& global, const CreditArguments& arguments) {
  const OpenedLedger opened{global, true};
  const credits::Book book = opened.book(arguments);
  std::vector<credits::LedgerFinding> findings = opened.ledger.unreadable();
  findings.insert(findings.end(), book.findings().begin(), book.findings().end());
  for (const auto& more : {query::console_findings(opened.snapshot, book), query::doubled_bills(opened.snapshot),
                           query::refused_bill_findings(opened.snapshot, book.at())}) {
    findings.insert(findings.end(), more.begin(), more.end());
  }
  // An event without an ID has another name in each store: it comes last.
  std::sort(findings.begin(), findings.end(), [](const auto& a, const auto& b) {
    return std::tie(b.severity, a.time, a.account, a.rule, a.sentence, a.event) <
           std::tie(a.severity, b.time, b.account, b.rule, b.sentence, b.event);
  });
  Out out{global, Out::Length::list, query::ShownEvents{opened.snapshot}};
  CreditRows rows{
      out, {{"time"}, {"rule"}, {"severity"}, {"account"}, {"event"}, {"sentence"}}, arguments.time(), "no findings"};
  int code = kDone;
  for (const credits::LedgerFinding& finding : findings) {
    if (!arguments.wants(finding.account) && !finding.account.empty()) continue;
    if (finding.severity != rules::Severity::low) code = kRefused;
    rows.row({time_cell(finding.time), shown_or_absent(finding.rule),
              Cell::shown(rules::severity_text(finding.severity)), shown_or_absent(finding.account),
              Cell::id(finding.event), Cell::of(finding.sentence)});
  }
  rows.finish();
  return code;
}

constexpr std::size_t kMaxSettingsBytes = std::size_t{4} << 20;

int run_settings(const GlobalOptions& global, const CreditArguments& arguments) {
  Out out{global, Out::Length::list};
  if (arguments.files.empty()) {
    store::Store store{global.store_directory(), store::Store::Mode::read};
    out.write(query::credit_settings_text(store.snapshot()));
    out.flush();
    return kDone;
  }
  const std::string& path = arguments.files.front();
  query::KeptStore store{global.store_directory()};
  store::Writer writer{store};
  if (const auto loaded =
          query::load_credit_settings(store, writer, read_file_argument(path, kMaxSettingsBytes), path, text::now());
      !loaded) {
    const auto& error = loaded.error();
    print_error(global, fmt::format("{}: {} {} (byte {})", path, error.path, error.message, error.offset));
    return kRefused;
  }
  return kDone;
}

}  // namespace

void add_credit_applications(const Command& app, const GlobalOptions& global) {
  add_credit_command(app,
                     {"applications", "Applications: all reasons against them, the award, and what was decided",
                      "reasons are ours, by the programme's rules; decision is the programme's. Org IDs are shown as "
                      "pseudonyms.\n\nExample:\n  trailkeeper credits applications --output json"},
                     global, std::make_shared<CreditArguments>(), run_applications);
}

void add_credit_notices(const Command& app, const GlobalOptions& global) {
  const auto arguments = std::make_shared<CreditArguments>();
  const Command command = add_credit_command(
      app,
      {"notices", "Mails of the programme: expiry, use, decisions; each once",
       "With --due, exit code 1 says that there are some: for cron.\n\n"
       "Examples:\n"
       "  trailkeeper credits notices 111122223333\n"
       "  trailkeeper credits notices --due --since 1d > due.txt || mail -s 'AWS credits' me < due.txt"},
      global, arguments, run_notices);
  command.add_flag("--due", arguments->due, "Only those whose time has come; exit code 1 if there are any");
  command.add_option("--since", arguments->since, "Only those after then: a time, or an age such as 1d")
      .type_name("TIME");
}

void add_credit_forecast(const Command& app, const GlobalOptions& global) {
  add_credit_command(app,
                     {"forecast", "When an account's credits are used up or expire",
                      "A range, from the rates of the last three months and of this one; where they rise or fall from\n"
                      "month to month, that goes on. trend: by so much a day's charges grow in a month.\n\n"
                      "Example:\n  trailkeeper credits forecast 111122223333",
                      true},
                     global, std::make_shared<CreditArguments>(), run_forecast);
}

void add_credit_check(const Command& app, const GlobalOptions& global) {
  add_credit_command(app,
                     {"check", "Every balance and rule; exit code 1 on a finding",
                      "Findings of severity low are advice and don't change the exit code.\n\n"
                      "Example:\n  trailkeeper credits check --output ndjson"},
                     global, std::make_shared<CreditArguments>(), run_check);
}

void add_credit_settings(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("settings", "Show the ledger's settings, or replace them by a file's");
  const auto arguments = std::make_shared<CreditArguments>();
  command.add_option("FILE", arguments->files, "JSON; what it doesn't name stays as built in").expected(0, 1);
  command.footer(
      "Example:\n"
      "  trailkeeper credits settings > settings.json && trailkeeper credits settings settings.json");
  command.runs([&global, arguments] { return run_settings(global, *arguments); });
}

}  // namespace trailkeeper::cli
