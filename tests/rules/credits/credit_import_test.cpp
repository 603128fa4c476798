// Facts that those who keep the ledger write themselves: imports of AWS's figures, credits added, corrections.
#include <doctest/doctest.h>

#include <algorithm>

#include "rules/credits/billing_import.h"
#include "rules/credits/corrections.h"
#include "rules/credits/own_request.h"
#include "tests/rules/credits/credit_world.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

const std::string kAccount = CreditWorld::kAccount;

constexpr const char* kCredits = R"({"credits":[{
  "creditId":"700001","accountId":"111122223333","creditType":"Promotion","description":"AWS Activate Portfolio",
  "initialAmount":{"currencyCode":"USD","currencyAmount":"5000.00"},
  "remainingAmount":{"currencyCode":"USD","currencyAmount":"4000.00"},
  "estimatedAmount":{"currencyCode":"USD","currencyAmount":"3900.00"},
  "applicableProductNames":["Amazon Elastic Compute Cloud"],
  "startDate":"2024-02-09T00:00:00+00:00","endDate":1770595200.0,
  "accountHasCreditSharingEnabled":true,"creditSharingType":"DEFAULT","creditStatus":"ENABLED"}]})";

credits::ImportedCredit imported(std::string_view initial, std::string_view remaining) {
  credits::ImportedCredit import;
  import.credit = "700001";
  import.initial = dollars(initial);
  import.remaining = dollars(remaining);
  import.issued = moment("2024-02-09");
  import.expires = date("2026-02-08");
  import.program = "Activate";
  return import;
}

const credits::Pseudonymiser kNames{"a store's key"};

// The event of a fact, read again.
credits::Fact read_again(const credits::OwnFact& fact) {
  const std::string json = credits::own_event(fact, credits::own_event_id(fact, kNames), "{}", fact.time);
  const auto read =
      credits::read_fact({fact.time, fact.name, fact.account, "us-east-1", ""}, json, credits::Settings::built_in());
  REQUIRE(read.has_value());
  REQUIRE(read->has_value());
  return **read;
}

const credits::CreditState& only(const credits::Book& book) {
  REQUIRE(book.credits().size() == 1);
  return book.credits().front();
}

credits::OwnFact wanted(credits::OwnVerb verb, const credits::OwnValues& values) {
  const auto made = credits::own_fact(verb, values, moment("2024-06-01"), kNames);
  REQUIRE(made.has_value());
  return *made;
}

credits::Correction correction_of(std::string credit, bool withdrawn = false) {
  credits::Correction correction;
  correction.credit = std::move(credit);
  correction.withdrawn = withdrawn;
  return correction;
}

credits::Correction withdrawal_of(std::string event) {
  credits::Correction correction;
  correction.event = std::move(event);
  correction.withdrawn = true;
  return correction;
}

std::string refused(credits::OwnVerb verb, const credits::OwnValues& values) {
  const auto made = credits::own_fact(verb, values, moment("2024-06-01"), kNames);
  REQUIRE_FALSE(made.has_value());
  return made.error().path;
}

}  // namespace

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
  CHECK(credits::day_text(state.credit.expires) == "2026-02-09");
  CHECK(state.credit.services == std::vector<std::string>{"AmazonEC2"});
  // Up to 9 May AWS's estimate knows the charges; from the 10th the ledger goes on.
  CHECK(state.available == dollars("3870"));
  CHECK(state.used == dollars("1130"));
  CHECK(credits::Book::left_after(state, date("2024-05-09")) == dollars("3900"));
  CHECK(world.covered() == dollars("30"));
  for (const auto& cell : world.paid.at({"111122223333", *credits::Month::parse("2024-04")})) {
    CHECK(credits::reason_text(cell.reason) == "before-import");
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
  CHECK(credits::day_text(only(book).credit.expires) == "2026-02-08");
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
        "700001", *credits::Month::parse(month), estimated, {{kAccount, "AmazonEC2", dollars(amount)}}};
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

