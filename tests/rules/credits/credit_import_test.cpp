// The ledger with figures of AWS's that were imported.
#include <doctest/doctest.h>

#include <algorithm>

#include "rules/credits/billing_import.h"
#include "tests/rules/credits/own_facts.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

TEST_CASE("R62: GetCredits becomes a credit with AWS's figures, and an opening balance") {
  const auto import = credits::import_of(kCredits, moment("2024-05-10T12:00:00Z"), false);
  REQUIRE(import.has_value());
  REQUIRE(import->facts.size() == 1);
  CHECK(import->kind == "GetCredits");
  CreditWorld world;
  world.facts.push_back(read_again(import->facts.front()));
  CHECK(world.facts.front().own);
  world.charge({"AmazonEC2", "100", "2024-04-20"});
  world.charge({"AmazonEC2", "50", "2024-05-09"});
  world.charge({"AmazonEC2", "30", "2024-05-10"});
  world.charge({"AmazonS3", "7", "2024-05-12"});
  const auto book = world.book("2024-06-01");
  const auto& state = only(book);
  CHECK(state.credit.id == "700001");
  CHECK(state.credit.account == "111122223333");
  CHECK(state.credit.amount == dollars("5000"));
  CHECK(state.credit.kind == credits::CreditKind::single);
  CHECK(text::day_text(state.credit.expires) == "2026-02-09");
  CHECK(state.credit.services == std::vector<std::string>{"AmazonEC2"});
  // Up to 9 May AWS's estimate knows the charges; from the 10th the ledger goes on.
  CHECK(state.available == dollars("3870"));
  CHECK(state.used == dollars("1130"));
  CHECK(credits::Book::left_after(state, date("2024-05-09")) == dollars("3900"));
  CHECK(world.covered() == dollars("30"));
  for (const auto& cell : world.paid.at({"111122223333", *text::Month::parse("2024-04")})) {
    CHECK(credits::payment_reason_text(cell.reason) == "before-import");
    CHECK(cell.rule == "R62");
  }
  CHECK(book.findings().empty());
}

TEST_CASE("R62: without an estimate the ledger goes on from the month's first day") {
  CreditWorld world;
  world.at("2024-05-10", kAccount, imported("5000", "4000"));
  world.charge({"AmazonEC2", "100", "2024-04-30"});
  world.charge({"AmazonEC2", "50", "2024-05-01"});
  CHECK(only(world.book("2024-06-01")).available == dollars("3950"));
}

TEST_CASE("R62: the newest figures up to the moment count; before any, the ledger reckons by itself") {
  CreditWorld world;
  auto first = imported("5000", "4000");
  first.estimated = dollars("4000");
  auto second = imported("5000", "3000");
  second.estimated = dollars("2500");
  world.at("2024-07-01", kAccount, second);
  world.at("2024-05-01", kAccount, first);
  world.charge({"AmazonEC2", "10", "2024-03-01"});
  world.charge({"AmazonEC2", "20", "2024-06-01"});
  world.charge({"AmazonEC2", "40", "2024-07-02"});
  CHECK(only(world.book("2024-04-01")).available == dollars("4990"));
  CHECK(only(world.book("2024-06-15")).available == dollars("3980"));
  CHECK(only(world.book("2024-08-01")).available == dollars("2460"));
}

TEST_CASE("R62: AWS's figures replace those of the event that issued the credit, and aren't a second grant") {
  CreditWorld world;
  world.issue("2024-02-09", "700001", "4000");
  auto import = imported("5000", "5000");
  world.at("2024-05-01", kAccount, import);
  const auto book = world.book("2024-06-01");
  CHECK(only(book).credit.amount == dollars("5000"));
  CHECK(text::day_text(only(book).credit.expires) == "2026-02-08");
  CHECK(book.findings().empty());
}

