// What events say: order, currencies, names.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>

#include "rules/credits/fact.h"
#include "rules/credits/own_fact.h"
#include "tests/rules/credits/credit_world.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

credits::EventHead head(const std::string& name) {
  credits::EventHead made;
  made.time = moment("2024-05-01T10:00:00Z");
  made.name = name;
  made.account = CreditWorld::kAccount;
  made.stand_in = [] { return "stand-in"; };
  return made;
}

std::string record(const std::string& details, const std::string& id = "") {
  return R"({"eventSource":"activate.amazonaws.com")" + (id.empty() ? "" : R"(,"eventID":")" + id + "\"") +
         R"(,"serviceEventDetails":)" + details + "}";
}

credits::Fact read(const std::string& name, const std::string& json) {
  const auto fact = credits::read_fact(head(name), json, credits::Settings::built_in());
  REQUIRE(fact.has_value());
  REQUIRE(fact->has_value());
  return **fact;
}

bool is_taken(const std::string& details) {
  return static_cast<bool>(credits::read_fact(head("CreditsIssued"), record(details), credits::Settings::built_in()));
}

// What a book says of facts in any order.
std::string printed(const std::vector<credits::Fact>& facts) {
  const credits::Settings& settings = credits::Settings::built_in();
  const credits::Book book{
      facts, {}, [](const auto&) { return std::vector<credits::ChargeCell>{}; }, settings, moment("2024-06-01")};
  std::string out;
  for (const auto& state : book.credits()) {
    out += state.credit.id + " " + state.credit.amount.text() + " " + std::string{credits::status_text(state.status)} +
           " " + state.credit.event + "\n";
  }
  for (const auto& application : book.programme().applications()) {
    out += application.form.id + " " + std::string{credits::status_text(application.status)} + "\n";
  }
  for (const auto& finding : book.findings()) out += finding.event + " " + finding.sentence + "\n";
  return out;
}

}  // namespace

TEST_CASE("Amounts in another currency than USD aren't read, wherever it stands") {
  CHECK(is_taken(R"({"creditId":"1","amount":"1000"})"));
  CHECK(is_taken(R"({"creditId":"1","amount":{"amount":"1000","currencyCode":"USD"}})"));
  CHECK(is_taken(R"({"creditId":"1","amount":"1000","currencyCode":"USD"})"));
  CHECK_FALSE(is_taken(R"({"creditId":"1","amount":{"amount":"1000","currencyCode":"EUR"}})"));
  CHECK_FALSE(is_taken(R"({"creditId":"1","amount":{"amount":"1000","unit":"JPY"}})"));
  CHECK_FALSE(is_taken(R"({"creditId":"1","amount":"1000","currencyCode":"EUR"})"));
  CHECK_FALSE(is_taken(R"({"creditId":"1","amount":1000,"currency":"GBP"})"));
  CHECK_FALSE(is_taken(R"({"creditId":"1","amount":"1000 EUR"})"));
  const std::string shown =
      R"({"responseElements":{"credits":[{"creditId":"1","balance":{"amount":"5","currencyCode":"EUR"}}]}})";
  CHECK_FALSE(credits::read_fact(head("GetCredits"), shown, credits::Settings::built_in()).has_value());
}

