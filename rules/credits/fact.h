// What one event says about applications, credits and accounts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/credits/credit.h"
#include "rules/credits/settings.h"
#include "text/sha256.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::credits {

/// The name of a programme that isn't Activate, and isn't named.
constexpr std::string_view kOtherProgramme = "Other";

/// A form that was sent (CreateForm). Facts that it lacks are empty.
struct Application {
  std::string id;
  std::string startup;
  std::string org_id;  ///< Confidential (R20): only for comparison.
  std::string package;
  std::optional<text::Money> requested;
  std::string email;
  std::optional<text::Day> founded;
  std::string funding_stage;
  bool shows_itself = false;  ///< It names a website or a public profile (R15).
  std::string country;
  bool china_partition = false;  ///< Sent in an aws-cn account (R17).
  std::string error_code;        ///< Not empty: the form failed, and there is no application (R58).

  [[nodiscard]] bool is_portfolio() const;
};

struct Decision {
  std::string application;
  bool approved = false;
  std::optional<text::Money> amount;
  std::vector<std::string> reasons;
  std::vector<std::string> overrides;
};

struct Cancellation {
  std::string application;
};

struct Issue {
  std::string credit;
  std::string application;
  text::Money amount;
  text::Timestamp issued = 0;
  std::optional<int> term_years;  ///< 0: it names a term that isn't a whole number of years.
  std::optional<int> term_months;
  std::optional<text::Day> expires;
  std::string program;
  bool support = false;
  std::vector<std::string> services;
  bool as_given = false;  ///< Its term is AWS's figure, or was corrected: no rule applies (R35).
  std::optional<Opening> opening;
  std::optional<std::vector<std::string>> shared_with;
  std::optional<text::Timestamp> disabled;  ///< AWS doesn't let it pay any more, from then on.
  std::string disabled_by;                  ///< The event.
};

struct CreditChange {
  std::string credit;
  std::string change;
  std::string to_account;
  std::optional<text::Money> amount;
  std::optional<text::Day> expires;
};

struct Membership {
  std::string status;
  std::string email;
};

struct Offer {
  std::string org_id;  ///< Confidential (R20).
  std::string provider;
  std::optional<text::Money> amount;
};

struct Affiliation {
  std::string org_id;  ///< Confidential (R20).
  std::string application;
  bool confirmed = false;
};

struct Sharing {
  std::string payer;
  bool enabled = false;
};

/// What changed; the other members stay.
struct AccountStatus {
  std::optional<std::string> status;
  std::optional<std::string> email;
  std::optional<bool> payment_method;
  std::optional<std::string> support_plan;
  std::optional<std::string> payer;  ///< Empty: it left its organisation.
  std::optional<std::string> country;
};

/// A credit as a GetCredits response shows it.
struct ShownCredit {
  std::string credit;
  std::optional<text::Money> balance;
  std::optional<text::Day> expires;
};
struct Balances {
  std::vector<ShownCredit> credits;
};

/// A credit as the Billing API's GetCredits gave it, at the fact's time.
struct ImportedCredit {
  std::string credit;
  text::Money initial;
  text::Money remaining;                 ///< After the closed bills.
  std::optional<text::Money> estimated;  ///< After the open ones, too.
  text::Timestamp issued = 0;
  std::optional<text::Day> expires;
  std::optional<text::Day> exhausted;
  std::string program;  ///< Empty: not said. A description that doesn't name Activate names another.
  std::vector<std::string> services;
  std::optional<std::vector<std::string>> shared_with;
  bool enabled = true;
};

/// What a credit paid of a month's bills, by account and service, as GetCreditAllocationHistory gave it.
struct ImportedUse {
  struct Part {
    std::string account;
    std::string service;  ///< Product code, or the Billing API's name where no code is known.
    text::Money amount;
  };
  std::string credit;
  text::Month month;
  bool estimated = false;  ///< The bill was open.
  std::vector<Part> parts;
};

/// A correction by those who keep the ledger: the members that are set replace the credit's.
struct Correction {
  std::string credit;      ///< Empty: it is about an event.
  std::string event;       ///< A fact of our own that is withdrawn.
  bool withdrawn = false;  ///< The credit, or the event, never was.
  std::optional<std::string> account;
  std::optional<text::Money> amount;
  std::optional<text::Timestamp> issued;
  std::optional<text::Day> expires;
  std::optional<std::vector<std::string>> services;
};

using FactValue = std::variant<Application, Decision, Cancellation, Issue, CreditChange, Membership, Offer, Affiliation,
                               Sharing, AccountStatus, Balances, ImportedCredit, ImportedUse, Correction>;

/// SHA-256 of an event's bytes.
using Digest = text::Sha256;

struct Fact {
  text::Timestamp time = 0;
  std::string event;    ///< The eventID, or its stand-in (EventHead::stand_in).
  std::string account;  ///< recipientAccountId, else the caller's account.
  FactValue value;
  Digest digest{};
  bool named = true;             ///< It has an eventID.
  bool own = false;              ///< Somebody who keeps the ledger entered it (rules/credits/own_fact.h).
  text::Timestamp recorded = 0;  ///< When it was entered, if it is our own.
  Digest says{};                 ///< Of account and details, if it is our own: its eventID is another in each store.

  /// The order in which facts are taken, whatever the order in which they came and the store they are in: by time,
  /// causes before effects, AWS's before our own, ours as they were entered, then by eventID, then by their bytes.
  [[nodiscard]] bool before(const Fact& other) const;
};

Digest digest_of(std::string_view bytes);

/// Whether events of activate.amazonaws.com with that (canonical) name are read for facts.
bool carries_facts(std::string_view event_name);

/// An event's place in its trail.
struct EventHead {
  text::Timestamp time = 0;
  std::string name;  ///< Canonical.
  std::string account;
  std::string region;
  std::string error_code;
  /// The stand-in for the eventID of an event that has none; called only then.
  std::function<std::string()> stand_in = {};
};

/// Reads an event of activate.amazonaws.com. Nothing if it has no facts: a failed event that isn't CreateForm, a
/// GetCredits without balances. The error says which fact is missing or wrong.
text::Result<std::optional<Fact>> read_fact(const EventHead& head, std::string_view json, const Settings& settings);

}  // namespace trailkeeper::rules::credits