TEST_CASE("R19: the programme is what the event says; else what the newest figures that tell it say") {
  const auto kind = [](std::string_view issued_for, std::initializer_list<std::string_view> told) {
    CreditWorld world;
    if (!issued_for.empty()) {
      world.issue("2024-02-09", "700001", "5000");
      std::get<credits::Issue>(world.facts.back().value).program = issued_for;
    }
    std::string day = "2024-05-01";
    for (const std::string_view program : told) {
      auto import = imported("5000", "5000");
      import.program = program;
      world.at(day, kAccount, import);
      ++day.back();
    }
    return credits::kind_text(only(world.book("2024-06-01")).credit.kind);
  };
  CHECK(kind("EdStart", {"Activate"}) == "Other");
  CHECK(kind("Activate", {"Other"}) == "Activate");
  CHECK(kind("", {"Activate"}) == "Activate");
  CHECK(kind("", {"Other"}) == "Other");
  CHECK(kind("", {"Other", "Activate"}) == "Activate");
  CHECK(kind("", {"Activate", "Other"}) == "Other");
  CHECK(kind("", {"Activate", ""}) == "Activate");
  CHECK(kind("", {""}) == "Other");
}

TEST_CASE("R19: a description tells a credit's programme, a lack of one doesn't") {
  const auto program = [](const std::string& description) {
    std::string answer = kCredits;
    const std::string was = R"("description":"AWS Activate Portfolio",)";
    answer.replace(answer.find(was), was.size(), description);
    const auto import = credits::import_of(answer, moment("2024-05-10"), false);
    REQUIRE(import.has_value());
    return std::get<credits::ImportedCredit>(read_again(import->facts.front()).value).program;
  };
  CHECK(program(R"("description":"Welcome, ACTIVATE member",)") == "Activate");
  CHECK(program(R"("description":"Migration Acceleration",)") == "Other");
  CHECK(program(R"("description":"",)").empty());
  CHECK(program("").empty());
}

TEST_CASE("R62: a credit that AWS has disabled is revoked as of the figures, or when an event did so before") {
  CreditWorld world;
  auto import = imported("5000", "5000");
  import.enabled = false;
  world.at("2024-02-08", kAccount, import);
  CHECK(world.book("2024-02-08").credits().empty());
  CHECK(only(world.book("2024-06-01")).status == credits::CreditStatus::revoked);
  CHECK(world.book("2024-06-01").findings().empty());
  world.facts.front().time = moment("2024-05-01");
  world.charge({"AmazonEC2", "10", "2024-04-30"});
  world.charge({"AmazonS3", "20", "2024-05-01"});
  world.at("2024-03-01", kAccount, imported("5000", "5000"));
  CHECK(only(world.book("2024-06-01")).credit.revoked == moment("2024-05-01"));
  CHECK(world.reason("AmazonS3") == "expired");
  world.issue("2024-02-09", "700001", "5000");
  world.at("2024-04-15", kAccount, credits::CreditChange{"700001", "Revoked", "", {}, {}});
  CHECK(only(world.book("2024-06-01")).credit.revoked == moment("2024-04-15"));
  // Figures of later that let it pay again take back their own, not what the event said.
  world.at("2024-05-20", kAccount, imported("5000", "5000"));
  CHECK(only(world.book("2024-06-01")).credit.revoked == moment("2024-04-15"));
}

TEST_CASE("R62: a history alone says what was used; its closed months aren't charged again") {
  CreditWorld world;
  world.issue("2024-02-09", "700001", "5000");
  const auto use = [](std::string_view month, std::string_view amount, bool estimated) {
    return credits::ImportedUse{
        "700001", *text::Month::parse(month), estimated, {{kAccount, "AmazonEC2", dollars(amount)}}};
  };
  world.at("2024-04-05", kAccount, use("2024-02", "10", false));
  world.at("2024-05-05", kAccount, use("2024-02", "11", false));
  world.at("2024-05-05", kAccount, use("2024-03", "20", false));
  world.at("2024-05-05", kAccount, use("2024-04", "40", true));
  world.charge({"AmazonEC2", "999", "2024-03-15"});
  world.charge({"AmazonEC2", "45", "2024-04-15"});
  const auto book = world.book("2024-06-01");
  const auto& state = only(book);
  CHECK(state.used == dollars("76"));
  CHECK(credits::Book::left_after(state, date("2024-02-29")) == dollars("4989"));
  CHECK(credits::Book::left_after(state, date("2024-03-31")) == dollars("4969"));
  CHECK(book.known_uses().size() == 3);
}

TEST_CASE("R50, R62: an import that has the balance at nothing says when it was used up") {
  CreditWorld world;
  auto import = imported("5000", "0");
  import.exhausted = date("2024-04-20");
  world.at("2024-05-10", kAccount, import);
  const auto book = world.book("2024-06-01");
  CHECK(only(book).status == credits::CreditStatus::used);
  CHECK(only(book).used_on.begin()->first == date("2024-04-20"));
}

