// Facts of one's own count in the order in which they were entered, whatever a store's key makes of their eventIDs.
#include <doctest/doctest.h>

#include "rules/credits/billing_import.h"
#include "rules/credits/corrections.h"
#include "rules/credits/own_request.h"
#include "tests/rules/credits/credit_world.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

constexpr text::Timestamp kSecond = 1'000;

// As it is read from the store with that key.
credits::Fact stored(const credits::OwnFact& fact, const credits::Pseudonymiser& names, text::Timestamp recorded) {
  const std::string json = credits::own_event(fact, credits::own_event_id(fact, names), "{}", recorded);
  const auto read =
      credits::read_fact({fact.time, fact.name, fact.account, "us-east-1", ""}, json, credits::Settings::built_in());
  REQUIRE(read.has_value());
  REQUIRE(read->has_value());
  return **read;
}

credits::OwnFact stated(credits::OwnVerb verb, const credits::OwnValues& values, const credits::Pseudonymiser& names) {
  const auto made = credits::own_fact(verb, values, moment("2024-06-01"), names);
  REQUIRE(made.has_value());
  return *made;
}

credits::OwnValues credit_of(const std::string& account, const std::string& amount) {
  return {{"id", {"1"}},
          {"account", {account}},
          {"amount", {amount}},
          {"issued", {"2024-03-04"}},
          {"expires", {"2026-03-31"}}};
}

credits::OwnFact imported(const std::string& remaining) {
  const auto import = credits::import_of(
      R"({"credits":[{"creditId":"700001","accountId":"111122223333","creditType":"Promotion","description":"AWS Activate",
        "initialAmount":{"currencyCode":"USD","currencyAmount":"5000.00"},
        "remainingAmount":{"currencyCode":"USD","currencyAmount":")" +
          remaining +
          R"("},"startDate":"2024-02-09T00:00:00+00:00","endDate":1770595200.0,"creditStatus":"ENABLED"}]})",
      moment("2024-06-01"), false);
  REQUIRE(import.has_value());
  return import->facts.front();
}

std::vector<credits::Pseudonymiser> stores() {
  std::vector<credits::Pseudonymiser> keys;
  for (char key = 'a'; key < 'q'; ++key) keys.emplace_back(std::string(8, key));
  return keys;
}

}  // namespace

TEST_CASE("of two statements about one day the one that was entered later comes last, in every store") {
  for (const credits::Pseudonymiser& names : stores()) {
    const std::string account = CreditWorld::kAccount;
    for (const auto& [first, second] : {
             std::pair{imported("900.00"), imported("800.00")},
             std::pair{stated(credits::OwnVerb::add, credit_of(account, "5000"), names),
                       stated(credits::OwnVerb::add, credit_of(account, "6000"), names)},
         }) {
      const text::Timestamp noon = moment("2024-06-01T12:00:00Z");
      CHECK(stored(first, names, noon).before(stored(second, names, noon + kSecond)));
      CHECK_FALSE(stored(second, names, noon + kSecond).before(stored(first, names, noon)));
      CHECK(stored(second, names, noon).before(stored(first, names, noon + 1)));
    }
  }
}

TEST_CASE("what one command enters has one order in all stores, also for several accounts") {
  const auto first_comes_first = [](const credits::Pseudonymiser& names, const std::string& other,
                                    const std::string& amount) {
    const auto one = stored(stated(credits::OwnVerb::add, credit_of("111122223333", "5000"), names), names, kSecond);
    const auto two = stored(stated(credits::OwnVerb::add, credit_of(other, amount), names), names, kSecond);
    CHECK(one.before(two) != two.before(one));
    return one.before(two);
  };
  const std::vector<credits::Pseudonymiser> keys = stores();
  for (const credits::Pseudonymiser& names : keys) {
    CHECK(first_comes_first(names, "111122223333", "6000") == first_comes_first(keys.front(), "111122223333", "6000"));
    CHECK(first_comes_first(names, "444455556666", "5000") == first_comes_first(keys.front(), "444455556666", "5000"));
  }
}

TEST_CASE("what AWS says of a moment comes before what was entered about it") {
  const credits::Pseudonymiser names{"a store's key"};
  const auto own = stored(stated(credits::OwnVerb::add, credit_of("111122223333", "5000"), names), names, kSecond);
  credits::Fact theirs = own;
  theirs.own = false;
  theirs.recorded = 0;
  for (const char* id : {"0", "zzz"}) {
    theirs.event = id;
    CHECK(theirs.before(own));
    CHECK_FALSE(own.before(theirs));
  }
}

TEST_CASE("who isn't an account is none: what stands in an account's place would be shown as it is (R20)") {
  const auto problem_of = [](const std::string& name, const std::string& details, const std::string& account) {
    const auto read =
        credits::read_fact({kSecond, name, account, "us-east-1", ""},
                           R"({"eventID":"e","serviceEventDetails":)" + details + "}", credits::Settings::built_in());
    REQUIRE_FALSE(read.has_value());
    return read.error().message;
  };
  const std::string account = CreditWorld::kAccount;
  const std::string one = " must be an account ID of 12 digits";
  const std::string several = " must hold account IDs of 12 digits";
  CHECK(problem_of("CreditsCorrected", R"({"creditId":"1","accountId":"Hq7Xk0Zz"})", account) == "accountId" + one);
  CHECK(problem_of("CreditsChanged", R"({"creditId":"1","change":"Transferred","toAccountId":"12"})", account) ==
        "toAccountId" + one);
  CHECK(problem_of("CreditSharingChanged", R"({"payerAccountId":"Hq7Xk0Zz","enabled":true})", account) ==
        "payerAccountId" + one);
  CHECK(problem_of("AccountStatusChanged", R"({"payerAccountId":"Hq7Xk0Zz"})", account) == "payerAccountId" + one);
  CHECK(problem_of("OfferRegistered", R"({"orgId":"a"})", "Hq7Xk0Zz") == "recipientAccountId" + one);
  CHECK(problem_of("CreditUseImported",
                   R"({"creditId":"1","month":"2024-05","uses":[{"accountId":"x","service":"s","amount":"1"}]})",
                   account) == "uses" + several);
  CHECK(problem_of("CreditsImported",
                   R"({"creditId":"1","initialAmount":"5","remainingAmount":"5","sharedWith":["Hq7Xk0Zz"]})",
                   account) == "sharedWith" + several);
}

TEST_CASE("no correction lets a credit expire before it was issued") {
  const credits::Pseudonymiser names{"a store's key"};
  const std::string account = CreditWorld::kAccount;
  const auto issue = stored(stated(credits::OwnVerb::add, credit_of(account, "5000"), names), names, kSecond);
  const auto objection_to = [&](const credits::OwnValues& values) {
    credits::OwnValues all = values;
    all["id"] = {"1"};
    all["account"] = {account};
    const auto correction = stored(stated(credits::OwnVerb::correct, all, names), names, 2 * kSecond);
    return credits::objection({issue}, correction).value_or("");
  };
  CHECK(objection_to({{"expires", {"2024-03-01"}}}) ==
        "credit 1 would expire on 2024-03-01, before it was issued on 2024-03-04");
  CHECK(objection_to({{"issued", {"2027-03-01"}}}) ==
        "credit 1 would expire on 2026-03-31, before it was issued on 2027-03-01");
  CHECK(objection_to({{"issued", {"2027-03-01"}}, {"expires", {"2028-03-01"}}}).empty());
  CHECK(objection_to({{"amount", {"6000"}}}).empty());
}
