// Bills and what credits pay of them: R35-R47, R51, R59-R61, R63, R64. Test names begin with the rule.
#include <doctest/doctest.h>

#include "rules/credits/charge_class.h"
#include "rules/credits/line_share.h"
#include "tests/rules/credits/credit_world.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;
using trailkeeper::text::Money;

TEST_CASE("R35: valid one or two years; a year after 29 February is 28 February, to the day's end") {
  CreditWorld world;
  world.issue("2024-02-29", "1", "100");
  world.issue("2024-03-01", "2", "100", 2);
  CHECK(text::day_text(credit_of(world.book(), "1").credit.expires) == "2025-02-28");
  CHECK(text::day_text(credit_of(world.book(), "2").credit.expires) == "2026-03-01");
  CHECK(credit_of(world.book("2025-02-28T23:59:59Z"), "1").available == dollars("100"));
  CHECK(credit_of(world.book("2025-03-01"), "1").expired == dollars("100"));
  world.settings.leap_day_into_march = true;
  CHECK(text::day_text(credit_of(world.book(), "1").credit.expires) == "2025-03-01");
}

TEST_CASE("R35: a term of 18 months is refused") {
  CreditWorld world;
  auto issue = CreditWorld::issued("2024-01-01", "1", "100");
  issue.term_years.reset();
  issue.expires = date("2025-07-01");
  world.at("2024-01-01", CreditWorld::kAccount, issue);
  const auto book = world.book();
  CHECK(book.credits().empty());
  CHECK(findings_of(book, "R35") == 1);
}

TEST_CASE("R19, R35: credits of other programmes have the term that they name") {
  CreditWorld world;
  auto half = CreditWorld::issued("2024-01-31", "1", "100");
  half.program = "EdStart";
  half.term_years.reset();
  half.expires = date("2024-07-31");
  world.at("2024-01-31", CreditWorld::kAccount, half);
  auto months = half;
  months.credit = "2";
  months.expires.reset();
  months.term_months = 1;
  world.at("2024-01-31", CreditWorld::kAccount, months);
  auto years = half;
  years.credit = "3";
  years.expires.reset();
  years.term_years = 5;
  world.at("2024-01-31", CreditWorld::kAccount, years);
  auto none = half;
  none.credit = "4";
  none.expires.reset();
  world.at("2024-01-31", CreditWorld::kAccount, none);
  world.charge({"AmazonEC2", "105", "2024-02-29"});
  const auto book = world.book("2024-03-01");
  CHECK(text::day_text(credit_of(book, "1").credit.expires) == "2024-07-31");
  CHECK(text::day_text(credit_of(book, "2").credit.expires) == "2024-02-29");
  CHECK(text::day_text(credit_of(book, "3").credit.expires) == "2029-01-31");
  CHECK(book.credits().size() == 3);
  CHECK(findings_of(book, "R19") == 1);
  CHECK(findings_of(book, "R35") == 0);
  CHECK(credit_of(book, "2").used == dollars("100"));
  CHECK(credit_of(book, "1").used == dollars("5"));
}

TEST_CASE("R35: a term in months is 12 or 24 for Activate's credits") {
  CreditWorld world;
  for (const int months : {12, 18, 24, 36}) {
    auto issue = CreditWorld::issued("2024-01-01", std::to_string(months), "100");
    issue.term_years.reset();
    issue.term_months = months;
    world.at("2024-01-01", CreditWorld::kAccount, issue);
  }
  const auto book = world.book("2024-02-01");
  CHECK(book.credits().size() == 2);
  CHECK(findings_of(book, "R35") == 2);
}

TEST_CASE("R36, R37, R38: no extension, reissue or addition; each is a finding and changes nothing") {
  CreditWorld world;
  world.issue("2024-01-01", "1", "100");
  world.at("2024-02-01", CreditWorld::kAccount, credits::CreditChange{"1", "Extended", "", {}, date("2026-01-01")});
  world.at("2024-02-02", CreditWorld::kAccount, credits::CreditChange{"1", "Reissued", "", dollars("100"), {}});
  world.at("2024-02-03", CreditWorld::kAccount, credits::CreditChange{"1", "Increased", "", dollars("50"), {}});
  world.issue("2024-02-04", "1", "150");
  const auto book = world.book("2024-06-01");
  CHECK(findings_of(book, "R36") == 1);
  CHECK(findings_of(book, "R37") == 1);
  CHECK(findings_of(book, "R38") == 2);
  CHECK(credit_of(book, "1").available == dollars("100"));
  CHECK(text::day_text(credit_of(book, "1").credit.expires) == "2025-01-01");
}