TEST_CASE("A correction replaces, whenever it was written, and is no finding") {
  CreditWorld world;
  world.issue("2024-02-09", "c1", "5000");
  credits::Correction correction;
  correction.credit = "c1";
  correction.amount = dollars("25000");
  correction.expires = date("2025-08-31");
  world.at("2024-09-01", kAccount, correction);
  for (const char* moment : {"2024-03-01", "2024-10-01"}) {
    const auto book = world.book(moment);
    CHECK(only(book).credit.amount == dollars("25000"));
    CHECK(credits::day_text(only(book).credit.expires) == "2025-08-31");
    CHECK(book.findings().empty());
  }
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
  world.at("2024-05-20", kAccount,
           credits::ImportedUse{
               "700001", *credits::Month::parse("2024-05"), false, {{kAccount, "AmazonEC2", dollars("10")}}});
  CHECK_FALSE(only(world.book("2024-05-20")).credit.opening);
  world.at("2024-06-01", kAccount,
           credits::ImportedUse{
               "700001", *credits::Month::parse("2024-05"), false, {{kAccount, "AmazonEC2", dollars("30")}}});
  REQUIRE(only(world.book("2024-06-01")).credit.opening);
  CHECK(only(world.book("2024-06-01")).credit.opening->from == date("2024-06-01"));
  CHECK(only(world.book("2024-06-01")).available == dollars("4970"));
}

TEST_CASE("What is withdrawn never was; a fact of AWS's own can't be") {
  CreditWorld world;
  world.issue("2024-02-09", "c1", "5000");
  world.at("2024-03-01", kAccount, credits::CreditChange{"c1", "Extended", "", {}, date("2027-01-01")});
  credits::Correction gone;
  gone.credit = "c1";
  gone.withdrawn = true;
  world.at("2024-09-01", kAccount, gone);
  CHECK(world.book().credits().empty());
  CHECK(world.book().findings().empty());

  CreditWorld other;
  other.issue("2024-02-09", "c1", "5000");
  credits::Correction event;
  event.event = other.facts.front().event;
  event.withdrawn = true;
  other.at("2024-09-01", kAccount, event);
  CHECK(other.book().credits().size() == 1);
  other.facts.front().own = true;
  CHECK(other.book().credits().empty());
}

TEST_CASE("R35: the last day of a credit that somebody wrote down is AWS's own, and taken as it is") {
  CreditWorld world;
  auto issue = CreditWorld::issued("2024-02-09", "c1", "5000");
  issue.term_years.reset();
  issue.expires = date("2025-08-31");
  world.at("2024-02-09", kAccount, issue);
  CHECK(world.book().credits().empty());
  world.facts.front().own = true;
  CHECK(only(world.book()).credit.expires == date("2025-08-31"));
  CHECK(world.book().findings().empty());
}

TEST_CASE("A correction of what isn't there is told") {
  CreditWorld world;
  credits::Correction correction;
  correction.credit = "c9";
  correction.amount = dollars("1");
  world.at("2024-09-01", kAccount, correction);
  REQUIRE(world.book().findings().size() == 1);
  CHECK(world.book().findings().front().sentence.find("c9") != std::string::npos);
}

TEST_CASE("A correction for an account that doesn't hold the credit changes nothing, and is told") {
  const std::string other = "343434343434";
  for (const bool withdrawn : {false, true}) {
    CreditWorld world;
    world.issue("2024-02-09", "c1", "5000", 1, other);
    auto correction = correction_of("c1", withdrawn);
    if (!withdrawn) correction.amount = dollars("9000");
    world.at("2024-03-01", kAccount, correction);
    const auto book = world.book("2024-06-01");
    CHECK(only(book).credit.amount == dollars("5000"));
    REQUIRE(book.findings().size() == 1);
    CHECK(book.findings().front().account == kAccount);
    CHECK(book.findings().front().sentence.find(other) != std::string::npos);
  }
}

