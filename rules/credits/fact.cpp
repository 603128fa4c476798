#include "rules/credits/fact.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "rules/credits/named_facts.h"
#include "text/json_node.h"

namespace trailkeeper::rules::credits {
namespace {

using text::JsonNode;
using NodeKind = JsonNode::Kind;

FactValue application(NamedFacts& facts) {
  Application form;
  form.error_code = facts.head().error_code;
  form.id = facts.text("applicationId");
  const JsonNode* answered = fact_at(facts.record(), "responseElements.applicationId");
  if (form.id.empty() && answered != nullptr) form.id = answered->text;
  if (form.id.empty()) form.id = facts.id();
  form.startup = facts.text("startupId");
  form.org_id = facts.text("orgId");
  form.package = facts.text("package");
  form.requested = facts.money("requestedAmount");
  form.email = facts.text("email");
  form.founded = facts.day("foundingDate");
  form.funding_stage = facts.text("fundingStage");
  form.shows_itself = !facts.text("website").empty() || !facts.text("publicProfile").empty();
  form.country = facts.text("country");
  const JsonNode* arn = fact_at(facts.record(), "userIdentity.arn");
  form.china_partition =
      facts.head().region.starts_with("cn-") || (arn != nullptr && arn->text.starts_with("arn:aws-cn:"));
  return form;
}

FactValue decision(NamedFacts& facts) {
  Decision decided;
  decided.application = facts.needed_text("applicationId");
  const std::string word = facts.needed_text("decision");
  if (word != "Approved" && word != "Denied") facts.refuse("decision", "must be Approved or Denied");
  decided.approved = word == "Approved";
  decided.amount = facts.money("amount");
  decided.reasons = facts.texts("reasons");
  decided.overrides = facts.texts("overrides");
  return decided;
}

FactValue issue(NamedFacts& facts) {
  Issue issued;
  issued.credit = facts.needed_text("creditId");
  issued.application = facts.text("applicationId");
  const auto amount = facts.money("amount");
  if (!amount || amount->is_zero()) facts.refuse("amount", "is missing or zero");
  issued.amount = amount.value_or(text::Money{});
  issued.issued = facts.time("issuedAt").value_or(facts.head().time);
  issued.term_years = facts.count("termYears");
  issued.term_months = facts.count("termMonths");
  issued.expires = facts.day("expiresAt");
  issued.program = facts.optional_text("program").value_or("Activate");
  const std::string type = facts.optional_text("creditType").value_or("Activate");
  if (type != "Activate" && type != "Support") facts.refuse("creditType", "must be Activate or Support");
  issued.support = type == "Support";
  issued.services = facts.texts("services");
  return issued;
}

FactValue credit_change(NamedFacts& facts) {
  return CreditChange{facts.needed_text("creditId"), facts.needed_text("change"),
                      facts.account("toAccountId").value_or(""), facts.money("amount"), facts.day("expiresAt")};
}

FactValue affiliation(NamedFacts& facts) {
  Affiliation found{facts.text("orgId"), facts.text("applicationId"), facts.flag("confirmed").value_or(true)};
  if (found.org_id.empty() && found.application.empty()) facts.refuse("orgId", "or applicationId is missing");
  return found;
}

FactValue sharing(NamedFacts& facts) {
  const auto enabled = facts.flag("enabled");
  if (!enabled) facts.refuse("enabled", "is missing");
  return Sharing{facts.account("payerAccountId").value_or(facts.head().account), enabled.value_or(false)};
}

FactValue account_status(NamedFacts& facts) {
  return AccountStatus{facts.optional_text("status"),   facts.optional_text("email"),
                       facts.flag("paymentMethod"),     facts.optional_text("supportPlan"),
                       facts.account("payerAccountId"), facts.optional_text("country")};
}

std::optional<text::Money> balance_of(const JsonNode& item, std::string_view name, NamedFacts& facts,
                                      JsonObjects around) {
  const JsonNode* node = item.find(name);
  if (node == nullptr) return std::nullopt;
  around.push_back(&item);
  if (!facts.need_dollars("balance", *node, around)) return std::nullopt;
  if (node->kind == NodeKind::object) node = node->find("amount");
  return node == nullptr ? std::nullopt : text::Money::parse(node->text);
}

FactValue balances(NamedFacts& facts) {
  Balances shown;
  JsonObjects around;
  const JsonNode* list = fact_at(facts.record(), "responseElements.credits", &around);
  if (list == nullptr) return shown;
  for (const JsonNode& item : list->items) {
    const JsonNode* id = item.find("creditId");
    if (id == nullptr) continue;
    ShownCredit credit{id->text, std::nullopt, std::nullopt};
    for (const std::string_view name : {"balance", "remainingAmount"}) {
      if (!credit.balance) credit.balance = balance_of(item, name, facts, around);
    }
    if (const JsonNode* end = item.find("expiresAt"); end != nullptr)
      credit.expires = text::parse_day(end->text.substr(0, 10));
    shown.credits.push_back(std::move(credit));
  }
  return shown;
}

// The product code of a name that the Billing API gives a service; the name itself where none is known.
std::string code_of(const std::string& name, const Settings& settings) {
  const auto code = settings.service_names.find(name);
  return code == settings.service_names.end() ? name : code->second;
}

FactValue imported_credit(NamedFacts& facts) {
  ImportedCredit credit;
  credit.credit = facts.needed_text("creditId");
  const auto initial = facts.money("initialAmount");
  const auto remaining = facts.money("remainingAmount");
  if (!initial || initial->is_zero()) facts.refuse("initialAmount", "is missing or zero");
  if (!remaining) facts.refuse("remainingAmount", "is missing");
  credit.initial = initial.value_or(text::Money{});
  credit.remaining = remaining.value_or(text::Money{});
  credit.estimated = facts.money("estimatedAmount");
  credit.issued = facts.time("issuedAt").value_or(facts.head().time);
  credit.expires = facts.day("expiresAt");
  credit.exhausted = facts.day("exhaustedAt");
  credit.program = facts.text("program");
  if (credit.program.empty() && !facts.text("description").empty()) credit.program = kOtherProgramme;
  for (const std::string& name : facts.texts("products")) credit.services.push_back(code_of(name, facts.settings()));
  credit.shared_with = facts.accounts("sharedWith");
  credit.enabled = facts.flag("enabled").value_or(true);
  return credit;
}

FactValue imported_use(NamedFacts& facts) {
  ImportedUse use;
  use.credit = facts.needed_text("creditId");
  const auto month = text::Month::parse(facts.needed_text("month"));
  if (!month) facts.refuse("month", "must be a month as 2024-05");
  use.month = month.value_or(text::Month{});
  use.estimated = facts.flag("estimated").value_or(false);
  const JsonNode* parts = facts.node("uses");
  if (parts == nullptr || parts->kind != NodeKind::array) {
    facts.refuse("uses", "must be an array");
    return use;
  }
  for (const JsonNode& part : parts->items) {
    const JsonNode* account = part.find("accountId");
    const JsonNode* service = part.find("service");
    const JsonNode* amount = part.find("amount");
    const auto money = amount == nullptr ? std::nullopt : text::Money::parse(amount->text);
    if (account == nullptr || service == nullptr || !money) {
      facts.refuse("uses", "must hold objects with accountId, service and amount");
      return use;
    }
    facts.need_account("uses", account->text, kAccountsNeeded);
    JsonObjects around = facts.objects_around("uses");
    around.push_back(&part);
    facts.need_dollars("uses", *amount, around);
    use.parts.push_back({account->text, code_of(service->text, facts.settings()), *money});
  }
  return use;
}

FactValue correction(NamedFacts& facts) {
  Correction correct;
  correct.credit = facts.text("creditId");
  correct.event = facts.text("withdrawnEventId");
  if (correct.credit.empty() == correct.event.empty()) facts.refuse("creditId", "or withdrawnEventId is missing");
  correct.withdrawn = facts.flag("withdrawn").value_or(!correct.event.empty());
  correct.account = facts.account("accountId");
  correct.amount = facts.money("amount");
  correct.issued = facts.time("issuedAt");
  correct.expires = facts.day("expiresAt");
  if (facts.node("services") != nullptr) correct.services = facts.texts("services");
  return correct;
}

FactValue cancellation(NamedFacts& facts) { return Cancellation{facts.needed_text("applicationId")}; }
FactValue membership(NamedFacts& facts) { return Membership{facts.needed_text("status"), facts.text("email")}; }
FactValue offer(NamedFacts& facts) {
  return Offer{facts.needed_text("orgId"), facts.text("providerId"), facts.money("amount")};
}

using Reader = FactValue (*)(NamedFacts&);

// Of facts of one time, causes come before effects.
struct Rank {
  int operator()(const Offer&) const { return 0; }
  int operator()(const Membership&) const { return 1; }
  int operator()(const AccountStatus&) const { return 2; }
  int operator()(const Sharing&) const { return 3; }
  int operator()(const Affiliation&) const { return 4; }
  int operator()(const Application&) const { return 5; }
  int operator()(const Cancellation&) const { return 6; }
  int operator()(const Decision&) const { return 7; }
  int operator()(const Issue&) const { return 8; }
  int operator()(const CreditChange&) const { return 9; }
  int operator()(const ImportedCredit&) const { return 10; }
  int operator()(const ImportedUse&) const { return 11; }
  int operator()(const Correction&) const { return 12; }
  int operator()(const Balances&) const { return 13; }
};

constexpr std::array<std::pair<std::string_view, Reader>, 14> kReaders{{{"AccountStatusChanged", account_status},
                                                                        {"AffiliationConfirmed", affiliation},
                                                                        {"ApplicationCancelled", cancellation},
                                                                        {"ApplicationDecided", decision},
                                                                        {"CreateForm", application},
                                                                        {"CreditSharingChanged", sharing},
                                                                        {"CreditUseImported", imported_use},
                                                                        {"CreditsChanged", credit_change},
                                                                        {"CreditsCorrected", correction},
                                                                        {"CreditsImported", imported_credit},
                                                                        {"CreditsIssued", issue},
                                                                        {"GetCredits", balances},
                                                                        {"MembershipChanged", membership},
                                                                        {"OfferRegistered", offer}}};

Reader reader_of(std::string_view event_name) {
  const auto* found = std::find_if(kReaders.begin(), kReaders.end(),
                                   [event_name](const auto& entry) { return entry.first == event_name; });
  return found == kReaders.end() ? nullptr : found->second;
}

}  // namespace

bool Application::is_portfolio() const { return package.empty() ? !org_id.empty() : package == "Portfolio"; }

bool Fact::before(const Fact& other) const {
  if (time != other.time) return time < other.time;
  const int rank = std::visit(Rank{}, value);
  const int theirs = std::visit(Rank{}, other.value);
  if (rank != theirs) return rank < theirs;
  if (own != other.own) return other.own;
  if (recorded != other.recorded) return recorded < other.recorded;
  if (says != other.says) return says < other.says;
  if (named != other.named) return other.named;
  // What stands for an eventID is another in each store.
  if (named && event != other.event) return event < other.event;
  return std::tie(digest, account) < std::tie(other.digest, other.account);
}

Digest digest_of(std::string_view bytes) { return text::sha256(bytes); }

bool carries_facts(std::string_view event_name) { return reader_of(event_name) != nullptr; }

text::Result<std::optional<Fact>> read_fact(const EventHead& head, std::string_view json, const Settings& settings) {
  const Reader reader = reader_of(head.name);
  if (reader == nullptr || (!head.error_code.empty() && head.name != "CreateForm")) return std::optional<Fact>{};
  auto record = text::parse_json_object(json);
  if (!record) return record.error();
  Fact fact;
  fact.time = head.time;
  fact.account = head.account;
  fact.digest = digest_of(json);
  const JsonNode* id = record->find("eventID");
  fact.named = id != nullptr && !id->text.empty();
  if (fact.named) {
    fact.event = id->text;
  } else if (head.stand_in) {
    fact.event = head.stand_in();
  }
  NamedFacts facts{*record, head, fact.event, settings};
  facts.need_account("recipientAccountId", head.account);
  fact.value = reader(facts);
  if (facts.problem()) return *facts.problem();
  fact.own = is_own(*record);
  if (fact.own) {
    const JsonNode* recorded = fact_at(*record, "additionalEventData.recordedAt");
    if (recorded != nullptr) fact.recorded = text::parse_timestamp(recorded->text).value_or(0);
    // Before its details stand the eventID and who entered it; behind them, what is the same in each.
    const JsonNode* details = record->find("serviceEventDetails");
    if (details != nullptr) fact.says = digest_of(fact.account + "\n" + std::string{json.substr(details->offset)});
  }
  const auto* shown = std::get_if<Balances>(&fact.value);
  if (shown != nullptr && shown->credits.empty()) return std::optional<Fact>{};
  return std::optional<Fact>{std::move(fact)};
}

}  // namespace trailkeeper::rules::credits
