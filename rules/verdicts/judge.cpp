#include "rules/verdicts/judge.h"

#include <fmt/format.h>

#include "rules/iam/arn.h"
#include "rules/iam/explain.h"
#include "rules/iam/statement_match.h"
#include "rules/iam/text.h"
#include "rules/verdicts/resource.h"

namespace trailkeeper::rules::verdicts {
namespace {

// How many principals, and kinds of events, are remembered; past that, all are looked up anew.
constexpr std::size_t kRemembered = 1U << 16;

constexpr std::string_view kActivate = "activate.amazonaws.com";

// A key's or role's own policy isn't in the trail. What an account's default key policy says: IAM's policies decide.
const iam::Policy& delegating_policy(std::string_view account) {
  static thread_local std::string of_account;
  static thread_local iam::Policy policy;
  if (of_account != account) {
    policy = *iam::parse_policy(
        fmt::format(R"({{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Principal":{{"AWS":"{}"}}}}}})",
                    account),
        iam::PolicyKind::resource);
    of_account = account;
  }
  return policy;
}

bool allows_all(const iam::Policy& policy) {
  return std::any_of(policy.statements.begin(), policy.statements.end(), [](const iam::Statement& statement) {
    const bool actions = statement.actions == iam::Statement::Names::listed &&
                         std::any_of(statement.action_patterns.begin(), statement.action_patterns.end(),
                                     [](const iam::ActionPattern& pattern) { return pattern.matches_everything(); });
    const bool resources = statement.resources == iam::Statement::Names::listed &&
                           std::any_of(statement.resource_patterns.begin(), statement.resource_patterns.end(),
                                       [](const iam::ResourcePattern& pattern) { return pattern.everything; });
    return statement.allow && actions && resources && statement.conditions.empty();
  });
}

bool denies_anything(const iam::Policy& policy) {
  return std::any_of(policy.statements.begin(), policy.statements.end(),
                     [](const iam::Statement& statement) { return !statement.allow; });
}

// One of the policies allows all, and none denies anything.
bool open(iam::Policies policies) {
  return std::any_of(policies.begin(), policies.end(), [](const iam::Policy* p) { return allows_all(*p); }) &&
         std::none_of(policies.begin(), policies.end(), [](const iam::Policy* p) { return denies_anything(*p); });
}

// Kinds of events that record no call of an API with IAM's permission.
std::string_view reason_of_type(std::string_view type) {
  if (type == "AwsServiceEvent") return "a service did this by itself";
  if (type == "AwsConsoleSignIn") return "signing in needs no permission";
  if (type == "AwsConsoleAction") return "this was done in the console and is no call of an API";
  if (type == "AwsVpceEvents" || type == "AwsVpceEvent") return "a VPC endpoint's policy decided";
  if (type == "AwsCloudTrailInsight") return "an insight is no call";
  return {};
}

}  // namespace

/// An event while its verdict is being found.
struct Judge::Case {
  explicit Case(const EventFacts& of) : facts(of) {}

  const EventFacts& facts;
  const requirements::Requirement* requirement = nullptr;
  Verdict verdict = Verdict::unknown;
  bool needs_record = false;
  bool explain = false;
  bool broken = false;  // Nothing of the record would help.
  grants::Window window;
  std::string why;
  std::string rule;
  std::string resource;
  std::shared_ptr<const grants::Granted> granted;
  iam::Verdict decision = iam::Verdict::unknown;
  std::vector<std::string> decided_by;
  std::vector<std::string> missing;
  std::vector<Judgement::Considered> considered;

  void settle(Verdict as, std::string_view because) {
    verdict = as;
    if (!explain) return;
    why = because;
    if (!why.ends_with('.')) why += '.';
  }
  [[nodiscard]] bool failed() const { return !facts.error_code.empty(); }
};

bool is_administrator(const grants::Granted& granted) {
  if (!granted.unknown.empty()) return false;
  const iam::PolicySet& set = granted.policies();
  const bool boundary = set.permission_boundaries.empty() || open(set.permission_boundaries);
  return open(set.identity) && boundary &&
         std::all_of(set.service_control.begin(), set.service_control.end(),
                     [](iam::Policies level) { return open(level); });
}