TEST_CASE("A correction goes with a credit that another correction, or AWS, has given to its true owner") {
  const std::string owner = "343434343434";
  CreditWorld world;
  world.issue("2024-02-09", "c1", "5000");
  auto amount = correction_of("c1");
  amount.amount = dollars("9000");
  world.at("2024-03-02", owner, amount);
  auto moved = correction_of("c1");
  moved.account = owner;
  world.at("2024-03-01", kAccount, moved);
  CHECK(only(world.book()).credit.account == owner);
  CHECK(only(world.book()).credit.amount == dollars("9000"));
  CHECK(findings_of(world.book("2024-06-01"), "R66") == 0);

  CreditWorld listed;
  listed.at("2024-05-01", owner, imported("5000", "4500"));
  auto days = correction_of("700001");
  days.expires = date("2026-03-01");
  listed.at("2024-06-01", owner, days);
  CHECK(only(listed.book("2024-07-01")).credit.expires == date("2026-03-01"));
  CHECK(listed.book("2024-07-01").findings().empty());
}

TEST_CASE("Who held a credit before another account, or will hold it, doesn't correct it") {
  const std::string owner = "343434343434";
  const auto amount_of = [](const std::string& account, std::string_view moved_on, std::string_view time) {
    CreditWorld world;
    world.issue("2024-02-09", "c1", "5000");
    auto moved = correction_of("c1");
    moved.account = "343434343434";
    world.at(moved_on, kAccount, moved);
    auto amount = correction_of("c1");
    amount.amount = dollars("9000");
    world.at(time, account, amount);
    const auto book = world.book("2024-06-01");
    CHECK(only(book).credit.account == "343434343434");
    const bool holds = only(book).credit.amount == dollars("9000");
    CHECK(findings_of(book, "R66") == (holds ? 0 : 1));
    return only(book).credit.amount;
  };
  CHECK(amount_of(kAccount, "2024-03-02", "2024-03-01") == dollars("9000"));
  CHECK(amount_of(kAccount, "2024-03-02", "2024-03-03") == dollars("5000"));
  CHECK(amount_of(owner, "2024-03-02", "2024-03-01") == dollars("5000"));
  CHECK(amount_of(owner, "2024-03-02", "2024-03-03") == dollars("9000"));

  // AWS says who holds it, too.
  CreditWorld world;
  world.issue("2024-02-09", "700001", "5000");
  world.at("2024-03-02", owner, imported("5000", "5000"));
  world.at("2024-03-03", kAccount, correction_of("700001", true));
  CHECK(only(world.book("2024-06-01")).credit.account == owner);
  CHECK(findings_of(world.book("2024-06-01"), "R66") == 1);
  world.at("2024-03-04", owner, correction_of("700001", true));
  CHECK(world.book("2024-06-01").credits().empty());
}

TEST_CASE("Corrections of one second count as they were written down") {
  const auto event_of = [](const std::string& account, credits::OwnValues values, text::Timestamp recorded) {
    values["id"] = {"c1"};
    values["account"] = {account};
    const credits::OwnFact fact = wanted(credits::OwnVerb::correct, values);
    const std::string json = credits::own_event(fact, credits::own_event_id(fact, kNames), "{}", recorded);
    const auto read =
        credits::read_fact({fact.time, fact.name, fact.account, "us-east-1", ""}, json, credits::Settings::built_in());
    REQUIRE(read.has_value());
    return **read;
  };
  const std::string owner = "343434343434";
  const text::Timestamp second = moment("2024-06-01");
  for (const std::string_view amount : {"9000", "9001", "9002", "9003"}) {
    CreditWorld world;
    world.issue("2024-02-09", "c1", "5000");
    world.facts.push_back(event_of(owner, {{"amount", {std::string{amount}}}}, second + 7));
    world.facts.push_back(event_of(kAccount, {{"owner", {owner}}}, second + 3));
    CHECK(only(world.book("2024-07-01")).credit.amount == dollars(amount));
    CHECK(findings_of(world.book("2024-06-02"), "R66") == 0);
  }
}

