// Facts that those who keep the ledger write themselves, for tests.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

#include "rules/credits/billing_import.h"
#include "rules/credits/own_request.h"
#include "tests/rules/credits/credit_world.h"

namespace trailkeeper::tests {

inline const std::string kAccount = CreditWorld::kAccount;

inline constexpr const char* kCredits = R"({"credits":[{
  "creditId":"700001","accountId":"111122223333","creditType":"Promotion","description":"AWS Activate Portfolio",
  "initialAmount":{"currencyCode":"USD","currencyAmount":"5000.00"},
  "remainingAmount":{"currencyCode":"USD","currencyAmount":"4000.00"},
  "estimatedAmount":{"currencyCode":"USD","currencyAmount":"3900.00"},
  "applicableProductNames":["Amazon Elastic Compute Cloud"],
  "startDate":"2024-02-09T00:00:00+00:00","endDate":1770595200.0,
  "accountHasCreditSharingEnabled":true,"creditSharingType":"DEFAULT","creditStatus":"ENABLED"}]})";

inline credits::ImportedCredit imported(std::string_view initial, std::string_view remaining) {
  credits::ImportedCredit import;
  import.credit = "700001";
  import.initial = dollars(initial);
  import.remaining = dollars(remaining);
  import.issued = moment("2024-02-09");
  import.expires = date("2026-02-08");
  import.program = "Activate";
  return import;
}

inline const credits::Pseudonymiser kNames{"a store's key"};

// The event of a fact, read again.
inline credits::Fact read_again(const credits::OwnFact& fact) {
  const std::string json = credits::own_event(fact, credits::own_event_id(fact, kNames), "{}", fact.time);
  const auto read =
      credits::read_fact({fact.time, fact.name, fact.account, "us-east-1", ""}, json, credits::Settings::built_in());
  REQUIRE(read.has_value());
  REQUIRE(read->has_value());
  return **read;
}

inline const credits::CreditState& only(const credits::Book& book) {
  REQUIRE(book.credits().size() == 1);
  return book.credits().front();
}

inline credits::OwnFact wanted(credits::OwnVerb verb, const credits::OwnValues& values) {
  const auto made = credits::own_fact(verb, values, moment("2024-06-01"), kNames);
  REQUIRE(made.has_value());
  return *made;
}

inline credits::Correction correction_of(std::string credit, bool withdrawn = false) {
  credits::Correction correction;
  correction.credit = std::move(credit);
  correction.withdrawn = withdrawn;
  return correction;
}

inline credits::Correction withdrawal_of(std::string event) {
  credits::Correction correction;
  correction.event = std::move(event);
  correction.withdrawn = true;
  return correction;
}

inline std::string refused(credits::OwnVerb verb, const credits::OwnValues& values) {
  const auto made = credits::own_fact(verb, values, moment("2024-06-01"), kNames);
  REQUIRE_FALSE(made.has_value());
  return made.error().path;
}

}  // namespace trailkeeper::tests