std::string statement_words(const iam::StatementPlace& place, const grants::Granted* granted) {
  const std::string statement =
      place.sid.empty() ? fmt::format("statement {}", place.statement) : fmt::format("statement \"{}\"", place.sid);
  if (place.kind == iam::PolicyKind::resource) return statement + " of the resource's own policy";
  const grants::Document* const document = granted == nullptr ? nullptr : granted->document(place);
  const std::string name = document == nullptr ? std::string{iam::kind_words(place.kind)} : document->name;
  const bool boundary = place.kind == iam::PolicyKind::permission_boundary;
  return fmt::format("{} of {}{}", statement, boundary ? "the boundary " : "", name);
}

std::size_t Judge::HashOfAsked::operator()(const Asked& asked) const {
  constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15;
  std::uint64_t hash = reinterpret_cast<std::uintptr_t>(asked.granted) * kMix;
  hash = (hash ^ reinterpret_cast<std::uintptr_t>(asked.requirement)) * kMix;
  hash = (hash ^ asked.caller) * kMix;
  return hash ^ hash >> 32;
}

const requirements::Requirement& Judge::requirement(const EventFacts& facts) {
  key_.assign(facts.event_source);
  key_ += '\n';
  key_ += facts.event_name;
  const auto found = requirements_.find(key_);
  if (found != requirements_.end()) return found->second;
  if (requirements_.size() >= kRemembered) {
    requirements_.clear();
    decisions_.clear();
  }
  return requirements_.emplace(key_, catalogue_.requirement(facts.event_source, facts.event_name)).first->second;
}

std::shared_ptr<const grants::Granted> Judge::granted(const grants::Holder& holder, event::Timestamp time) {
  key_ = static_cast<char>('0' + static_cast<int>(holder.kind));
  key_ += holder.account;
  key_ += '/';
  key_ += holder.name;
  if (granted_.size() >= kRemembered) granted_.clear();
  std::shared_ptr<const grants::Granted>& known = granted_[key_];
  if (!known || !known->window.covers(time)) known = history_.granted(holder, time);
  return known;
}

bool Judge::settle_without_policies(Case& one) {
  const EventFacts& facts = one.facts;
  const auto not_applicable = [&](std::string_view because) {
    one.settle(Verdict::not_applicable, because);
    return true;
  };
  if (const std::string_view reason = reason_of_type(facts.event_type); !reason.empty()) return not_applicable(reason);
  if (!one.requirement->none.empty()) return not_applicable(one.requirement->none);
  if (!one.requirement->parsed) return not_applicable("it isn't known which permission such an event needs");
  const std::string_view type = facts.identity_type;
  const bool foreign =
      !facts.account.empty() && !facts.recipient_account.empty() && facts.account != facts.recipient_account;
  if (facts.event_source == kActivate && foreign && !one.failed()) {
    one.rule = "R12";
    one.settle(Verdict::not_granted, "the caller has no IAM user in the account whose Activate membership this is");
    return true;
  }
  if (type == "AWSService") return not_applicable("a service did this by itself");
  if (type.empty()) return not_applicable("the event names no caller");
  if (type == "AWSAccount" || type == "Unknown") {
    one.settle(Verdict::unknown, type == "AWSAccount"
                                     ? "the caller is of another account, which alone knows its policies"
                                     : "the caller couldn't be told");
    return true;
  }
  if (type != "Root" && type != "IAMUser" && type != "AssumedRole" && type != "Role" && type != "FederatedUser") {
    return not_applicable("IAM's policies don't decide for this kind of caller");
  }
  return false;
}

const iam::Policy* Judge::resource_policy(const Case& one, const iam::Action& action) {
  const auto arn = iam::Arn::parse(one.resource);
  if (!arn) return nullptr;
  const bool role = action.service() == "sts" && arn->service == "iam" && arn->resource.starts_with("role/");
  if (role) {
    const std::string_view name = arn->resource.substr(arn->resource.rfind('/') + 1);
    trusting_ = granted({grants::Holder::Kind::role, arn->account, name}, one.facts.time);
    if (trusting_->trust && trusting_->trust->policy) return &*trusting_->trust->policy;
  }
  if (role || action.service() == "kms")
    return &delegating_policy(arn->account == one.facts.account ? arn->account : "*");
  // Another account's side isn't known: what it says is seen by whether the call succeeded.
  const bool foreign = iam::is_account_id(arn->account) && arn->account != one.facts.account;
  return foreign ? &delegating_policy("*") : nullptr;
}