TEST_CASE("R46, R62: a credit that isn't shared pays for its own account only") {
  CreditWorld world;
  auto import = imported("5000", "5000");
  import.estimated = dollars("5000");
  import.shared_with = std::vector<std::string>{};
  world.at("2024-03-01", kAccount, import);
  world.charge({"AmazonEC2", "10", "2024-03-05"});
  world.charge({"AmazonEC2", "20", "2024-03-05", "Usage", "Use", "444455556666"}, kAccount);
  CHECK(only(world.book("2024-06-01")).used == dollars("10"));
  std::get<credits::ImportedCredit>(world.facts.front().value).shared_with = {"444455556666"};
  CHECK(only(world.book("2024-06-01")).used == dollars("30"));
}

TEST_CASE("R46, R62: which accounts share a credit says nothing while credit sharing is off") {
  const std::string linked = "444455556666";
  CreditWorld world;
  auto import = imported("5000", "5000");
  import.estimated = dollars("5000");
  import.shared_with = std::vector{linked};
  world.at("2024-03-01", kAccount, import);
  world.charge({"AmazonEC2", "10", "2024-03-05"});
  world.charge({"AmazonS3", "20", "2024-03-05", "Usage", "Use", linked}, kAccount);
  world.charge({"AmazonRDS", "40", "2024-03-05", "Usage", "Use", "777788889999"}, kAccount);
  CHECK(only(world.book("2024-06-01")).used == dollars("30"));
  CHECK(world.reason("AmazonRDS") == "not-shared");
  world.at("2024-03-31", kAccount, credits::Sharing{kAccount, false});
  CHECK(only(world.book("2024-06-01")).used == dollars("10"));
  CHECK(world.reason("AmazonS3") == "not-shared");
}

TEST_CASE("R59, R62: an opening balance is the reason where nothing else is") {
  const auto reason = [](const CreditWorld::Charge& charge, auto&& arrange) {
    CreditWorld world;
    auto import = imported("5000", "4000");
    import.estimated = dollars("4000");
    import.services = {"AmazonEC2", "AWSSupportBusiness"};
    world.at("2025-01-10", kAccount, import);
    world.charge(charge);
    arrange(world);
    static_cast<void>(world.book());
    return std::string{world.reason(charge.service)};
  };
  const auto as_it_is = [](CreditWorld&) {};
  CHECK(reason({"AmazonEC2", "10", "2024-05-01"}, as_it_is) == "before-import");
  CHECK(reason({"AmazonRegistrar", "10", "2024-05-01"}, as_it_is) == "ineligible");
  CHECK(reason({"madeUpService", "10", "2024-05-01"}, as_it_is) == "unlisted");
  CHECK(reason({"AmazonS3", "10", "2024-05-01"}, as_it_is) == "unlisted");
  CHECK(reason({"AmazonEC2", "10", "2024-01-31"}, as_it_is) == "historical");
  // Of after its last day, which the figures told later.
  const auto told_late = [](CreditWorld& world) { world.facts.front().time = moment("2026-05-01"); };
  CHECK(reason({"AmazonEC2", "10", "2026-02-08"}, told_late) == "before-import");
  CHECK(reason({"AmazonEC2", "10", "2026-02-09"}, told_late) == "expired");
  // Beside a credit that has expired, and beside one that is used up.
  const auto beside_expired = [](CreditWorld& world) {
    world.issue("2023-04-20", "c1", "100");
    world.facts.back().time = moment("2023-04-20");
  };
  CHECK(reason({"AmazonEC2", "10", "2024-05-01"}, beside_expired) == "before-import");
  const auto beside_used = [](CreditWorld& world) {
    world.issue("2024-04-20", "c1", "100");
    world.charge({"AmazonRDS", "100", "2024-04-20"});
  };
  CHECK(reason({"AmazonEC2", "10", "2024-05-01"}, beside_used) == "used");
  // A service credit that has something left doesn't tell why AWS's figures begin later.
  const auto beside_old = [](CreditWorld& world) { world.issue("2023-04-01", "c1", "100", 2); };
  CHECK(reason({"AWSSupportBusiness", "10", "2024-05-01"}, beside_old) == "before-import");
  CHECK(reason({"AWSSupportBusiness", "10", "2024-01-31"}, beside_old) == "not-for-support");
}