TEST_CASE("R39: a credit pays for its month from the first day, and never for earlier months") {
  CreditWorld world;
  world.issue("2024-05-20", "1", "1000");
  world.charge({"AmazonEC2", "10", "2024-04-30"});
  world.charge({"AmazonS3", "20", "2024-05-01"});
  world.charge({"AWSLambda", "30", "2024-06-01"});
  const auto book = world.book("2024-07-01");
  CHECK(credit_of(book, "1").used == dollars("50"));
  CHECK(world.reason("AmazonEC2") == "historical");
  CHECK(world.reason("AmazonS3") == "covered");
}

TEST_CASE("R40: Marketplace, Mechanical Turk and domains are never paid") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AmazonEC2", "100", "2024-05-02"});
  world.charge({"ab12cd34", "40", "2024-05-02", "Usage", "Use", CreditWorld::kAccount, "AWS Marketplace"});
  world.charge({"AmazonRoute53", "1", "2024-05-02", "Usage", "HostedZone"});
  world.charge({"AmazonRegistrar", "12", "2024-05-02", "Fee"});
  const auto book = world.book("2024-06-01");
  CHECK(world.covered() == dollars("101"));
  CHECK(world.reason("ab12cd34") == "ineligible");
  CHECK(world.cell("AmazonRegistrar").rule == "R40");
}

TEST_CASE("R41: of reservations and Savings Plans the recurring charges are paid, those upfront aren't") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AmazonEC2", "500", "2024-05-02", "Fee", "HeavyUsage", CreditWorld::kAccount, "AWS", true});
  world.charge({"AmazonEC2", "30", "2024-05-02", "RIFee", "HeavyUsage", CreditWorld::kAccount, "AWS", true});
  world.charge({"ComputeSavingsPlans", "200", "2024-05-02", "SavingsPlanUpfrontFee"});
  static_cast<void>(world.book("2024-06-01"));
  CHECK(world.covered() == dollars("30"));
  CHECK(world.cell("Fee").rule == "R41");
}

TEST_CASE("R42: a service that isn't listed isn't paid, and is a finding") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AmazonNewThing", "5", "2024-05-02"});
  const auto book = world.book("2024-06-01");
  CHECK(world.reason("AmazonNewThing") == "unlisted");
  CHECK(findings_of(book, "R42") == 1);
}

TEST_CASE("R43: Developer and Business support are paid, Enterprise isn't") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "20000");
  world.charge({"AWSSupportBusiness", "100", "2024-05-02", "Fee"});
  world.charge({"AWSSupportEnterprise", "15000", "2024-05-02", "Fee"});
  static_cast<void>(world.book("2024-06-01"));
  CHECK(world.covered() == dollars("100"));
  CHECK(world.cell("AWSSupportEnterprise").rule == "R43");
}

TEST_CASE("R40: tax isn't paid, whatever it is on, unless the settings say so") {
  for (const bool covered : {false, true}) {
    CreditWorld world;
    world.settings.cover_tax = covered;
    world.issue("2024-05-01", "1", "1000");
    for (const char* service : {"AWSSupportBusiness", "AWSSupportDeveloper", "AmazonEC2"}) {
      world.charge({service, "100", "2024-05-02", "Fee"});
      world.charge({service, "20", "2024-05-02", "Tax"});
    }
    static_cast<void>(world.book("2024-06-01"));
    CHECK(world.covered() == dollars(covered ? "360" : "300"));
    CHECK(world.reason("Tax") == (covered ? "covered" : "ineligible"));
  }
}