const iam::Decision& Judge::decide(const grants::Granted& granted, const EventFacts& facts, const iam::Action& action,
                                   std::string_view resource) {
  context_.clear();
  context_.add_caller(facts, granted.arn, granted.organization);
  iam::Request request;
  if (const auto principal = iam::Principal::parse(facts.arn.empty() ? std::string_view{granted.arn} : facts.arn)) {
    request.principal = *principal;
  }
  request.action = &action;
  request.resource = resource;
  request.resource_account = request.principal.account;
  request.context = context_.view();
  request.management_account = granted.management_account;
  return evaluator_.evaluate(request, granted.policies());
}

// Asks each policy by itself, for people who want to know what it says.
void Judge::consider(Case& one, const iam::Request& request, const iam::Policy* resource) {
  const bool bounded = !one.granted->boundaries.empty();
  const auto ask = [&](const iam::Policy& policy, iam::PolicyKind kind, std::string name) {
    std::string says;
    for (std::size_t i = 0; i < policy.statements.size(); ++i) {
      const iam::Statement& statement = policy.statements[i];
      iam::MissingKeys missing;
      const iam::Tri applies = iam::match_statement(statement, kind, request, bounded, missing).applies;
      if (applies == iam::Tri::no) continue;
      const std::string label =
          statement.sid.empty() ? fmt::format("statement {}", i) : fmt::format("statement \"{}\"", statement.sid);
      const std::string_view sure = applies == iam::Tri::yes ? "" : " perhaps";
      says += fmt::format("{}{}{} {} it", says.empty() ? "" : ", ", label, sure, statement.allow ? "allows" : "denies");
    }
    one.considered.push_back(
        {std::string{iam::kind_words(kind)}, std::move(name), says.empty() ? "nothing about it" : says});
  };
  const auto ask_all = [&](const std::vector<grants::DocumentPtr>& documents, iam::PolicyKind kind) {
    for (const grants::DocumentPtr& document : documents) {
      if (document->policy) ask(*document->policy, kind, document->name);
    }
  };
  ask_all(one.granted->identity, iam::PolicyKind::identity);
  ask_all(one.granted->boundaries, iam::PolicyKind::permission_boundary);
  for (const auto& level : one.granted->service_control) ask_all(level, iam::PolicyKind::service_control);
  for (const auto& level : one.granted->resource_control) ask_all(level, iam::PolicyKind::resource_control);
  if (resource == nullptr) return;
  const bool trust =
      trusting_ && trusting_->trust && trusting_->trust->policy && &*trusting_->trust->policy == resource;
  ask(*resource, iam::PolicyKind::resource,
      trust ? trusting_->trust->name : "the resource's own, taken to let the caller's decide");
}

// The policies' decision; with the reasons, if they are wanted.
void Judge::decide(Case& one, const iam::JsonNode* record) {
  const EventFacts& facts = one.facts;
  const requirements::Requirement& needed = *one.requirement;
  context_.clear();
  context_.add_caller(facts, one.granted->arn, one.granted->organization);
  if (record != nullptr) context_.add_record(facts, *record);
  if (needed.without_resource) {
    one.resource = "*";
  } else if (record != nullptr) {
    one.resource = resource_of(facts, *record, *needed.parsed, catalogue_);
  }
  const bool federated = facts.identity_type == "FederatedUser";
  const std::string_view who = federated || facts.arn.empty() ? std::string_view{one.granted->arn} : facts.arn;
  const auto principal = iam::Principal::parse(who);
  if (!principal) {
    one.broken = true;
    return one.settle(Verdict::unknown, "the caller's ARN is broken: " + principal.error());
  }
  iam::Request request;
  request.principal = *principal;
  request.action = &*needed.parsed;
  request.resource = one.resource;
  const auto arn = iam::Arn::parse(one.resource);
  request.resource_account = arn && iam::is_account_id(arn->account) ? arn->account : principal->account;
  request.context = context_.view();
  request.management_account = one.granted->management_account;
  iam::PolicySet policies = one.granted->policies();
  policies.resource = resource_policy(one, *needed.parsed);
  const iam::Decision& decision = evaluator_.evaluate(request, policies);
  // Which role is to be taken decides whose trust counts.
  const bool trust_counts = record == nullptr && needed.parsed->text().starts_with("sts:assumerole");
  one.decision = trust_counts && decision.verdict == iam::Verdict::allowed ? iam::Verdict::unknown : decision.verdict;
  if (!one.explain) return;
  one.why = iam::explain(decision, request, needed.action);
  for (const iam::StatementPlace& place : decision.by) {
    one.decided_by.push_back(statement_words(place, one.granted.get()));
  }
  if (!one.decided_by.empty()) {
    const bool allows = decision.verdict == iam::Verdict::allowed;
    one.why = fmt::format("{} is {} by {}{}.", needed.action, allows ? "allowed" : "denied", one.decided_by.front(),
                          allows ? ", and nothing denies it" : "");
  }
  one.missing.insert(one.missing.end(), decision.missing.begin(), decision.missing.end());
  consider(one, request, policies.resource);
}