TEST_CASE("A transfer gives the credit to nobody: its holder still corrects it") {
  CreditWorld world;
  world.issue("2024-02-09", "c1", "5000");
  world.at("2024-03-01", kAccount, credits::CreditChange{"c1", "Transferred", "343434343434", {}, {}});
  auto amount = correction_of("c1");
  amount.amount = dollars("9000");
  world.at("2024-03-02", kAccount, amount);
  CHECK(only(world.book("2024-06-01")).credit.amount == dollars("9000"));
  world.at("2024-03-03", "343434343434", correction_of("c1", true));
  CHECK(only(world.book("2024-06-01")).revoked == dollars("9000"));
  CHECK(findings_of(world.book("2024-06-01"), "R66") == 1);
}

TEST_CASE("Where AWS and somebody else issue the same credit, a correction must be for AWS's account") {
  CreditWorld world;
  world.issue("2024-02-08", "c1", "5000", 1, "343434343434");
  world.facts.back().own = true;
  world.issue("2024-02-09", "c1", "5000");
  world.at("2024-03-01", "343434343434", correction_of("c1", true));
  CHECK(only(world.book()).credit.account == kAccount);
  CHECK(findings_of(world.book("2024-06-01"), "R66") == 1);
}

TEST_CASE("A withdrawal can be taken back by withdrawing it, again and again") {
  CreditWorld world;
  world.issue("2024-02-09", "c1", "5000");
  world.at("2024-03-01", kAccount, correction_of("c1", true));
  world.facts.back().own = true;
  CHECK(world.book("2024-06-01").credits().empty());
  for (const bool there : {true, false, true}) {
    world.at("2024-03-02", kAccount, withdrawal_of(world.facts.back().event));
    world.facts.back().own = true;
    CHECK(world.book("2024-06-01").credits().size() == (there ? 1 : 0));
    CHECK(world.book("2024-06-01").findings().empty());
  }
}

TEST_CASE("A withdrawal that names another account's fact, AWS's or none changes nothing, and is told") {
  CreditWorld world;
  world.issue("2024-02-09", "c1", "5000");
  const std::string event = world.facts.front().event;
  world.facts.front().own = true;
  world.at("2024-03-01", "343434343434", withdrawal_of(event));
  world.at("2024-03-01", kAccount, withdrawal_of("no-such-event"));
  CHECK(world.book("2024-06-01").credits().size() == 1);
  CHECK(findings_of(world.book("2024-06-01"), "R66") == 2);
  world.facts.front().own = false;
  world.at("2024-03-01", kAccount, withdrawal_of(event));
  CHECK(world.book("2024-06-01").credits().size() == 1);
  CHECK(findings_of(world.book("2024-06-01"), "R66") == 3);
}

TEST_CASE("Withdrawals that withdraw each other don't hold") {
  CreditWorld world;
  world.at("2024-03-01", kAccount, withdrawal_of("event-00000002"));
  world.facts.back().own = true;
  world.at("2024-03-01", kAccount, withdrawal_of("event-00000001"));
  world.facts.back().own = true;
  CHECK(world.book("2024-06-01").findings().empty());
}

