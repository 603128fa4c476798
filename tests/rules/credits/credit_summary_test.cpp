// Totals and forecasts: what people read of the ledger.
#include <doctest/doctest.h>

#include "rules/credits/forecast.h"
#include "rules/credits/line_share.h"
#include "rules/credits/summary.h"
#include "tests/rules/credits/credit_world.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

const std::string kAccount = CreditWorld::kAccount;
const std::string kLinked = "444455556666";

credits::Summary summary_of(CreditWorld& world, const credits::SummaryScope& scope,
                            std::string_view at = "2024-06-01") {
  credits::Summary summary{scope};
  const auto book = world.book(at);
  for (const auto& [name, cells] : world.paid) summary.add({name.payer, name.month, {}}, cells, book.credits());
  summary.add_known(book);
  return summary;
}

// A book of one credit, and the forecast from charges of so much a day in each of some months.
credits::Forecast forecast_of(const std::vector<std::pair<std::string, std::string>>& months, std::string_view at,
                              std::string_view amount = "10000") {
  CreditWorld world;
  world.issue("2024-01-01", "1", amount, 2);
  const auto book = world.book(at);
  credits::DailyCharges charges;
  for (const auto& [month, daily] : months) {
    const auto of = *text::Month::parse(month);
    for (text::Day day = of.first_day(); day <= std::min(of.last_day(), text::day_of(book.at()) - 1); ++day) {
      charges[day] = dollars(daily);
    }
  }
  const auto made = credits::forecast(book, kAccount, charges);
  REQUIRE(made.size() == 1);
  return made.front();
}

}  // namespace

TEST_CASE("A summary adds up what was charged, covered and due, and what came from others' credits") {
  CreditWorld world;
  world.issue("2024-02-09", "c1", "100");
  world.charge({"AmazonEC2", "60", "2024-03-05"});
  world.charge({"AmazonRegistrar", "12", "2024-03-05"});
  world.charge({"AmazonEC2", "-5", "2024-03-07", "Refund"});
  world.charge({"AmazonEC2", "-40", "2024-03-31", "Credit"});
  world.charge({"AmazonS3", "70", "2024-04-05", "Usage", "Use", kLinked}, kAccount);
  const auto all = summary_of(world, {});
  const auto months = credits::totals_by(all, [](const auto& place) { return place.month.text(); });
  CHECK(months.at("2024-03").charged == dollars("67"));
  CHECK(months.at("2024-03").covered + months.at("2024-03").due() == months.at("2024-03").charged);
  CHECK(months.at("2024-04").shared == months.at("2024-04").covered);
  CHECK(months.at("2024-04").shared > dollars("39"));
  CHECK(all.days().at(date("2024-03-05")).charged == dollars("72"));
  CHECK(text::day_text(*all.last_day()) == "2024-04-05");
  CHECK(summary_of(world, {kLinked, std::nullopt}).places().size() == 1);
  CHECK(summary_of(world, {"999988887777", std::nullopt}).places().empty());
  CHECK(summary_of(world, {"", text::Month::parse("2024-04")}).places().size() == 1);
}

TEST_CASE(
    "What AWS's history says of the time before an opening balance is in the summary, and what comes after isn't "
    "twice") {
  CreditWorld world;
  credits::ImportedCredit import;
  import.credit = "c1";
  import.initial = dollars("5000");
  import.remaining = dollars("4900");
  import.estimated = dollars("4880");
  import.issued = moment("2024-02-09");
  world.at("2024-04-10", kAccount, import);
  const auto use = [](std::string_view month, std::string_view amount, bool estimated) {
    return credits::ImportedUse{"c1", *text::Month::parse(month), estimated, {{kLinked, "AmazonEC2", dollars(amount)}}};
  };
  world.at("2024-04-10", kAccount, use("2024-03", "100", false));
  world.at("2024-04-10", kAccount, use("2024-04", "20", true));
  world.charge({"AmazonEC2", "103", "2024-03-05", "Usage", "Use", kLinked}, kAccount);
  world.charge({"AmazonEC2", "20", "2024-04-05", "Usage", "Use", kLinked}, kAccount);
  world.charge({"AmazonEC2", "7", "2024-04-15", "Usage", "Use", kLinked}, kAccount);
  const auto months = credits::totals_by(summary_of(world, {}), [](const auto& place) { return place.month.text(); });
  CHECK(months.at("2024-03").covered == dollars("100"));
  CHECK(months.at("2024-03").due() == dollars("3"));
  CHECK(months.at("2024-04").covered == dollars("27"));
  CHECK(months.at("2024-04").shared == dollars("27"));
  // No bill of February is loaded: what credits paid was charged, at least.
  world.at("2024-04-10", kAccount, use("2024-02", "50", false));
  const auto more = credits::totals_by(summary_of(world, {}), [](const auto& place) { return place.month.text(); });
  CHECK(more.at("2024-02").charged == dollars("50"));
  CHECK(more.at("2024-02").due() == dollars("0"));
  CHECK(more.at("2024-02").without_bill == dollars("50"));
  CHECK(more.at("2024-03").without_bill == dollars("0"));
  // A newer history of the running month has what the ledger reckons, too: it isn't added.
  world.at("2024-04-20", kAccount, use("2024-04", "27", true));
  const auto newer = credits::totals_by(summary_of(world, {}), [](const auto& place) { return place.month.text(); });
  CHECK(newer.at("2024-04").covered == dollars("7"));
}