TEST_CASE("R42: a line of a type that nobody knows isn't paid, and is a finding") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AmazonEC2", "10", "2024-05-02", "FooBar"});
  world.charge({"AWSSupportBusiness", "10", "2024-05-02", "FooBar"});
  world.charge({"AmazonEC2", "5", "2024-05-02", "SavingsPlanRecurringFee"});
  const auto book = world.book("2024-06-01");
  CHECK(world.covered() == dollars("5"));
  CHECK(world.reason("FooBar") == "unlisted");
  CHECK(findings_of(book, "R42") == 1);
  CHECK(credits::known_line_type("tax") == "Tax");
  CHECK(credits::known_line_type("EDPDISCOUNT") == "EdpDiscount");
  CHECK(credits::known_line_type("foobar") == "foobar");
}

TEST_CASE("R44: before 2023-04-11 services and support have a credit each; since then one pays both") {
  CreditWorld old;
  old.issue("2023-04-01", "svc", "1000");
  auto support = CreditWorld::issued("2023-04-01", "sup", "350");
  support.support = true;
  old.at("2023-04-01", CreditWorld::kAccount, support);
  old.charge({"AmazonEC2", "200", "2023-05-02"});
  old.charge({"AWSSupportBusiness", "100", "2023-05-02", "Fee"});
  const auto before = old.book("2023-06-01");
  CHECK(credit_of(before, "svc").available == dollars("800"));
  CHECK(credit_of(before, "sup").available == dollars("250"));

  CreditWorld single;
  single.issue("2023-04-11", "1", "1000");
  single.charge({"AmazonEC2", "200", "2023-05-02"});
  single.charge({"AWSSupportBusiness", "100", "2023-05-02", "Fee"});
  CHECK(credit_of(single.book("2023-06-01"), "1").available == dollars("700"));
}

TEST_CASE("R45: a fee is paid up to what is left; and not after the expiry's day") {
  CreditWorld world;
  world.issue("2024-05-10", "1", "60");
  world.charge({"AWSSupportBusiness", "100", "2024-05-11", "Fee"});
  static_cast<void>(world.book("2024-06-01"));
  CHECK(world.covered() == dollars("60"));
  CHECK(world.reason("AWSSupportBusiness") == "used");

  CreditWorld late;
  late.issue("2024-05-10", "1", "60");
  late.charge({"AmazonEC2", "5", "2025-05-10"});
  late.charge({"AmazonS3", "5", "2025-05-11"});
  static_cast<void>(late.book("2025-06-01"));
  CHECK(late.reason("AmazonEC2") == "covered");
  CHECK(late.reason("AmazonS3") == "expired");
}

namespace {

constexpr const char* kPayer = "999900001111";
constexpr const char* kLinked = "999900002222";

CreditWorld organisation() {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000", 1, kPayer);
  world.charge({"AmazonEC2", "50", "2024-05-02", "Usage", "Use", kLinked}, kPayer);
  return world;
}

}  // namespace

TEST_CASE("R46: with sharing off only the holder's charges are paid") {
  CreditWorld world = organisation();
  world.at("2024-04-01", kPayer, credits::Sharing{kPayer, false});
  static_cast<void>(world.book("2024-06-01"));
  CHECK(world.covered() == text::Money{});
  CHECK(world.reason("AmazonEC2") == "not-shared");
  CreditWorld shared = organisation();
  static_cast<void>(shared.book("2024-06-01"));
  CHECK(shared.covered() == dollars("50"));
}

TEST_CASE("R47, R61: what sharing is at the month's end counts for all of the month") {
  CreditWorld world = organisation();
  world.settings.sharing_default = false;
  world.at("2024-05-31", kPayer, credits::Sharing{kPayer, true});
  static_cast<void>(world.book("2024-06-01"));
  CHECK(world.covered() == dollars("50"));
  CreditWorld off = organisation();
  off.at("2024-05-30", kPayer, credits::Sharing{kPayer, false});
  static_cast<void>(off.book("2024-06-01"));
  CHECK(off.covered() == text::Money{});
}

