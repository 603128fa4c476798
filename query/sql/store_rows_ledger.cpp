// The credit ledger as tables, as of now: the columns are those of `trailkeeper credits` and its subcommands in JSON.
#include "query/ledger/bill_lines.h"
#include "query/ledger/credit_ledger.h"
#include "query/ledger/postings.h"
#include "query/sql/sql_time.h"
#include "query/sql/store_rows.h"
#include "rules/credits/credit_lines.h"
#include "rules/credits/notices.h"
#include "text/json_writer.h"

namespace trailkeeper::query::sql {
namespace {

namespace credits = rules::credits;

std::string texts_json(const std::vector<std::string>& texts) {
  std::string json;
  text::JsonWriter{json}.values(texts);
  return json;
}

StoredRow credit_row(const credits::CreditState& state, const std::vector<std::string>& notices,
                     const ShownEvents& shown) {
  const credits::Credit& credit = state.credit;
  return {credit.account,
          shown.text(credit.id),
          std::string{credits::kind_text(credit.kind)},
          credit.amount.text(),
          state.used.text(),
          state.available.text(),
          state.expired.text(),
          state.revoked.text(),
          timestamp_text(credit.issued),
          text::day_text(credit.expires),
          std::string{credits::status_text(state.status)},
          texts_json(notices)};
}

// Of a credit that only bills know, neither what was issued nor what is left is known.
StoredRow billed_credit_row(const credits::BilledCredit& credit, const ShownEvents& shown) {
  std::vector<std::string> months;
  for (const auto& [month, used] : credit.used) months.push_back(month + " used " + used.text());
  return {credit.account,
          text_or_null(shown.text(credit.name)),
          "Billed",
          std::nullopt,
          credit.total().text(),
          std::nullopt,
          std::nullopt,
          std::nullopt,
          std::nullopt,
          std::nullopt,
          "unknown",
          texts_json(months)};
}

void read_credits(const TableSource& source, RowTaker& into) {
  const CreditLedger ledger{*source.snapshot};
  credits::CreditLines lines;
  const credits::Book book = ledger.book(
      source.now, [&lines](const credits::Bill& bill, const auto& cells, const auto&) { lines.add(bill, cells); });
  auto notices = credits::coming_expiry_notices(book);
  for (const credits::CreditState& state : book.credits())
    into.take(credit_row(state, notices[state.credit.id], *source.shown));
  for (const credits::BilledCredit& credit : lines.unexplained(book))
    into.take(billed_credit_row(credit, *source.shown));
}

void read_postings(const TableSource& source, RowTaker& into) {
  const CreditLedger ledger{*source.snapshot};
  const ShownEvents& shown = *source.shown;
  // As for `credits ledger`: first what became of the credits, then the bills again.
  const credits::Book book = ledger.book(source.now);
  Postings postings{*source.snapshot, book, {}, [&](const Posting& posting) {
                      into.take({timestamp_text(posting.time), shown.text(posting.debit), shown.text(posting.credit),
                                 posting.amount.text(), std::string{posting.rule}, shown.text(posting.cause)});
                    }};
  static_cast<void>(ledger.book(
      source.now, [&](const credits::Bill& bill, const auto& cells, const auto&) { postings.add_bill(bill, cells); }));
  postings.finish();
}

std::string payments_json(const credits::PaidLine& line, const std::vector<credits::CreditState>& states) {
  std::string out;
  text::JsonWriter json{out};
  json.open('[');
  for (const credits::Payment& payment : line.payments) {
    json.open('{').member("creditId", states[payment.credit].credit.id).member("amount", payment.amount.text());
    json.close('}');
  }
  json.close(']');
  return out;
}

void read_charges(const TableSource& source, RowTaker& into) {
  const CreditLedger ledger{*source.snapshot};
  const ShownEvents& shown = *source.shown;
  const auto visit = [&](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells,
                         const std::vector<credits::CreditState>& states) {
    for_each_paid_line(*source.snapshot, bill, cells, [&](const BilledLine& line) {
      into.take({bill.payer, bill.month.text(), text_or_null(shown.text(line.id)), timestamp_text(line.start),
                 line.cell->account, text_or_null(shown.text(line.cell->service)),
                 text_or_null(shown.text(line.cell->usage_type)), text_or_null(shown.text(line.cell->line_type)),
                 line.amount.text(), line.paid.covered.text(), line.paid.unknown.text(), line.paid.due.text(),
                 shown.text(payments_json(line.paid, states)),
                 std::string{credits::payment_reason_text(line.paid.reason)}, std::string{line.paid.rule}});
    });
  };
  static_cast<void>(ledger.book(source.now, visit));
}

void read_applications(const TableSource& source, RowTaker& into) {
  const CreditLedger ledger{*source.snapshot};
  const ShownEvents& shown = *source.shown;
  const credits::Settings& settings = ledger.settings();
  const credits::Book book = ledger.book(source.now);
  for (const credits::ApplicationState& state : book.programme().applications()) {
    const auto& decision = state.decision;
    const text::Day due =
        text::business_day_after(text::day_of(state.time), settings.late_after_business_days, settings.holidays);
    StoredRow row{timestamp_text(state.time),
                  shown.text(state.form.id),
                  state.account,
                  text_or_null(shown.text(state.form.startup)),
                  text_or_null(ledger.pseudonym(state.form.org_id)),
                  state.form.is_portfolio() ? "Portfolio" : "Founders"};
    row.push_back(state.form.requested ? std::optional{state.form.requested->text()} : std::nullopt);
    row.emplace_back(credits::status_text(state.status));
    row.emplace_back(shown.text(texts_json(credits::in_order(state.reasons))));
    row.emplace_back(state.award.text());
    row.push_back(state.decided ? std::optional{timestamp_text(*state.decided)} : std::nullopt);
    row.push_back(decision ? std::optional<std::string>{decision->approved ? "Approved" : "Denied"} : std::nullopt);
    row.emplace_back(shown.text(texts_json(decision ? decision->reasons : std::vector<std::string>{})));
    row.emplace_back(text::day_text(due));
    into.take(std::move(row));
  }
}

}  // namespace

std::vector<StoreTable> ledger_tables() {
  const Type text{Kind::varchar};
  const Type money{Kind::real};
  const Type time{Kind::timestamp};
  const Type day{Kind::date};
  const Type texts = array_of(text);
  return {{{"credits",
            {{"account", text},
             {"creditId", text},
             {"type", text},
             {"amount", money},
             {"used", money},
             {"available", money},
             {"expired", money},
             {"revoked", money},
             {"issued", time},
             {"expires", day},
             {"status", text},
             {"notices", texts}}},
           read_credits},
          {{"credit_postings",
            {{"time", time}, {"debit", text}, {"credit", text}, {"amount", money}, {"rule", text}, {"cause", text}}},
           read_postings},
          {{"credit_charges",
            {{"payer", text},
             {"month", text},
             {"lineItemId", text},
             {"start", time},
             {"account", text},
             {"service", text},
             {"usageType", text},
             {"type", text},
             {"amount", money},
             {"covered", money},
             {"unknown", money},
             {"due", money},
             {"credits", {Kind::json}},
             {"reason", text},
             {"rule", text}}},
           read_charges},
          {{"applications",
            {{"time", time},
             {"applicationId", text},
             {"account", text},
             {"startup", text},
             {"orgId", text},
             {"package", text},
             {"requested", money},
             {"status", text},
             {"reasons", texts},
             {"award", money},
             {"decided", time},
             {"decision", text},
             {"decisionReasons", texts},
             {"due", day}}},
           read_applications}};
}

}  // namespace trailkeeper::query::sql