TEST_CASE("What is known to be wrong is objected to before it is written down") {
  const std::string other = "343434343434";
  CreditWorld world;
  world.issue("2024-02-09", "c1", "5000", 1, other);
  world.issue("2024-02-09", "c2", "5000");
  world.at("2024-03-01", kAccount, correction_of("c2", true));
  world.at("2024-03-01", kAccount, CreditWorld::form("app-1", "5000"));
  const auto said = [&](const std::string& account, credits::FactValue value) {
    return credits::objection(world.facts, {moment("2024-05-01"), "new", account, std::move(value)}).value_or("");
  };
  CHECK(said(other, correction_of("c1")).empty());
  CHECK(said(kAccount, correction_of("c1")).find(other) != std::string::npos);
  CHECK(said(kAccount, correction_of("c9")).find("c9") != std::string::npos);
  CHECK(said(kAccount, correction_of("c2")).find("event-00000003") != std::string::npos);
  CHECK(said(kAccount, withdrawal_of("event-00000001")).find("can't be withdrawn") != std::string::npos);
  CHECK(said(kAccount, CreditWorld::issued("2024-02-09", "c3", "5000")).empty());
  CHECK(said(kAccount, CreditWorld::issued("2024-02-09", "c1", "5000")).find(other) != std::string::npos);
  CHECK(said(kAccount, CreditWorld::issued("2024-02-09", "c2", "5000")).find("withdrawn") != std::string::npos);
  CHECK(said(kAccount, credits::Decision{"app-1", true, {}, {}, {}}).empty());
  CHECK(said(other, credits::Decision{"app-1", true, {}, {}, {}}).find(kAccount) != std::string::npos);
  CHECK(said(other, credits::Decision{"app-2", true, {}, {}, {}}).find("no form of application app-2") == 0);
  // A form that failed is no application.
  auto failed = CreditWorld::form("app-3", "5000");
  failed.error_code = "InternalFailure";
  world.at("2024-03-01", kAccount, failed);
  CHECK(said(kAccount, credits::Decision{"app-3", true, {}, {}, {}}).find("no form of application app-3") == 0);

  auto moved = correction_of("c1");
  moved.account = kAccount;
  world.at("2024-04-01", other, moved);
  CHECK(said(kAccount, correction_of("c1")).empty());
  CHECK(said(other, correction_of("c1")).find(kAccount) != std::string::npos);
  // An issue is dated back; who holds the credit now counts all the same.
  CHECK(said(kAccount, CreditWorld::issued("2024-02-09", "c1", "5000")).empty());
  CHECK(said(other, CreditWorld::issued("2024-02-09", "c1", "5000")).find(kAccount) != std::string::npos);
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

TEST_CASE("The same file is the same events; another time that somebody names makes others") {
  const auto id = [](std::string_view time, bool given) {
    const auto import = credits::import_of(kCredits, moment(time), given);
    REQUIRE(import.has_value());
    return credits::own_event_id(import->facts.front(), kNames);
  };
  CHECK(id("2024-05-10", false) == id("2024-05-11", false));
  CHECK(id("2024-05-10", true) == id("2024-05-10", true));
  CHECK(id("2024-05-10", true) != id("2024-05-11", true));
  CHECK(id("2024-05-10", true).size() == 36);
}

TEST_CASE("An import says what is wrong, and takes nothing then") {
  const auto problem = [](std::string_view json) {
    const auto import = credits::import_of(json, moment("2024-05-10"), false);
    return import ? std::string{} : import.error().message;
  };
  CHECK(problem("{}").find("neither") != std::string::npos);
  CHECK(problem(R"({"credits":[{"creditId":"1"}]})").find("accountId") != std::string::npos);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string json = kCredits;
    json.replace(json.find(from), from.size(), to);
    return problem(json);
  };
  CHECK(with("\"111122223333\"", "\"1111\"").find("12 digits") != std::string::npos);
  CHECK(with("\"700001\"", "\"../x\"").find("digits") != std::string::npos);
  CHECK(with("\"USD\"", "\"EUR\"").find("EUR") != std::string::npos);
  CHECK(with("{\"currencyCode\":\"USD\"", "{\"Currency_Code\":\"EUR\"").find("EUR") != std::string::npos);
  CHECK(with("\"creditId\"", "\"unit\":\"EUR\",\"creditId\"").find("EUR") != std::string::npos);
  CHECK(with("\"5000.00\"", "\"many\"").find("initialAmount") != std::string::npos);
  CHECK(with("1770595200.0", "\"soon\"").find("endDate") != std::string::npos);
  CHECK(with("1770595200.0", "1e300").find("endDate") != std::string::npos);
  CHECK(with("\"remainingAmount\":{\"currencyCode\":\"USD\",\"currencyAmount\":\"",
             "\"remainingAmount\":{\"currencyCode\":\"USD\",\"currencyAmount\":\"9")
            .find("more than its initialAmount") != std::string::npos);
  CHECK(problem(R"({"credits":[]})").empty());
}