TEST_CASE("What was charged before an opening balance is unknown where no history tells, and on days") {
  CreditWorld world;
  credits::ImportedCredit import;
  import.credit = "c1";
  import.initial = dollars("1000");
  import.remaining = dollars("900");
  import.issued = moment("2024-04-01");
  world.at("2024-05-10", kAccount, import);
  world.charge({"AmazonEC2", "30.0012", "2024-04-10"});
  world.charge({"AmazonS3", "70", "2024-04-11"});
  world.charge({"AmazonRegistrar", "13", "2024-04-11"});
  world.charge({"AmazonEC2", "20", "2024-05-15"});
  const auto untold = summary_of(world, {}).total();
  CHECK(untold.unknown == dollars("100.0012"));
  CHECK(untold.covered == dollars("20"));
  CHECK(untold.due() == dollars("13"));
  credits::LineShare share{world.cell("AmazonS3")};
  const auto first = share.next(dollars("30"));
  const auto second = share.next(dollars("40"));
  CHECK(first.unknown + second.unknown == dollars("70"));
  CHECK(first.due + second.due == dollars("0"));
  CHECK(credits::payment_reason_text(second.reason) == "before-import");

  // The history names one service otherwise than the bill, and has all to the cent.
  world.at("2024-05-10", kAccount,
           credits::ImportedUse{"c1",
                                *text::Month::parse("2024-04"),
                                false,
                                {{kAccount, "AmazonEC2", dollars("30")}, {kAccount, "Simple Storage", dollars("70")}}});
  const auto summary = summary_of(world, {});
  const auto told = summary.total();
  CHECK(told.charged == dollars("133.0012"));
  CHECK(told.covered == dollars("120.0012"));
  CHECK(told.due() == dollars("13"));
  CHECK(told.without_bill == dollars("0"));
  credits::Totals days;
  for (const auto& [day, totals] : summary.days()) days.add(totals);
  CHECK(days.due() == told.due());
  CHECK(days.unknown == summary.told_by_month());
  CHECK(days.covered + days.unknown == told.covered);
}

TEST_CASE("A payer's totals have what AWS's history tells of every account on its bill") {
  CreditWorld world;
  credits::ImportedCredit import;
  import.credit = "c1";
  import.initial = dollars("1000");
  import.remaining = dollars("970");
  import.issued = moment("2024-04-01");
  world.at("2024-05-10", kLinked, import);
  world.at(
      "2024-05-10", kLinked,
      credits::ImportedUse{"c1", *text::Month::parse("2024-04"), false, {{kLinked, "AmazonEC2", dollars("30.01")}}});
  world.charge({"AmazonEC2", "30.004", "2024-04-10", "Usage", "Use", kLinked}, kAccount);
  const auto total = summary_of(world, {kAccount, std::nullopt}).total();
  CHECK(total.charged == dollars("30.004"));
  CHECK(total.covered == dollars("30.004"));
  CHECK(total.without_bill == dollars("0"));
}

