// Notices, forecasts, reconciliation: R49, R50, R62, R65, R66, and what holds for any history.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "rules/credits/forecast.h"
#include "rules/credits/line_share.h"
#include "rules/credits/listed_credits.h"
#include "rules/credits/notices.h"
#include "rules/credits/reconcile.h"
#include "tests/rules/credits/credit_world.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;
using trailkeeper::text::Money;

namespace {

// `2025-11-01 expires-in-60-days`…, those of one kind of rule.
std::vector<std::string> notices_of(const credits::Book& book, std::string_view rule) {
  std::vector<std::string> found;
  for (const credits::Notice& notice : credits::notices(book)) {
    if (notice.rule == rule)
      found.push_back(text::format_timestamp(notice.time).substr(0, 10) + " " + std::string{notice.kind});
  }
  return found;
}

}  // namespace

TEST_CASE("R49: 60 days before expiry, 30 days before, and at expiry; each once") {
  CreditWorld world;
  world.issue("2024-12-31", "1", "100");
  CHECK(notices_of(world.book("2025-01-01"), "R49") == std::vector<std::string>{"2025-11-01 expires-in-60-days",
                                                                                "2025-12-01 expires-in-30-days",
                                                                                "2026-01-01 expired"});
}

TEST_CASE("R49: none for a credit that is used up") {
  CreditWorld world;
  world.issue("2024-12-31", "1", "100");
  world.charge({"AmazonEC2", "100", "2025-11-15"});
  CHECK(notices_of(world.book("2026-02-01"), "R49") == std::vector<std::string>{"2025-11-01 expires-in-60-days"});
}

TEST_CASE("R50: at 75 % and at 100 %, each once, in that order") {
  CreditWorld below;
  below.issue("2024-05-01", "1", "1000");
  below.charge({"AmazonEC2", "749.99", "2024-05-02"});
  CHECK(notices_of(below.book("2024-06-01"), "R50").empty());
  CreditWorld at;
  at.issue("2024-05-01", "1", "1000");
  at.charge({"AmazonEC2", "750", "2024-05-02"});
  CHECK(notices_of(at.book("2024-06-01"), "R50") == std::vector<std::string>{"2024-05-02 used-75"});
  CreditWorld jump;
  jump.issue("2024-05-01", "1", "1000");
  jump.charge({"AmazonEC2", "1000", "2024-05-02"});
  CHECK(notices_of(jump.book("2024-06-01"), "R50") ==
        std::vector<std::string>{"2024-05-02 used-75", "2024-05-02 used-100"});
}

TEST_CASE("R62: balances against the Billing API's") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AmazonEC2", "100", "2024-05-02"});
  const auto book = world.book("2024-06-01");
  const auto answer = [](std::string_view amount) {
    return R"({"credits":[{"accountId":"111122223333","creditId":"1","remainingAmount":{"amount":")" +
           std::string{amount} + R"(","currencyCode":"USD"}}]})";
  };
  const auto against = [&book](const std::string& json) {
    credits::ListedCredits balances;
    REQUIRE(balances.add(json).has_value());
    return balances.against(book);
  };
  CHECK(against(answer("900")).empty());
  const auto found = against(answer("880.5"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].ours == dollars("900"));
  CHECK(found[0].theirs == dollars("880.5"));
  credits::ListedCredits none;
  CHECK(!none.add("{}").has_value());
  CHECK(!none.add(R"({"credits":[{"creditId":"1"}]})").has_value());
}

TEST_CASE("R65: one mail a decision; R66: what is shown is what is left") {
  CreditWorld world;
  auto form = CreditWorld::form("a1", "5000", "");
  world.at("2024-04-01", CreditWorld::kAccount, form);
  world.approve("2024-04-03", "a1");
  world.issue("2024-05-01", "1", "1000");
  world.at("2024-05-03", CreditWorld::kAccount, credits::Balances{{{"1", dollars("1000"), date("2025-05-01")}}});
  world.at("2024-05-04", CreditWorld::kAccount,
           credits::Balances{{{"1", dollars("999"), date("2026-05-01")}, {"2", {}, {}}}});
  const auto book = world.book("2024-06-01");
  CHECK(notices_of(book, "R65") == std::vector<std::string>{"2024-04-03 decision"});
  CHECK(findings_of(book, "R66") == 3);
}