TEST_CASE("A credit that an answer has twice is one, unless its figures differ: then nothing is taken") {
  const std::string entry{kCredits, std::string_view{kCredits}.find('[') + 1,
                          std::string_view{kCredits}.rfind(']') - std::string_view{kCredits}.find('[') - 1};
  const auto twice = credits::import_of("[" + entry + "," + entry + "]", moment("2024-05-10"), false);
  REQUIRE(twice.has_value());
  CHECK(twice->facts.size() == 1);
  std::string other = entry;
  other.replace(other.find("111122223333"), 12, "222222222222");
  const auto refused = credits::import_of("[" + entry + "," + other + "]", moment("2024-05-10"), false);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("twice") != std::string::npos);
}

TEST_CASE("A history is summed by credit and month, and says what AWS couldn't give") {
  const auto import = credits::import_of(R"({"creditAllocationHistoryList":[
      {"accountId":"111122223333","appliedServiceName":"Amazon Elastic Compute Cloud","billingMonth":"2024-03",
       "creditAmount":{"currencyAmount":"-3.5","currencyCode":"USD"},"creditId":"700001","isEstimatedBill":false},
      {"accountId":"111122223333","appliedServiceName":"Amazon Elastic Compute Cloud","billingMonth":"2024-03",
       "creditAmount":{"currencyAmount":"-1.5","currencyCode":"USD"},"creditId":"700001","isEstimatedBill":false}],
      "failedMonths":["2024-02"],"partialResults":true})",
                                         moment("2024-05-10"), false);
  REQUIRE(import.has_value());
  REQUIRE(import->facts.size() == 1);
  const credits::Fact fact = read_again(import->facts.front());
  const auto& use = std::get<credits::ImportedUse>(fact.value);
  REQUIRE(use.parts.size() == 1);
  CHECK(use.parts.front().service == "AmazonEC2");
  CHECK(use.parts.front().amount == dollars("5"));
  REQUIRE(import->notices.size() == 1);
  CHECK(import->notices.front().find("2024-02") != std::string::npos);
}

TEST_CASE("What people write down is read as events are") {
  const auto issue = read_again(wanted(credits::OwnVerb::add, {{"account", {kAccount}},
                                                               {"amount", {"5000"}},
                                                               {"issued", {"2024-02-09"}},
                                                               {"expires", {"2026-02-08"}},
                                                               {"service", {"AmazonEC2", "AmazonS3"}}}));
  CHECK(issue.time == moment("2024-02-09"));
  CHECK(std::get<credits::Issue>(issue.value).services.size() == 2);
  CHECK(std::get<credits::Issue>(issue.value).credit.starts_with("own-"));
  const auto form = read_again(wanted(credits::OwnVerb::apply, {{"account", {kAccount}},
                                                                {"amount", {"5000"}},
                                                                {"org-id", {"0Xy12"}},
                                                                {"founded", {"2020-01-01"}},
                                                                {"id", {"app-1"}}}));
  CHECK(std::get<credits::Application>(form.value).org_id == "0Xy12");
  CHECK(std::get<credits::Application>(form.value).founded == date("2020-01-01"));
  const auto decision =
      read_again(wanted(credits::OwnVerb::decide,
                        {{"account", {kAccount}}, {"id", {"app-1"}}, {"denied", {"true"}}, {"reason", {"3", "8"}}}));
  CHECK(std::get<credits::Decision>(decision.value).reasons == std::vector<std::string>{"3", "8"});
  const auto correction = read_again(
      wanted(credits::OwnVerb::correct, {{"account", {kAccount}}, {"id", {"700001"}}, {"expires", {"2026-03-01"}}}));
  CHECK(std::get<credits::Correction>(correction.value).expires == date("2026-03-01"));
}