TEST_CASE("R48: a transferred credit is revoked; who receives it gains nothing") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "5000");
  world.at("2024-05-10", CreditWorld::kAccount,
           credits::CreditChange{"1", "Transferred", kLinked, dollars("5000"), {}});
  world.charge({"AmazonEC2", "10", "2024-05-09"});
  world.charge({"AmazonS3", "10", "2024-05-10"});
  const auto book = world.book("2024-06-01");
  CHECK(findings_of(book, "R48") == 1);
  CHECK(book.credits().size() == 1);
  CHECK(credit_of(book, "1").available == text::Money{});
  CHECK(credit_of(book, "1").revoked == dollars("4990"));
}

TEST_CASE("R51: after its end a credit shows nothing") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "300");
  world.at("2025-06-01", CreditWorld::kAccount, credits::Balances{{{"1", dollars("300"), {}}}});
  world.at("2025-06-02", CreditWorld::kAccount, credits::Balances{{{"1", text::Money{}, {}}}});
  CHECK(findings_of(world.book("2025-07-01"), "R51") == 1);
}

TEST_CASE("R59: each line has one reason, and what is covered and due is the line's amount") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "25");
  world.charge({"AmazonEC2", "30", "2024-05-02"});
  static_cast<void>(world.book("2024-06-01"));
  credits::LineShare share{world.cell("AmazonEC2")};
  const auto first = share.next(dollars("10"));
  const auto refund = share.next(dollars("-1"));
  const auto second = share.next(dollars("21"));
  CHECK(credits::payment_reason_text(first.reason) == "covered");
  CHECK(credits::payment_reason_text(refund.reason) == "discount");
  CHECK(second.covered == dollars("15"));
  CHECK(second.due == dollars("6"));
  CHECK(credits::payment_reason_text(second.reason) == "used");
}

TEST_CASE("R60: soonest to expire first, then for fewest services, then the oldest") {
  CreditWorld world;
  world.issue("2023-06-10", "c1", "10");
  auto second = CreditWorld::issued("2023-06-11", "c2", "5", 2);
  second.services = {"AmazonEC2"};
  world.at("2023-06-11", CreditWorld::kAccount, second);
  world.charge({"AmazonEC2", "12", "2023-07-02"});
  const auto book = world.book("2023-08-01");
  CHECK(credit_of(book, "c1").used == dollars("10"));
  CHECK(credit_of(book, "c2").used == dollars("2"));
}

TEST_CASE("R60: the largest service first, the owner's account before others, then the highest spend") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "60", 1, kLinked);
  world.charge({"AmazonS3", "10", "2024-05-02", "Usage", "Use", kLinked}, kPayer);
  world.charge({"AmazonEC2", "500", "2024-05-02", "Usage", "Use", "999900003333"}, kPayer);
  world.charge({"AWSLambda", "400", "2024-05-02", "Usage", "Use", "999900003333"}, kPayer);
  static_cast<void>(world.book("2024-06-01"));
  CHECK(world.cell("AmazonS3").covered == dollars("10"));
  CHECK(world.cell("AmazonEC2").covered == dollars("50"));
  CHECK(world.cell("AWSLambda").covered == text::Money{});
}

TEST_CASE("R61: an account that joins keeps its credits to itself until the next month") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "100", 1, kLinked);
  credits::AccountStatus joins;
  joins.payer = kPayer;
  world.at("2024-05-15", kLinked, joins);
  world.charge({"AmazonEC2", "30", "2024-05-20", "Usage", "Use", kPayer}, kPayer);
  world.charge({"AmazonS3", "5", "2024-05-20", "Usage", "Use", kLinked}, kPayer);
  world.charge({"AWSLambda", "30", "2024-06-20", "Usage", "Use", kPayer}, kPayer);
  static_cast<void>(world.book("2024-07-01"));
  CHECK(world.cell("AmazonEC2").covered == text::Money{});
  CHECK(world.cell("AmazonS3").covered == dollars("5"));
  CHECK(world.cell("AWSLambda").covered == dollars("30"));
}

TEST_CASE("R63: what is left of an old service credit doesn't pay for support") {
  CreditWorld world;
  world.issue("2023-04-01", "svc", "500");
  world.charge({"AWSSupportBusiness", "100", "2023-05-02", "Fee"});
  static_cast<void>(world.book("2023-06-01"));
  CHECK(world.covered() == text::Money{});
  CHECK(world.reason("AWSSupportBusiness") == "not-for-support");
}