TEST_CASE("Whatever a currency's member is called, beside an amount or in it: no other than USD is read as USD") {
  for (const std::string name :
       {"currencyCode", "CurrencyCode", "currency_code", "currency-code", "Currency", "currencycode", "CURRENCY",
        "isoCurrency", "amountCurrencyCode", "billing_currency", "unit", "Unit"}) {
    CAPTURE(name);
    const auto member = [&name](const std::string& value) { return "\"" + name + "\":" + value; };
    for (const std::string value : {R"("USD")", R"("usd")", R"("")", "null"}) {
      CHECK(is_taken(R"({"creditId":"1","amount":"1000",)" + member(value) + "}"));
      CHECK(is_taken(R"({"creditId":"1","amount":{"amount":"1000",)" + member(value) + "}}"));
    }
    CHECK_FALSE(is_taken(R"({"creditId":"1","amount":"1000",)" + member(R"("EUR")") + "}"));
    CHECK_FALSE(is_taken(R"({"creditId":"1","amount":"1000",)" + member(R"("eur")") + "}"));
    CHECK_FALSE(is_taken(R"({"creditId":"1","amount":{"amount":"1000",)" + member(R"("EUR")") + "}}"));
    CHECK_FALSE(is_taken(R"({"creditId":"1","amount":{"amount":"1000","in":{)" + member(R"("EUR")") + "}}}"));
    const auto shown = [](const std::string& credit) {
      const std::string json = R"({"responseElements":{"credits":[{"creditId":"1",)" + credit + "}]}}";
      return credits::read_fact(head("GetCredits"), json, credits::Settings::built_in()).has_value();
    };
    CHECK(shown(R"("balance":"5",)" + member(R"("USD")")));
    CHECK_FALSE(shown(R"("balance":"5",)" + member(R"("EUR")")));
    CHECK_FALSE(shown(R"("remainingAmount":{"amount":"5",)" + member(R"("EUR")") + "}"));
    const std::string use =
        R"({"creditId":"1","month":"2024-05","uses":[{"accountId":"111122223333","service":"s","amount":"5",)";
    const auto json = record(use + member(R"("EUR")") + "}]}");
    CHECK_FALSE(credits::read_fact(head("CreditUseImported"), json, credits::Settings::built_in()).has_value());
  }
  CHECK_FALSE(is_taken(R"({"creditId":"1","amount":"1000","currency":{"code":"EUR"}})"));
  CHECK_FALSE(is_taken(R"({"creditId":"1","amount":"1000","currency":"dollars"})"));
  // A unit beside an amount may be one of anything, and an amount's number may be called after its currency.
  CHECK(is_taken(R"({"creditId":"1","amount":"1000","businessUnit":"Ops","unit":"Days"})"));
  CHECK(is_taken(R"({"creditId":"1","amount":{"amount":"1000","currencyAmount":"1000","currencyCode":"USD"}})"));
}

TEST_CASE("Of facts in places of the settings, a currency beside the amount counts, and one around it") {
  const auto settings = credits::Settings::parse(
      R"({"facts":{"CreditsIssued":{"creditId":["requestParameters.id"],"amount":["requestParameters.form.worth"]}}})");
  REQUIRE(settings.has_value());
  const auto taken = [&](const std::string& form, const std::string& around = "") {
    const std::string json = R"({"requestParameters":{"id":"1","form":{"worth":"1000")" + form + "}" + around + "}}";
    return credits::read_fact(head("CreditsIssued"), json, *settings).has_value();
  };
  CHECK(taken(""));
  CHECK(taken(R"(,"currency_code":"USD")", R"(,"currency":"USD")"));
  CHECK_FALSE(taken(R"(,"currency_code":"EUR")"));
  CHECK_FALSE(taken("", R"(,"Currency":"EUR")"));
}

TEST_CASE("Of facts of one time, causes come before effects, whatever their IDs; a credit that is revoked at once is") {
  for (const bool named : {true, false}) {
    std::vector<credits::Fact> facts{
        read("CreditsChanged", record(R"({"creditId":"1","change":"Revoked"})", named ? "a" : "")),
        read("CreditsIssued", record(R"({"creditId":"1","amount":"1000","termYears":1})", named ? "b" : ""))};
    const std::string first = printed(facts);
    CHECK(first.starts_with("1 1000.00 revoked"));
    std::reverse(facts.begin(), facts.end());
    CHECK(printed(facts) == first);
  }
}

TEST_CASE("Two contents of one eventID: the same counts in either order") {
  std::vector<credits::Fact> facts{
      read("CreditsIssued", record(R"({"creditId":"1","amount":"1000","termYears":1})", "same")),
      read("CreditsIssued", record(R"({"creditId":"1","amount":"2000","termYears":1})", "same"))};
  const std::string first = printed(facts);
  std::reverse(facts.begin(), facts.end());
  CHECK(printed(facts) == first);
}

TEST_CASE("An event without an eventID has a name that it is given, and so has its application") {
  const credits::Fact fact = read("CreateForm", record(R"({"requestedAmount":"5000","orgId":"0Xy12"})"));
  CHECK(fact.event == "stand-in");
  CHECK(std::get<credits::Application>(fact.value).id == "stand-in");
  CHECK(read("CreateForm", record(R"({"requestedAmount":"5000"})", "its-own")).event == "its-own");
}

TEST_CASE("What stands for an eventID has no part in the order of facts") {
  const auto order = [](int step) {
    std::vector<credits::Fact> facts;
    for (int amount = 1; amount <= 16; ++amount) {
      const std::string json = record(R"({"creditId":"1","termYears":1,"amount":")" + std::to_string(amount) + "\"}");
      credits::EventHead named = head("CreditsIssued");
      named.stand_in = [amount, step] { return std::to_string(100 + amount * step); };
      const auto fact = credits::read_fact(named, json, credits::Settings::built_in());
      REQUIRE(fact.has_value());
      facts.push_back(**fact);
    }
    std::sort(facts.begin(), facts.end(), [](const auto& a, const auto& b) { return a.before(b); });
    std::string amounts;
    for (const auto& fact : facts) amounts += std::get<credits::Issue>(fact.value).amount.text() + " ";
    return amounts;
  };
  CHECK(order(1) == order(-1));
}

