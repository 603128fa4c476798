#include "rules/credits/fact.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "rules/credits/currency.h"
#include "rules/credits/own_fact.h"
#include "text/json_node.h"

namespace trailkeeper::rules::credits {
namespace {

using text::JsonNode;
using Kind = JsonNode::Kind;

// Thrown by Facts and caught by read_fact.
struct WrongFact {
  std::string fact;
  std::string message;
};

using Objects = std::vector<const JsonNode*>;

// Of an array's items the first that has it. The objects on the way to it are appended to `around`.
const JsonNode* find_path(const JsonNode& root, std::string_view path, Objects* around = nullptr) {
  if (path.empty()) return &root;
  if (root.kind == Kind::array) {
    for (const JsonNode& item : root.items) {
      // Arrays in arrays are as deep as the parser lets them be.
      const JsonNode* found = find_path(item, path, around);
      if (found != nullptr && found->kind != Kind::null) return found;
    }
    return nullptr;
  }
  if (around != nullptr) around->push_back(&root);
  const std::size_t dot = path.find('.');
  const JsonNode* next = root.find(path.substr(0, dot));
  if (next == nullptr) return nullptr;
  return find_path(*next, dot == std::string_view::npos ? "" : path.substr(dot + 1), around);
}

// Where an event's facts are by default.
constexpr std::array<std::string_view, 3> kPlaces{"serviceEventDetails", "requestParameters", "additionalEventData"};

bool is_own(const JsonNode& record) {
  const JsonNode* by = find_path(record, "userIdentity.invokedBy");
  return by != nullptr && by->text == kOwnSource;
}

// An event's facts by name: where the settings say, else in the default place.
class Facts {
 public:
  Facts(const JsonNode& record, const EventHead& head, const std::string& id, const Settings& settings)
      : record_(record), head_(head), id_(id), settings_(settings) {
    const auto found = settings.facts.find(head.name);
    if (found != settings.facts.end() && !is_own(record)) paths_ = &found->second;
  }

  [[nodiscard]] const JsonNode* node(std::string_view fact) const {
    if (paths_ != nullptr) {
      if (const auto found = paths_->find(fact); found != paths_->end()) {
        for (const std::string& path : found->second) {
          if (const JsonNode* at = find_path(record_, path); at != nullptr && at->kind != Kind::null) return at;
        }
        return nullptr;
      }
    }
    for (const std::string_view place : kPlaces) {
      const JsonNode* details = record_.find(place);
      const JsonNode* at = details == nullptr ? nullptr : details->find(fact);
      if (at != nullptr && at->kind != Kind::null) return at;
    }
    return nullptr;
  }

  [[nodiscard]] std::optional<std::string> optional_text(std::string_view fact) const {
    const JsonNode* at = node(fact);
    if (at == nullptr) return std::nullopt;
    if (at->kind != Kind::string && at->kind != Kind::number) wrong(fact, "must be a string", at);
    return at->text;
  }
  [[nodiscard]] std::string text(std::string_view fact) const { return optional_text(fact).value_or(""); }
  [[nodiscard]] std::string needed_text(std::string_view fact) const {
    auto found = optional_text(fact);
    if (!found || found->empty()) throw WrongFact{std::string{fact}, "is missing"};
    return *found;
  }

  [[nodiscard]] std::optional<Money> money(std::string_view fact) const {
    const JsonNode* at = node(fact);
    if (at == nullptr) return std::nullopt;
    need_dollars(fact, *at, objects_around(fact));
    const JsonNode* number = at->kind == Kind::object ? at->find("amount") : at;
    if (number != nullptr && (number->kind == Kind::string || number->kind == Kind::number)) {
      const auto money = Money::parse(number->text);
      if (money && !money->is_negative()) return money;
    }
    wrong(fact, "must be an amount of dollars, not negative", at);
  }

