#include "rules/credits/own_request.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>

#include "rules/iam/arn.h"
#include "text/ascii.h"
#include "text/calendar.h"
#include "text/first_problem.h"
#include "text/json_node.h"
#include "text/json_writer.h"
#include "text/money.h"

namespace trailkeeper::rules::credits {
namespace {

using text::JsonNode;
using NodeKind = JsonNode::Kind;

constexpr std::array<std::pair<std::string_view, OwnVerb>, 4> kVerbs{
    {{"add", OwnVerb::add}, {"apply", OwnVerb::apply}, {"decide", OwnVerb::decide}, {"correct", OwnVerb::correct}}};

constexpr std::size_t kMostBytes = 1024;  // Of one value.
constexpr std::size_t kMostValues = 1000;

// Reads values and writes them as members of `serviceEventDetails`. A value that is wrong is noted, and reads as if it
// weren't there.
class Details {
 public:
  explicit Details(const OwnValues& values) : values_(values) { json_.open('{'); }
  Details(const Details&) = delete;
  Details& operator=(const Details&) = delete;

  /// Notes what is wrong with an option.
  void refuse(std::string_view option, std::string message) {
    problem_.note({std::move(message), std::string{option}, 0});
  }
  [[nodiscard]] const text::FirstProblem& problem() const { return problem_; }

  [[nodiscard]] bool has(std::string_view option) const { return values_.contains(option); }
  [[nodiscard]] std::string text(std::string_view option) const {
    const auto found = values_.find(option);
    return found == values_.end() || found->second.empty() ? std::string{} : found->second.front();
  }
  std::string needed(std::string_view option) {
    std::string found = text(option);
    if (found.empty()) refuse(option, "is missing");
    return found;
  }
  std::string account(std::string_view option) {
    std::string found = needed(option);
    if (!iam::is_account_id(found)) refuse(option, "must be an account ID of 12 digits, not '" + found + "'");
    return found;
  }
  std::optional<text::Timestamp> time(std::string_view option) {
    const std::string found = text(option);
    if (found.empty()) return std::nullopt;
    if (const auto day = text::parse_day(found)) return text::start_of(*day);
    const auto time = text::parse_timestamp(found);
    if (!time) refuse(option, "must be a date as 2024-05-01, or a time, not '" + found + "'");
    return time;
  }

  // Each writes a member if there is a value.
  void put(std::string_view name, std::string_view option) { json_.member_if_any(name, text(option)); }
  void put_text(std::string_view name, std::string_view value) { json_.member(name, value); }
  void put_time(std::string_view name, std::string_view option) {
    if (const auto found = time(option)) json_.member(name, text::format_timestamp(*found));
  }
  void put_day(std::string_view name, std::string_view option) {
    if (const auto found = time(option)) json_.member(name, text::day_text(text::day_of(*found)));
  }
  void put_money(std::string_view name, std::string_view option) {
    const std::string found = text(option);
    if (found.empty()) return;
    const auto money = text::Money::parse(found);
    if (!money || *money <= text::Money{}) {
      refuse(option, "must be an amount of dollars above nothing, as 5000 or 5000.50, not '" + found + "'");
      return;
    }
    json_.member(name, money->text());
  }
  void put_list(std::string_view name, std::string_view option) {
    const auto found = values_.find(option);
    if (found == values_.end()) return;
    json_.name(name).open('[');
    for (const std::string& value : found->second) {
      if (!value.empty()) json_.value(value);
    }
    json_.close(']');
  }
  /// Each is one of the programme's numbers, or in words (R54).
  void need_reasons(std::string_view option) {
    constexpr int kMost = 10;
    const auto found = values_.find(option);
    if (found == values_.end()) return;
    for (const std::string& value : found->second) {
      const bool number = !value.empty() && value.size() <= 2 && value.front() != '0' && text::is_digits(value);
      if (value.empty() || value.starts_with("other:") || (number && std::stoi(value) <= kMost)) continue;
      refuse(option, "must be 1 to 10, or other:TEXT, not '" + value + "'");
    }
  }
  void put_true(std::string_view name) { json_.member(name, true); }
  [[nodiscard]] std::string whole() const { return written_ + "}"; }