TEST_CASE("What stands for an eventID has no part in the order of findings") {
  const auto rules_of = [](int step) {
    std::vector<credits::Fact> facts;
    for (int number = 1; number <= 16; ++number) {
      credits::EventHead named = head("CreditsIssued");
      named.stand_in = [number, step] { return std::to_string(100 + number * step); };
      const std::string months = number % 2 == 0 ? "18" : "36";
      const auto fact = credits::read_fact(
          named, record(R"({"creditId":")" + std::to_string(number) + R"(","amount":"1","termMonths":)" + months + "}"),
          credits::Settings::built_in());
      REQUIRE(fact.has_value());
      facts.push_back(**fact);
    }
    const credits::Settings& settings = credits::Settings::built_in();
    const credits::Book book{
        facts, {}, [](const auto&) { return std::vector<credits::ChargeCell>{}; }, settings, moment("2024-06-01")};
    std::string said;
    for (const auto& finding : book.findings()) said += finding.sentence + "\n";
    return said;
  };
  CHECK(rules_of(1).find("credit 16 ") != std::string::npos);
  CHECK(rules_of(1) == rules_of(-1));
}

TEST_CASE("Whatever facts there are, of one time or several, with IDs or without: their order doesn't matter") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    const auto roll = [&dice](unsigned sides) { return static_cast<unsigned>(dice() % sides); };
    std::vector<credits::Fact> facts;
    for (int i = 0; i < 24; ++i) {
      const std::string id = roll(3) == 0 ? "" : "id" + std::to_string(roll(12));
      const std::string number = std::to_string(roll(3));
      const std::string amount = std::to_string(1000 * (1 + roll(40)));
      const std::array<std::pair<std::string, std::string>, 5> made{
          {{"CreateForm", R"({"applicationId":"a)" + number + R"(","startupId":"S)" + std::to_string(roll(2)) +
                              R"(","orgId":"o)" + number + R"(","requestedAmount":")" + amount + "\"}"},
           {"ApplicationDecided",
            R"({"applicationId":"a)" + number + R"(","decision":")" + (roll(2) == 0 ? "Approved" : "Denied") + "\"}"},
           {"ApplicationCancelled", R"({"applicationId":"a)" + number + "\"}"},
           {"CreditsIssued", R"({"creditId":")" + number + R"(","amount":")" + amount + R"(","termYears":1})"},
           {"CreditsChanged", R"({"creditId":")" + number + R"(","change":"Revoked"})"}}};
      const auto& [name, details] = made[roll(5)];
      facts.push_back(read(name, record(details, id)));
      facts.back().time += roll(3) * text::kHour;
    }
    const std::string first = printed(facts);
    for (int i = 0; i < 5; ++i) {
      std::shuffle(facts.begin(), facts.end(), dice);
      CHECK(printed(facts) == first);
    }
  }
}

TEST_CASE("A path of the settings goes through arrays, with and without brackets") {
  for (const char* path : {"requestParameters.forms[].partnerKey", "requestParameters.forms.partnerKey"}) {
    CAPTURE(path);
    const auto settings =
        credits::Settings::parse(R"({"facts":{"CreateForm":{"orgId":[")" + std::string{path} + R"("]}}})");
    REQUIRE(settings.has_value());
    CHECK(settings->facts.at("CreateForm").at("orgId").front() == "requestParameters.forms.partnerKey");
    const auto fact = credits::read_fact(
        {moment("2024-05-01"), "CreateForm", "111122223333", "us-east-1", ""},
        R"({"eventID":"e","requestParameters":{"forms":[{"other":1},{"partnerKey":"0Xy12Planted"}]}})", *settings);
    REQUIRE(fact.has_value());
    REQUIRE(fact->has_value());
    CHECK(std::get<credits::Application>((*fact)->value).org_id == "0Xy12Planted");
  }
}

TEST_CASE("What is wrong with settings is said so that it can be put right") {
  const auto said = [](const char* json) {
    const auto settings = credits::Settings::parse(json);
    REQUIRE_FALSE(settings.has_value());
    return settings.error().message;
  };
  CHECK(said(R"({"lifetimeCap":"x"})").find("'x'") != std::string::npos);
  CHECK(said(R"({"lifetimecap":"1"})").find("lifetimeCap") != std::string::npos);
}