TEST_CASE("R63: also where the support credit is used up; but used, where nothing is left at all") {
  CreditWorld world;
  world.issue("2023-04-01", "svc", "500");
  auto support = CreditWorld::issued("2023-04-01", "sup", "40");
  support.support = true;
  world.at("2023-04-01", CreditWorld::kAccount, support);
  world.charge({"AWSSupportBusiness", "100", "2023-05-02", "Fee"});
  static_cast<void>(world.book("2023-06-01"));
  CHECK(world.covered() == dollars("40"));
  CHECK(world.reason("AWSSupportBusiness") == "not-for-support");
  CHECK(world.cell("AWSSupportBusiness").rule == "R63");
  world.charge({"AmazonEC2", "600", "2023-05-03"});
  static_cast<void>(world.book("2023-06-01"));
  CHECK(world.reason("AWSSupportBusiness") == "used");
}

TEST_CASE("R64: without a support plan there is no fee, and the credit stays") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AWSSupportBusiness", "0", "2024-05-02", "Fee"});
  CHECK(credit_of(world.book("2024-06-01"), "1").available == dollars("1000"));
}

TEST_CASE("Discounts of a usage type reduce its charges; usage that a Savings Plan paid is no charge") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AmazonEC2", "100", "2024-05-02"});
  world.charge({"AmazonEC2", "-30", "2024-05-03", "EdpDiscount"});
  world.charge({"AmazonS3", "10", "2024-05-02", "SavingsPlanCoveredUsage"});
  world.charge({"AmazonS3", "-10", "2024-05-02", "SavingsPlanNegation"});
  static_cast<void>(world.book("2024-06-01"));
  CHECK(world.covered() == dollars("70"));
}

TEST_CASE("Refunds take from the charges of their day; what is left of one is lost") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AmazonEC2", "40", "2024-05-02"});
  world.charge({"AmazonEC2", "-2.5", "2024-05-02", "Refund"});
  static_cast<void>(world.book("2024-06-01"));
  CHECK(world.covered() == dollars("37.5"));
  CHECK(credits::payment_reason_text(world.cell("Usage").reason) == "covered");
  world.charge({"AmazonEC2", "10", "2024-05-03"});
  world.charge({"AmazonEC2", "-90", "2024-05-02", "Refund", "Use", CreditWorld::kAccount, "AWS", true});
  static_cast<void>(world.book("2024-06-01"));
  CHECK(world.covered() == dollars("10"));
}

TEST_CASE("A bill that money can't count is left out and named; all others are paid") {
  CreditWorld world;
  world.issue("2024-05-01", "1", "1000");
  world.charge({"AmazonEC2", "10", "2024-05-02"});
  world.charge({"AmazonEC2", "460000000", "2024-06-02"});
  world.charge({"AmazonEC2", "-440000000.01", "2024-06-03"});
  world.charge({"AmazonEC2", "5", "2024-07-02"});
  const auto book = world.book("2024-08-01");
  CHECK(credit_of(book, "1").used == dollars("15"));
  REQUIRE(book.left_out().size() == 1);
  CHECK(book.left_out()[0].month.text() == "2024-06");
  int named = 0;
  for (const auto& finding : book.findings()) named += finding.event == "bill 111122223333 2024-06" ? 1 : 0;
  CHECK(named == 1);
  CHECK(text::Money::parse("900000000"));
  CHECK(!text::Money::parse("-900000000.0000000001"));
}

TEST_CASE("R41: an upfront fee is told by its usage type, too, and R40: product codes in any case") {
  CreditWorld world;
  world.issue("2024-05-01", "c1", "5000");
  world.charge({"AmazonEC2", "500", "2024-05-02", "Fee", "HeavyUsage:t3.micro"});
  world.charge({"AmazonMTurk", "5", "2024-05-02"});
  world.charge({"AmazonEC2", "30", "2024-05-02", "RIFee", "HeavyUsage:t3.micro"});
  static_cast<void>(world.book("2024-06-01"));
  CHECK(world.covered() == dollars("30"));
  CHECK(world.reason("Fee") == "ineligible");
  CHECK(world.reason("AmazonMTurk") == "ineligible");
}