  /// Throws WrongFact unless the amount, what is beside it in `around`, and the settings' own fact of the currency
  /// agree that it is in USD.
  void need_dollars(std::string_view fact, const JsonNode& amount, const Objects& around) const {
    bool other = other_currency_in(amount).has_value();
    for (const JsonNode* object : around) other = other || other_currency_beside(*object);
    if (paths_ != nullptr) {
      for (const auto& [name, paths] : *paths_) {
        const JsonNode* named = names_currency(name) ? node(name) : nullptr;
        other = other || (named != nullptr && other_currency(*named));
      }
    }
    if (other) throw WrongFact{std::string{fact}, "is in another currency than USD: it isn't read"};
  }

  /// The objects in which a fact lies, or may.
  [[nodiscard]] Objects objects_around(std::string_view fact) const {
    Objects around;
    for (const std::string_view place : kPlaces) {
      const JsonNode* details = record_.find(place);
      if (details != nullptr) around.push_back(details);
    }
    if (paths_ == nullptr) return around;
    if (const auto found = paths_->find(fact); found != paths_->end()) {
      for (const std::string& path : found->second) find_path(record_, path, &around);
    }
    return around;
  }

  [[nodiscard]] std::optional<bool> flag(std::string_view fact) const {
    const JsonNode* at = node(fact);
    if (at == nullptr) return std::nullopt;
    if (at->kind == Kind::boolean) return at->boolean;
    if (at->kind == Kind::string && (at->text == "true" || at->text == "false")) return at->text == "true";
    wrong(fact, "must be true or false", at);
  }

  [[nodiscard]] std::optional<text::Timestamp> time(std::string_view fact) const {
    const auto found = optional_text(fact);
    if (!found || found->empty()) return std::nullopt;
    if (const auto day = parse_day(*found)) return start_of(*day);
    if (const auto time = text::parse_timestamp(*found)) return time;
    throw WrongFact{std::string{fact}, "must be a date or a time"};
  }
  [[nodiscard]] std::optional<Day> day(std::string_view fact) const {
    const auto found = time(fact);
    if (!found) return std::nullopt;
    return day_of(*found);
  }

  /// A whole number of up to three digits; 0 for what is none, so that the rules can tell it (R35).
  [[nodiscard]] std::optional<int> count(std::string_view fact) const {
    const std::string digits = text(fact);
    if (digits.empty()) return std::nullopt;
    constexpr std::size_t kMost = 3;
    const bool whole = digits.size() <= kMost && digits.find_first_not_of("0123456789") == std::string::npos;
    return whole ? std::stoi(digits) : 0;
  }

  [[nodiscard]] std::vector<std::string> texts(std::string_view fact) const {
    std::vector<std::string> found;
    const JsonNode* at = node(fact);
    if (at == nullptr) return found;
    if (at->kind != Kind::array) wrong(fact, "must be an array", at);
    for (const JsonNode& item : at->items) {
      if (item.kind != Kind::string && item.kind != Kind::number) wrong(fact, "must hold strings or numbers", &item);
      found.push_back(item.text);
    }
    return found;
  }

  [[nodiscard]] const JsonNode& record() const { return record_; }
  [[nodiscard]] const EventHead& head() const { return head_; }
  /// The eventID, or what stands for it.
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }

 private:
  [[noreturn]] static void wrong(std::string_view fact, std::string_view message, const JsonNode* at) {
    throw WrongFact{std::string{fact}, std::string{message} + ", not " + std::string{text::kind_name(at->kind)}};
  }