TEST_CASE("Holders' totals, and percents of any amount") {
  CreditWorld world;
  world.issue("2024-02-09", "c1", "100");
  world.issue("2024-02-10", "c2", "200");
  world.charge({"AmazonEC2", "75", "2024-03-05"});
  const auto book = world.book("2024-06-01");
  const auto all = credits::holders(book);
  REQUIRE(all.size() == 1);
  CHECK(all.at(kAccount).credits == 2);
  CHECK(all.at(kAccount).amount == dollars("300"));
  CHECK(all.at(kAccount).used == dollars("75"));
  CHECK(text::day_text(*all.at(kAccount).next_expiry) == "2025-02-09");
  CHECK(credits::percent_text(dollars("75"), dollars("300")) == "25.0");
  CHECK(credits::percent_text(dollars("1"), dollars("3")) == "33.3");
  CHECK(credits::percent_text(dollars("300"), dollars("300")) == "100.0");
  CHECK(credits::percent_text(text::Money::of_units(1), text::Money::of_units(3)) == "33.3");
  CHECK(credits::percent_text(dollars("1"), dollars("0")) == "0.0");
  CHECK(credits::percent_text(text::Money::of_dollars(900'000'000), text::Money::of_dollars(900'000'000)) == "100.0");
}

TEST_CASE("A forecast of even charges is one day") {
  const auto made = forecast_of({{"2024-02", "20"}, {"2024-03", "20"}, {"2024-04", "20"}}, "2024-05-01");
  CHECK(made.trend.is_zero());
  CHECK(made.earliest == made.latest);
  CHECK(*made.earliest == date("2024-05-02") + 500);
  CHECK(credits::forecast_text(made) == "runs out on " + text::day_text(*made.earliest));
}

TEST_CASE("A forecast sees a trend: from the last rate as it is to one that goes on rising") {
  const auto up = forecast_of({{"2024-02", "10"}, {"2024-03", "20"}, {"2024-04", "30"}}, "2024-05-01", "3000");
  CHECK(up.trend == dollars("10"));
  CHECK(*up.latest == date("2024-05-02") + 100);
  // 30 in May (30 days left: 900), 40 in June (1,200), 50 in July: 18 days more.
  CHECK(*up.earliest == date("2024-07-19"));
  CHECK(credits::forecast_text(up) == "runs out between 2024-07-19 and 2024-08-10");
  const auto down = forecast_of({{"2024-02", "30"}, {"2024-03", "20"}, {"2024-04", "10"}}, "2024-05-01", "300");
  CHECK(down.trend == dollars("-10"));
  CHECK(*down.earliest == date("2024-05-02") + 30);
  // Not below a half of the last rate.
  CHECK(*down.latest == date("2024-06-01"));
}

TEST_CASE("Charges that go up and down give the range of their rates") {
  const auto made = forecast_of({{"2024-02", "10"}, {"2024-03", "30"}, {"2024-04", "20"}}, "2024-05-01", "300");
  CHECK(made.trend.is_zero());
  CHECK(*made.earliest == date("2024-05-02") + 10);
  CHECK(*made.latest == date("2024-05-02") + 30);
}

TEST_CASE("What nothing is charged to, or what is too large to be used, expires") {
  CHECK(credits::forecast_text(forecast_of({}, "2024-05-01")) == "expires on 2026-01-01; no charge is known");
  CHECK(credits::forecast_text(forecast_of({{"2024-04", "1"}}, "2024-05-01")) ==
        "expires on 2026-01-01 with something left");
  const auto either = forecast_of({{"2024-03", "1"}, {"2024-04", "100"}}, "2024-05-01");
  CHECK(either.cause == "used-or-expires");
  CHECK(credits::forecast_text(either).starts_with("runs out from 2024-08-10 on, or expires on 2026-01-01"));
}

TEST_CASE("No rate makes a forecast overflow or take long") {
  const auto made =
      forecast_of({{"2024-02", "1000"}, {"2024-03", "1000000"}, {"2024-04", "8000000"}}, "2024-05-01", "90000");
  CHECK(*made.earliest == date("2024-05-03"));
}

TEST_CASE("Old bills are told, and charges go on behind them") {
  const auto made = forecast_of({{"2024-02", "20"}, {"2024-03", "20"}, {"2024-04", "20"}}, "2024-05-20", "3000");
  CHECK(made.note.starts_with("no charges are known after 2024-04-30, 20 days before"));
  CHECK(*made.last_charge == date("2024-04-30"));
  CHECK(*made.earliest == date("2024-05-01") + 150);
}