TEST_CASE("A forecast is a range of days, and tells expiry from use") {
  CreditWorld world;
  world.issue("2024-01-01", "1", "10000");
  for (const std::string month : {"01", "02", "03"}) {
    for (const std::string day : {"05", "15", "25"}) world.charge({"AmazonEC2", "310", "2024-" + month + "-" + day});
  }
  const auto book = world.book("2024-04-01");
  credits::DailyCharges charges;
  for (const auto& [name, cells] : world.paid) {
    credits::add_charges(book, CreditWorld::kAccount, {name.payer, name.month, {}}, cells, charges);
  }
  const auto made = credits::forecast(book, CreditWorld::kAccount, charges);
  REQUIRE(made.size() == 1);
  CHECK(made[0].cause == "used");
  CHECK(made[0].daily_low == dollars("30"));
  CHECK(made[0].available == dollars("7210"));
  CHECK(*made[0].earliest < *made[0].latest);
  CHECK(credits::forecast(book, CreditWorld::kAccount, {})[0].cause == "none");
}

TEST_CASE("A forecast goes on from the last charge where bills end before the moment, and says so") {
  CreditWorld world;
  world.issue("2024-01-01", "1", "10000", 2);
  const auto book = world.book("2024-06-15");
  credits::DailyCharges charges{{date("2024-01-31"), dollars("930")}, {date("2024-03-31"), dollars("930")}};
  const auto made = credits::forecast(book, CreditWorld::kAccount, charges);
  REQUIRE(made.size() == 1);
  CHECK(made[0].note.starts_with("no charges are known after 2024-03-31"));
  CHECK(made[0].daily_high == dollars("930"));
  CHECK(*made[0].earliest == date("2024-06-16"));  // By those of March it would be earlier: nothing is left now.
}

namespace {

CreditWorld random_world(std::mt19937_64& dice) {
  const auto roll = [&dice](unsigned sides) { return static_cast<unsigned>(dice() % sides); };
  const std::vector<std::string> accounts{"999900001111", "999900002222", "999900003333"};
  const std::vector<std::string> services{"AmazonEC2", "AmazonS3", "AWSSupportBusiness", "Unknown", "AmazonRegistrar"};
  CreditWorld world;
  const auto day = [&](unsigned year) {
    return text::day_text(date("2023-01-01") + static_cast<text::Day>(year * 365 + roll(360)));
  };
  for (unsigned i = 0; i < 1 + roll(6); ++i) {
    const std::string time = day(roll(2));
    auto issue =
        CreditWorld::issued(time, std::to_string(i), std::to_string(1 + roll(500)), 1 + static_cast<int>(roll(2)));
    issue.support = roll(4) == 0;
    if (roll(3) == 0) issue.services = {"AmazonEC2"};
    world.at(time, accounts[roll(3)], issue);
    if (roll(4) == 0)
      world.at(day(1), accounts[0], credits::CreditChange{std::to_string(i), "Transferred", "", {}, {}});
  }
  for (unsigned i = 0; i < roll(4); ++i)
    world.at(day(roll(2)), accounts[0], credits::Sharing{accounts[0], roll(2) == 0});
  for (unsigned i = 0; i < roll(60); ++i) {
    const std::string amount = std::to_string(roll(40)) + "." + std::to_string(roll(1000));
    world.charge({services[roll(5)], roll(8) == 0 ? "-" + amount : amount, day(roll(2)), "Usage",
                  "Use" + std::to_string(roll(3)), accounts[roll(3)]},
                 accounts[0]);
  }
  return world;
}

// Everything that a book says, as text.
std::string printed(const credits::Book& book) {
  std::string out;
  for (const credits::CreditState& state : book.credits()) {
    out += state.credit.id + " " + state.used.text() + " " + state.available.text() + " " + state.expired.text() + " " +
           state.revoked.text() + "\n";
  }
  for (const credits::LedgerFinding& finding : book.findings()) out += finding.sentence + "\n";
  return out;
}

}  // namespace

TEST_CASE("Whatever happens: balances aren't negative, amounts add up, and the order of arrival doesn't matter") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    CreditWorld world = random_world(dice);
    const auto book = world.book("2024-10-10");
    text::Money used;
    for (const credits::CreditState& state : book.credits()) {
      CHECK(state.used + state.available + state.expired + state.revoked == state.credit.amount);
      CHECK(!state.available.is_negative());
      CHECK(!state.used.is_negative());
      used += state.used;
    }
    CHECK(used == world.covered());
    for (const auto& [name, cells] : world.paid) {
      for (const credits::PaidCell& cell : cells) {
        credits::LineShare share{cell};
        const auto line = share.next(cell.cell.amount);
        CHECK(line.covered + line.due == cell.cell.amount);
        CHECK(line.covered == cell.covered);
      }
    }
    const std::string first = printed(book);
    std::shuffle(world.facts.begin(), world.facts.end(), dice);
    for (auto& [name, cells] : world.bills) std::shuffle(cells.begin(), cells.end(), dice);
    CHECK(printed(world.book("2024-10-10")) == first);
  }
}