TEST_CASE("R20: no ID that is shown follows from an Org ID") {
  const auto of = [](const char* org) {
    return wanted(credits::OwnVerb::apply, {{"account", {kAccount}}, {"amount", {"5000"}}, {"org-id", {org}}});
  };
  CHECK(of("0Xy12").subject == of("0Xy13").subject);
  CHECK(credits::own_event_id(of("0Xy12"), kNames) == credits::own_event_id(of("0Xy13"), kNames));
  // Nor can an Org ID in a text be tried out by it.
  const auto corrected = wanted(
      credits::OwnVerb::correct,
      {{"account", {kAccount}}, {"id", {"700001"}}, {"amount", {"5001"}}, {"because", {"was for Org ID 0Xy12"}}});
  const credits::Pseudonymiser other{"another store's key"};
  CHECK(credits::own_event_id(corrected, kNames) != credits::own_event_id(corrected, other));
  const credits::OwnValues added{
      {"account", {kAccount}}, {"amount", {"5000"}}, {"issued", {"2024-02-09"}}, {"years", {"1"}}, {"from", {"0Xy12"}}};
  CHECK(credits::own_fact(credits::OwnVerb::add, added, moment("2024-06-01"), kNames)->subject !=
        credits::own_fact(credits::OwnVerb::add, added, moment("2024-06-01"), other)->subject);
}

TEST_CASE("What can't be is refused by the option's name") {
  using credits::OwnVerb;
  const credits::OwnValues good{
      {"account", {kAccount}}, {"amount", {"5000"}}, {"issued", {"2024-02-09"}}, {"expires", {"2026-02-08"}}};
  const auto with = [&good](const char* option, const char* value) {
    credits::OwnValues values = good;
    values[option] = {value};
    return refused(OwnVerb::add, values);
  };
  CHECK(with("account", "1234") == "account");
  CHECK(with("amount", "-5") == "amount");
  CHECK(with("amount", "0") == "amount");
  CHECK(with("amount", "5,000") == "amount");
  CHECK(with("issued", "yesterday") == "issued");
  CHECK(with("issued", "2024-07-01") == "issued");
  CHECK(with("expires", "2024-01-01") == "expires");
  CHECK(with("years", "1") == "expires");
  CHECK(with("type", "Other") == "type");
  CHECK(with("from", std::string(2000, 'x').c_str()) == "from");
  CHECK(refused(OwnVerb::decide, {{"account", {kAccount}}, {"id", {"a"}}}) == "approved");
  for (const char* reason : {"99", "0", "11", "01", "no site"}) {
    CAPTURE(reason);
    CHECK(refused(OwnVerb::decide,
                  {{"account", {kAccount}}, {"id", {"a"}}, {"denied", {"true"}}, {"reason", {reason}}}) == "reason");
  }
  CHECK(refused(OwnVerb::correct, {{"account", {kAccount}}, {"id", {"a"}}}) == "withdraw");
}

TEST_CASE("A body has the same values by their members' names") {
  using credits::OwnVerb;
  const auto values =
      credits::own_values(OwnVerb::apply, R"({"account":"111122223333","amount":5000,"orgId":"0Xy12","stage":"Seed"})");
  REQUIRE(values.has_value());
  CHECK(values->at("org-id") == std::vector<std::string>{"0Xy12"});
  CHECK(values->at("amount") == std::vector<std::string>{"5000"});
  const auto decide =
      credits::own_values(OwnVerb::decide, R"({"id":"a","denied":true,"approved":false,"reason":[3,"8"]})");
  REQUIRE(decide.has_value());
  CHECK(decide->contains("denied"));
  CHECK_FALSE(decide->contains("approved"));
  CHECK(decide->at("reason").size() == 2);
  CHECK_FALSE(credits::own_values(OwnVerb::add, R"({"acount":"1"})").has_value());
  CHECK_FALSE(credits::own_values(OwnVerb::add, R"({"account":["1","2"]})").has_value());
  CHECK_FALSE(credits::own_values(OwnVerb::decide, R"({"denied":"true"})").has_value());
}