// The same from what is remembered. What the caller's fields add to the context is part of the key.
void Judge::decide_quickly(Case& one) {
  const EventFacts& facts = one.facts;
  std::uint64_t caller = iam::key_hash(facts.principal_id) * 3 + iam::key_hash(facts.arn);
  if (one.granted->asks_region) caller = caller * 5 + iam::key_hash(facts.region);
  const Asked asked{one.granted.get(), one.requirement, caller};
  if (decisions_.size() >= kRemembered) decisions_.clear();
  const auto [found, is_new] = decisions_.try_emplace(asked);
  if (is_new) {
    decide(one, nullptr);
    found->second = {one.decision, one.granted};
  }
  one.decision = found->second.first;
}

void Judge::ask_policies(Case& one, const iam::JsonNode* record) {
  const EventFacts& facts = one.facts;
  const auto holder = holder_of(facts);
  if (!holder) return one.settle(Verdict::unknown, "the event doesn't say which user or role called");
  one.granted = granted(*holder, facts.time);
  one.window.narrow(one.granted->window);
  if (!one.granted->unknown.empty()) return one.settle(Verdict::unknown, one.granted->unknown);

  // A federated user's session has at most what its user has; the session's policy isn't known.
  const bool federated = facts.identity_type == "FederatedUser";
  if (record != nullptr || one.explain || federated) {
    decide(one, record);
  } else {
    decide_quickly(one);
  }
  if (federated && one.decision == iam::Verdict::allowed) {
    one.decision = iam::Verdict::unknown;
    if (one.explain) one.missing.emplace_back("the session policy");
  }
  if (one.decision == iam::Verdict::unknown) {
    one.verdict = Verdict::unknown;
    one.needs_record = record == nullptr && !federated && !one.broken;
    return;
  }
  const requirements::Requirement& needed = *one.requirement;
  const bool allowed = one.decision == iam::Verdict::allowed;
  if (!one.failed()) {
    one.verdict = allowed ? Verdict::granted : Verdict::not_granted;
    one.rule = needed.rule;
    if (allowed && !needed.administrator_rule.empty() && facts.identity_type != "Root" &&
        !is_administrator(*one.granted)) {
      one.rule = needed.administrator_rule;
      one.settle(Verdict::not_granted, "only root and administrators may do this, and the caller is neither");
    }
    return;
  }
  one.rule = needed.rule;
  if (is_denial(facts.error_code)) {
    one.verdict = allowed ? Verdict::denied_though_granted : Verdict::denied_as_expected;
  } else {
    one.verdict = allowed ? Verdict::granted : Verdict::not_applicable;
    if (!allowed && one.explain)
      one.why = "It failed for another reason, so permissions may not have been asked for. " + one.why;
  }
}

void Judge::settle(Case& one, const iam::JsonNode* record) {
  one.requirement = &requirement(one.facts);
  if (!settle_without_policies(one)) ask_policies(one, record);
}

Judge::Quick Judge::quick(const EventFacts& facts) {
  Case one{facts};
  settle(one, nullptr);
  return {one.verdict, one.needs_record, one.granted && one.granted->asks_region, one.window};
}

Verdict Judge::verdict(const EventFacts& facts, const iam::JsonNode& record) {
  Case one{facts};
  settle(one, &record);
  return one.verdict;
}

Judgement Judge::judgement(const EventFacts& facts, const iam::JsonNode& record) {
  Case one{facts};
  one.explain = true;
  settle(one, &record);
  Judgement out;
  out.verdict = one.verdict;
  out.why = std::move(one.why);
  out.requirement = *one.requirement;
  out.rule = std::move(one.rule);
  out.resource = std::move(one.resource);
  out.granted = std::move(one.granted);
  out.decision = one.decision;
  out.decided_by = std::move(one.decided_by);
  out.missing = std::move(one.missing);
  out.considered = std::move(one.considered);
  return out;
}

}  // namespace trailkeeper::rules::verdicts