TEST_CASE("A credit is there from its day of issue on, as figures and corrections tell it, and not before") {
  const auto there = [](std::string_view issued, std::string_view at) {
    CreditWorld world;
    world.issue("2024-05-10", "c1", "5000");
    auto correction = correction_of("c1");
    correction.issued = moment(issued);
    correction.expires = date("2026-01-01");
    world.at("2024-09-01", kAccount, correction);
    const auto book = world.book(at);
    for (const auto& finding : book.findings()) CHECK(finding.time <= moment(at));
    return !book.credits().empty();
  };
  CHECK_FALSE(there("2024-06-01", "2024-05-31"));
  CHECK(there("2024-06-01", "2024-06-01"));
  CHECK_FALSE(there("2024-04-01", "2024-03-31"));
  CHECK(there("2024-04-01", "2024-04-01"));
  CHECK(there("2024-04-01", "2024-05-10"));

  CreditWorld world;
  world.issue("2024-05-10", "c1", "5000");
  std::get<credits::Issue>(world.facts.back().value).issued = moment("2024-06-01");
  CHECK(world.book("2024-05-31").credits().empty());
  CHECK(world.book("2024-06-01").credits().size() == 1);
}

TEST_CASE("R62: no opening balance is of a later day than the figures") {
  CreditWorld world;
  world.issue("2024-02-09", "700001", "5000");
  world.at(
      "2024-05-20", kAccount,
      credits::ImportedUse{"700001", *text::Month::parse("2024-05"), false, {{kAccount, "AmazonEC2", dollars("10")}}});
  CHECK_FALSE(only(world.book("2024-05-20")).credit.opening);
  world.at(
      "2024-06-01", kAccount,
      credits::ImportedUse{"700001", *text::Month::parse("2024-05"), false, {{kAccount, "AmazonEC2", dollars("30")}}});
  REQUIRE(only(world.book("2024-06-01")).credit.opening);
  CHECK(only(world.book("2024-06-01")).credit.opening->from == date("2024-06-01"));
  CHECK(only(world.book("2024-06-01")).available == dollars("4970"));
}

TEST_CASE("Imports and corrections give the same ledger in every order") {
  CreditWorld world;
  world.issue("2024-02-09", "700001", "4000");
  world.at("2024-05-01", kAccount, imported("5000", "4500"));
  world.at("2024-07-01", kAccount, imported("5000", "4200"));
  credits::Correction correction;
  correction.credit = "700001";
  correction.amount = dollars("4800");
  world.at("2024-08-01", kAccount, correction);
  world.charge({"AmazonEC2", "10", "2024-07-15"});
  std::vector<std::size_t> order{0, 1, 2, 3};
  const auto facts = world.facts;
  do {
    for (std::size_t i = 0; i < order.size(); ++i) world.facts[i] = facts[order[i]];
    const auto book = world.book("2024-09-01");
    CHECK(only(book).credit.amount == dollars("4800"));
    CHECK(only(book).available == dollars("4190"));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("R62: a history in which a credit paid more than it ever was is told") {
  const auto use = [](std::string_view month, std::string_view amount) {
    return credits::ImportedUse{
        "700001", *text::Month::parse(month), false, {{kAccount, "AmazonEC2", dollars(amount)}}};
  };
  CreditWorld world;
  world.at("2024-05-10", kAccount, imported("1000", "970"));
  world.at("2024-05-10", kAccount, use("2024-03", "600"));
  world.at("2024-05-11", kAccount, use("2024-04", "400.01"));
  // AWS rounds each of its figures to the cent.
  CHECK(findings_of(world.book("2024-06-01"), "R62") == 0);
  world.at("2024-05-11", kAccount, use("2024-04", "2000"));
  const auto book = world.book("2024-06-01");
  REQUIRE(findings_of(book, "R62") == 1);
  CHECK(book.findings().front().sentence ==
        "AWS's history says that credit 700001 paid 2600.00, and it was worth 1000.00");
  CHECK(book.findings().front().account == kAccount);
  CHECK(findings_of(world.book("2024-05-10"), "R62") == 0);
}