  const JsonNode& record_;
  const EventHead& head_;
  const std::string& id_;
  const Settings& settings_;
  const std::map<std::string, std::vector<std::string>, std::less<>>* paths_ = nullptr;
};

FactValue application(const Facts& facts) {
  Application form;
  form.error_code = facts.head().error_code;
  form.id = facts.text("applicationId");
  const JsonNode* answered = find_path(facts.record(), "responseElements.applicationId");
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
  const JsonNode* arn = find_path(facts.record(), "userIdentity.arn");
  form.china_partition =
      facts.head().region.starts_with("cn-") || (arn != nullptr && arn->text.starts_with("arn:aws-cn:"));
  return form;
}

FactValue decision(const Facts& facts) {
  Decision decided;
  decided.application = facts.needed_text("applicationId");
  const std::string word = facts.needed_text("decision");
  if (word != "Approved" && word != "Denied") throw WrongFact{"decision", "must be Approved or Denied"};
  decided.approved = word == "Approved";
  decided.amount = facts.money("amount");
  decided.reasons = facts.texts("reasons");
  decided.overrides = facts.texts("overrides");
  return decided;
}

FactValue issue(const Facts& facts) {
  Issue issued;
  issued.credit = facts.needed_text("creditId");
  issued.application = facts.text("applicationId");
  const auto amount = facts.money("amount");
  if (!amount || amount->is_zero()) throw WrongFact{"amount", "is missing or zero"};
  issued.amount = *amount;
  issued.issued = facts.time("issuedAt").value_or(facts.head().time);
  issued.term_years = facts.count("termYears");
  issued.term_months = facts.count("termMonths");
  issued.expires = facts.day("expiresAt");
  issued.program = facts.optional_text("program").value_or("Activate");
  const std::string type = facts.optional_text("creditType").value_or("Activate");
  if (type != "Activate" && type != "Support") throw WrongFact{"creditType", "must be Activate or Support"};
  issued.support = type == "Support";
  issued.services = facts.texts("services");
  return issued;
}

FactValue credit_change(const Facts& facts) {
  return CreditChange{facts.needed_text("creditId"), facts.needed_text("change"), facts.text("toAccountId"),
                      facts.money("amount"), facts.day("expiresAt")};
}

FactValue affiliation(const Facts& facts) {
  Affiliation found{facts.text("orgId"), facts.text("applicationId"), facts.flag("confirmed").value_or(true)};
  if (found.org_id.empty() && found.application.empty()) throw WrongFact{"orgId", "or applicationId is missing"};
  return found;
}

FactValue sharing(const Facts& facts) {
  const auto enabled = facts.flag("enabled");
  if (!enabled) throw WrongFact{"enabled", "is missing"};
  return Sharing{facts.optional_text("payerAccountId").value_or(facts.head().account), *enabled};
}

FactValue account_status(const Facts& facts) {
  return AccountStatus{facts.optional_text("status"),         facts.optional_text("email"),
                       facts.flag("paymentMethod"),           facts.optional_text("supportPlan"),
                       facts.optional_text("payerAccountId"), facts.optional_text("country")};
}

std::optional<Money> balance_of(const JsonNode& item, std::string_view name, const Facts& facts, Objects around) {
  const JsonNode* node = item.find(name);
  if (node == nullptr) return std::nullopt;
  around.push_back(&item);
  facts.need_dollars("balance", *node, around);
  if (node->kind == Kind::object) node = node->find("amount");
  return node == nullptr ? std::nullopt : Money::parse(node->text);
}

FactValue balances(const Facts& facts) {
  Balances shown;
  Objects around;
  const JsonNode* list = find_path(facts.record(), "responseElements.credits", &around);
  if (list == nullptr) return shown;
  for (const JsonNode& item : list->items) {
    const JsonNode* id = item.find("creditId");
    if (id == nullptr) continue;
    ShownCredit credit{id->text, std::nullopt, std::nullopt};
    for (const std::string_view name : {"balance", "remainingAmount"}) {
      if (!credit.balance) credit.balance = balance_of(item, name, facts, around);
    }
    if (const JsonNode* end = item.find("expiresAt"); end != nullptr)
      credit.expires = parse_day(end->text.substr(0, 10));
    shown.credits.push_back(std::move(credit));
  }
  return shown;
}

// The product code of a name that the Billing API gives a service; the name itself where none is known.
std::string code_of(const std::string& name, const Settings& settings) {
  const auto code = settings.service_names.find(name);
  return code == settings.service_names.end() ? name : code->second;
}

FactValue imported_credit(const Facts& facts) {
  ImportedCredit credit;
  credit.credit = facts.needed_text("creditId");
  const auto initial = facts.money("initialAmount");
  const auto remaining = facts.money("remainingAmount");
  if (!initial || initial->is_zero()) throw WrongFact{"initialAmount", "is missing or zero"};
  if (!remaining) throw WrongFact{"remainingAmount", "is missing"};
  credit.initial = *initial;
  credit.remaining = *remaining;
  credit.estimated = facts.money("estimatedAmount");
  credit.issued = facts.time("issuedAt").value_or(facts.head().time);
  credit.expires = facts.day("expiresAt");
  credit.exhausted = facts.day("exhaustedAt");
  credit.program = facts.text("program");
  if (credit.program.empty() && !facts.text("description").empty()) credit.program = kOtherProgramme;
  for (const std::string& name : facts.texts("products")) credit.services.push_back(code_of(name, facts.settings()));
  if (facts.node("sharedWith") != nullptr) credit.shared_with = facts.texts("sharedWith");
  credit.enabled = facts.flag("enabled").value_or(true);
  return credit;
}

FactValue imported_use(const Facts& facts) {
  ImportedUse use;
  use.credit = facts.needed_text("creditId");
  const auto month = Month::parse(facts.needed_text("month"));
  if (!month) throw WrongFact{"month", "must be a month as 2024-05"};
  use.month = *month;
  use.estimated = facts.flag("estimated").value_or(false);
  const JsonNode* parts = facts.node("uses");
  if (parts == nullptr || parts->kind != Kind::array) throw WrongFact{"uses", "must be an array"};
  for (const JsonNode& part : parts->items) {
    const JsonNode* account = part.find("accountId");
    const JsonNode* service = part.find("service");
    const JsonNode* amount = part.find("amount");
    const auto money = amount == nullptr ? std::nullopt : Money::parse(amount->text);
    if (account == nullptr || service == nullptr || !money) {
      throw WrongFact{"uses", "must hold objects with accountId, service and amount"};
    }
    Objects around = facts.objects_around("uses");
    around.push_back(&part);
    facts.need_dollars("uses", *amount, around);
    use.parts.push_back({account->text, code_of(service->text, facts.settings()), *money});
  }
  return use;
}

FactValue correction(const Facts& facts) {
  Correction correct;
  correct.credit = facts.text("creditId");
  correct.event = facts.text("withdrawnEventId");
  if (correct.credit.empty() == correct.event.empty()) throw WrongFact{"creditId", "or withdrawnEventId is missing"};
  correct.withdrawn = facts.flag("withdrawn").value_or(!correct.event.empty());
  correct.account = facts.optional_text("accountId");
  correct.amount = facts.money("amount");
  correct.issued = facts.time("issuedAt");
  correct.expires = facts.day("expiresAt");
  if (facts.node("services") != nullptr) correct.services = facts.texts("services");
  return correct;
}

FactValue cancellation(const Facts& facts) { return Cancellation{facts.needed_text("applicationId")}; }
FactValue membership(const Facts& facts) { return Membership{facts.needed_text("status"), facts.text("email")}; }
FactValue offer(const Facts& facts) {
  return Offer{facts.needed_text("orgId"), facts.text("providerId"), facts.money("amount")};
}

using Reader = FactValue (*)(const Facts&);

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
  const auto* correction = std::get_if<Correction>(&value);
  const auto* theirs_too = std::get_if<Correction>(&other.value);
  if (correction != nullptr && theirs_too != nullptr && correction->recorded != theirs_too->recorded) {
    return correction->recorded < theirs_too->recorded;
  }
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
  try {
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
    fact.value = reader(Facts{*record, head, fact.event, settings});
    fact.own = is_own(*record);
    if (auto* correction = std::get_if<Correction>(&fact.value); correction != nullptr && fact.own) {
      const JsonNode* recorded = find_path(*record, "additionalEventData.recordedAt");
      if (recorded != nullptr) correction->recorded = text::parse_timestamp(recorded->text).value_or(0);
    }
    const auto* shown = std::get_if<Balances>(&fact.value);
    if (shown != nullptr && shown->credits.empty()) return std::optional<Fact>{};
    return std::optional<Fact>{std::move(fact)};
  } catch (const WrongFact& wrong) {
    return text::Problem{wrong.fact + " " + wrong.message, "/" + wrong.fact, 0};
  }
}

}  // namespace trailkeeper::rules::credits
