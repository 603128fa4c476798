// The ledger with corrections and withdrawals by those who keep it.
#include <doctest/doctest.h>

#include <algorithm>

#include "rules/credits/corrections.h"
#include "tests/rules/credits/own_facts.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

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
    CHECK(text::day_text(only(book).credit.expires) == "2025-08-31");
    CHECK(book.findings().empty());
  }
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

TEST_CASE("Two facts of one's own with one eventID and different contents are two facts; the same one twice is one") {
  const std::string other = "343434343434";
  CreditWorld world;
  world.issue("2024-02-09", "c1", "5000");
  const auto own = [&world](std::string_view time, const std::string& account, credits::FactValue value,
                            std::string_view says) {
    world.at(time, account, std::move(value));
    world.facts.back().event = "one";
    world.facts.back().own = true;
    world.facts.back().says = credits::digest_of(says);
    world.facts.back().digest = credits::digest_of(std::string{says} + std::to_string(world.facts.size()));
  };
  own("2024-03-01", other, correction_of("c9"), "c9");
  auto moved = correction_of("c1");
  moved.account = other;
  own("2024-03-02", kAccount, moved, "c1");
  own("2024-03-02", kAccount, moved, "c1");
  world.facts.back().recorded = moment("2024-03-03");
  const auto book = world.book("2024-06-01");
  CHECK(only(book).credit.account == other);
  CHECK(findings_of(book, "R66") == 1);
  // Nor does a withdrawal for one account take away what another account's fact with that eventID says.
  world.at("2024-04-01", other, withdrawal_of("one"));
  CHECK(only(world.book("2024-06-01")).credit.account == other);
  CHECK(findings_of(world.book("2024-06-01"), "R66") == 0);
}

TEST_CASE("What was withdrawn isn't written down again in silence") {
  CreditWorld world;
  world.at("2024-02-09", kAccount, CreditWorld::form("app-1", "5000"));
  world.facts.back().own = true;
  const auto corrections = [&world] { return credits::corrections_of(world.facts); };
  const std::string event = "event-00000001";
  CHECK(corrections().objection_to_repeating(event, kAccount).empty());
  world.at("2024-03-01", kAccount, withdrawal_of(event));
  world.facts.back().own = true;
  const std::string way = "trailkeeper credits correct event-00000002 --account " + kAccount + " --withdraw";
  CHECK(corrections().objection_to_repeating(event, kAccount).find(way) != std::string::npos);
  CHECK(corrections().objection_to_repeating(event, "343434343434").empty());
  const credits::Fact decision{moment("2024-05-01"), "new", kAccount, credits::Decision{"app-1", true, {}, {}, {}}};
  CHECK(credits::objection(world.facts, decision).value_or("").find(way) != std::string::npos);
  world.at("2024-04-01", kAccount, withdrawal_of("event-00000002"));
  CHECK(corrections().objection_to_repeating(event, kAccount).empty());
  CHECK_FALSE(credits::objection(world.facts, decision));
}