 private:
  const OwnValues& values_;
  text::FirstProblem problem_;
  std::string written_;
  text::JsonWriter json_{written_};
};

// A name for what has none, which follows from what it is.
std::string made_name(std::string_view kind, const std::string& account, const std::string& details,
                      const Pseudonymiser& pseudonymiser) {
  constexpr std::size_t kDigits = 10;
  return std::string{kind} + pseudonymiser.digest(account + details).substr(0, kDigits);
}

void needs_one_of(Details& details, std::initializer_list<std::string_view> options, const std::string& message) {
  for (const std::string_view option : options) {
    if (details.has(option)) return;
  }
  details.refuse(*options.begin(), message);
}

OwnFact add_credit(Details& details, const Pseudonymiser& pseudonymiser) {
  OwnFact fact{"CreditsIssued", 0, details.account("account"), "", "", ""};
  details.put_money("amount", "amount");
  static_cast<void>(details.needed("amount"));
  static_cast<void>(details.needed("issued"));
  fact.time = details.time("issued").value_or(0);
  details.put_time("issuedAt", "issued");
  if (details.has("years") == details.has("expires")) details.refuse("expires", "or --years is needed, one of them");
  if (const std::string years = details.text("years"); !years.empty() && years != "1" && years != "2") {
    details.refuse("years", "must be 1 or 2 (R35), not '" + years + "'");
  }
  details.put("termYears", "years");
  details.put_day("expiresAt", "expires");
  if (const auto expires = details.time("expires"); expires && *expires < fact.time) {
    details.refuse("expires", "is before --issued");
  }
  const std::string type = details.text("type");
  if (!type.empty() && type != "Activate" && type != "Support") {
    details.refuse("type", "must be Activate or Support, not '" + type + "'");
  }
  details.put("creditType", "type");
  details.put("program", "from");
  details.put("applicationId", "application");
  details.put_list("services", "service");
  fact.subject = details.text("id");
  if (fact.subject.empty()) fact.subject = made_name("own-", fact.account, details.whole(), pseudonymiser);
  details.put_text("creditId", fact.subject);
  return fact;
}

OwnFact apply(Details& details, text::Timestamp now, const Pseudonymiser& pseudonymiser) {
  OwnFact fact{"CreateForm", details.time("submitted").value_or(now), details.account("account"), "", "", ""};
  details.put_money("requestedAmount", "amount");
  static_cast<void>(details.needed("amount"));
  details.put("startupId", "startup");
  details.put("email", "email");
  details.put_day("foundingDate", "founded");
  details.put("fundingStage", "stage");
  details.put("website", "website");
  details.put("publicProfile", "profile");
  details.put("country", "country");
  details.put("package", "package");
  if (const std::string package = details.text("package");
      !package.empty() && package != "Founders" && package != "Portfolio") {
    details.refuse("package", "must be Founders or Portfolio, not '" + package + "'");
  }
  // Another Org ID is no other form.
  fact.identity = fact.account + "\n" + text::format_timestamp(fact.time) + "\n" + details.whole();
  fact.subject = details.text("id");
  if (fact.subject.empty()) fact.subject = made_name("own-app-", fact.account, fact.identity, pseudonymiser);
  fact.identity += "\n" + fact.subject;
  details.put_text("applicationId", fact.subject);
  details.put("orgId", "org-id");
  return fact;
}

OwnFact decide(Details& details, text::Timestamp now) {
  OwnFact fact{"ApplicationDecided", details.time("decided").value_or(now), details.account("account"), "", "", ""};
  fact.subject = details.needed("id");
  details.put_text("applicationId", fact.subject);
  if (details.has("approved") == details.has("denied"))
    details.refuse("approved", "or --denied is needed, one of them");
  details.put_text("decision", details.has("approved") ? "Approved" : "Denied");
  details.put_money("amount", "amount");
  details.need_reasons("reason");
  details.need_reasons("override");
  details.put_list("reasons", "reason");
  details.put_list("overrides", "override");
  return fact;
}

bool is_event_id(std::string_view text) {
  constexpr std::size_t kUuid = 36;
  return text.size() == kUuid && std::count(text.begin(), text.end(), '-') == 4;
}

OwnFact correct(Details& details, text::Timestamp now) {
  OwnFact fact{"CreditsCorrected", now, details.account("account"), "", "", ""};
  fact.subject = details.needed("id");
  const bool event = is_event_id(fact.subject);
  if (event && !details.has("withdraw")) details.refuse("id", "is an event's: it can only be withdrawn (--withdraw)");
  details.put_text(event ? "withdrawnEventId" : "creditId", fact.subject);
  needs_one_of(details, {"withdraw", "amount", "issued", "expires", "owner", "service"},
               "or something that is to be put right is needed");
  if (details.has("owner")) details.put_text("accountId", details.account("owner"));
  details.put_money("amount", "amount");
  details.put_time("issuedAt", "issued");
  details.put_day("expiresAt", "expires");
  details.put_list("services", "service");
  if (details.has("withdraw")) details.put_true("withdrawn");
  details.put("reason", "because");
  return fact;
}

const std::vector<OwnField> kAddFields{
    {"account", "The account that holds the credit", "ACCOUNT", true},
    {"amount", "What it is worth, in US dollars", "AMOUNT", true},
    {"issued", "The day it was issued", "DATE", true},
    {"expires", "The last day on which it pays", "DATE"},
    {"years", "Instead: its term, 1 or 2", "N", false, false, false, "1 2"},
    {"type", "Activate (default), or Support for the support credits from before 2023-04-11", "TYPE", false, false,
     false, "Activate Support"},
    {"from", "The programme or provider that it is from (default: Activate)", "PROGRAMME"},
    {"id", "AWS's ID of it, as the Billing console shows it (default: one is made)", "ID"},
    {"application", "The application that it was issued for", "ID"},
    {"service", "A product code that it may pay for (default: all that credits cover)", "CODE", false, true},
};
const std::vector<OwnField> kApplyFields{
    {"account", "The account that applied", "ACCOUNT", true},
    {"amount", "What was asked for, in US dollars", "AMOUNT", true},
    {"org-id", "The Organization ID of the provider; kept confidential", "ID"},
    {"startup", "The startup's name or ID", "ID"},
    {"email", "The e-mail address in the form", "ADDRESS"},
    {"founded", "The day the startup was founded", "DATE"},
    {"stage", "Its funding stage: Seed, Series A, …", "STAGE"},
    {"website", "Its website", "URL"},
    {"profile", "Its public profile", "URL"},
    {"country", "Its country, two letters", "CODE"},
    {"package", "Founders or Portfolio (default: Portfolio with an Organization ID)", "PACKAGE", false, false, false,
     "Founders Portfolio"},
    {"id", "What to call the application (default: one is made)", "ID"},
    {"submitted", "When the form was sent (default: now)", "TIME"},
};
const std::vector<OwnField> kDecideFields{
    {"id", "The application", "ID", true},
    {"account", "The account that applied", "ACCOUNT", true},
    {"approved", "It was approved", "", false, false, true},
    {"denied", "It was denied", "", false, false, true},
    {"amount", "What was awarded, in US dollars", "AMOUNT"},
    {"reason", "Why it was denied: 1 to 10, or other:TEXT", "REASON", false, true},
    {"override", "A reason that other proof took away", "REASON", false, true},
    {"decided", "When (default: now)", "TIME"},
};
const std::vector<OwnField> kCorrectFields{
    {"id", "A credit's ID, or the eventID of a fact of one's own", "ID", true},
    {"account", "The account that holds the credit", "ACCOUNT", true},
    {"amount", "What it was worth when it was issued, in US dollars", "AMOUNT"},
    {"issued", "The day it was issued", "DATE"},
    {"expires", "The last day on which it pays", "DATE"},
    {"owner", "The account that holds it in truth", "ACCOUNT"},
    {"service", "A product code that it may pay for", "CODE", false, true},
    {"withdraw", "It never was", "", false, false, true},
    {"because", "Why, for those who read it later", "TEXT"},
};

const OwnField* field_of_member(OwnVerb verb, std::string_view member) {
  for (const OwnField& field : own_fields(verb)) {
    if (member_name(field.name) == member) return &field;
  }
  return nullptr;
}

// The values of a member, as texts.
text::Result<std::vector<std::string>> texts_of(const OwnField& field, const JsonNode& node) {
  if (field.flag) {
    if (node.kind != NodeKind::boolean) return text::Problem{"must be true or false", "", 0};
    return node.boolean ? std::vector<std::string>{"true"} : std::vector<std::string>{};
  }
  const bool array = node.kind == NodeKind::array;
  if (array && !field.list) return text::Problem{"must be one value, not an array", "", 0};
  std::vector<std::string> texts;
  for (const JsonNode& item : array ? std::span{node.items} : std::span{&node, 1}) {
    if (item.kind != NodeKind::string && item.kind != NodeKind::number) {
      return text::Problem{"must be a text or a number, not " + std::string{text::kind_name(item.kind)}, "", 0};
    }
    texts.push_back(item.text);
  }
  return texts;
}

}  // namespace

std::optional<OwnVerb> own_verb(std::string_view word) {
  for (const auto& [name, verb] : kVerbs) {
    if (name == word) return verb;
  }
  return std::nullopt;
}

const std::vector<OwnField>& own_fields(OwnVerb verb) {
  switch (verb) {
    case OwnVerb::add: return kAddFields;
    case OwnVerb::apply: return kApplyFields;
    case OwnVerb::decide: return kDecideFields;
    case OwnVerb::correct: break;
  }
  return kCorrectFields;
}

std::string member_name(std::string_view option) {
  std::string name;
  bool upper = false;
  for (const char c : option) {
    if (c != '-') name.push_back(upper ? static_cast<char>(c - 'a' + 'A') : c);
    upper = c == '-';
  }
  return name;
}

text::Result<OwnFact> own_fact(OwnVerb verb, const OwnValues& values, text::Timestamp now,
                               const Pseudonymiser& pseudonymiser) {
  for (const auto& [option, texts] : values) {
    if (texts.size() > kMostValues) return text::Problem{"has more than 1,000 values", option, 0};
    for (const std::string& text : texts) {
      if (text.size() > kMostBytes) return text::Problem{"is longer than 1,024 bytes", option, 0};
    }
  }
  Details details{values};
  OwnFact fact = verb == OwnVerb::add      ? add_credit(details, pseudonymiser)
                 : verb == OwnVerb::apply  ? apply(details, now, pseudonymiser)
                 : verb == OwnVerb::decide ? decide(details, now)
                                           : correct(details, now);
  if (fact.time > now) details.refuse(verb == OwnVerb::add ? "issued" : "submitted", "is in the future");
  if (details.problem()) return *details.problem();
  fact.details = details.whole();
  return fact;
}

text::Result<OwnValues> own_values(OwnVerb verb, std::string_view json) {
  const auto root = text::parse_json_object(json);
  if (!root) return root.error();
  OwnValues values;
  for (const text::JsonMember& member : root->members) {
    const OwnField* const field = field_of_member(verb, member.key);
    if (field == nullptr) return text::Problem{"isn't known here", member.key, 0};
    const text::Result<std::vector<std::string>> texts = texts_of(*field, member.value);
    if (!texts) return text::Problem{texts.error().message, member.key, 0};
    // `false` is as if the flag weren't there.
    if (field->flag && texts->empty()) continue;
    std::vector<std::string>& all = values[std::string{field->name}];
    all.insert(all.end(), texts->begin(), texts->end());
  }
  return values;
}

}  // namespace trailkeeper::rules::credits
