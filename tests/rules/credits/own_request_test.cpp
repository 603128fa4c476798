// What is imported or entered, as facts: what is read, refused and named.
#include "rules/credits/own_request.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "rules/credits/billing_import.h"
#include "tests/rules/credits/own_facts.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

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
