#include "rules/verdicts/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "rules/iam/arn.h"
#include "rules/iam/aws_owned.h"
#include "rules/iam/explain.h"
#include "rules/verdicts/administrator.h"
#include "rules/verdicts/resource.h"

namespace trailkeeper::rules::verdicts {
namespace {

// How many principals, and kinds of events, are remembered; past that, all are looked up anew.
constexpr std::size_t kRemembered = 1U << 16;

constexpr std::string_view kActivate = "activate.amazonaws.com";
constexpr std::string_view kIam = "iam.amazonaws.com";

// An action whose name nobody knows, in words.
constexpr std::string_view kAnything = "any action";

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

// Which of several answers decides.
int rank(iam::EvalDecision verdict) {
  switch (verdict) {
    case iam::EvalDecision::allowed: return 0;
    case iam::EvalDecision::unknown: return 1;
    case iam::EvalDecision::implicitly_denied: return 2;
    default: return 3;
  }
}

// What else than the principal's own policies limits a session, of which nothing is known; empty: nothing.
std::string_view limit_of_session(const text::JsonNode& record) {
  const text::JsonNode* const identity = record.find("userIdentity");
  if (identity == nullptr) return {};
  if (scalar_at(*identity, {"sessionContext", "assumedRoot"}) == "true") return "the task policy of sts:AssumeRoot";
  return text_at(*identity, {"invokedByDelegate", "accountId"}).empty()
             ? ""
             : "the permissions that were delegated (invokedByDelegate)";
}

bool denies(iam::EvalDecision verdict) {
  return verdict == iam::EvalDecision::explicitly_denied || verdict == iam::EvalDecision::implicitly_denied;
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
  bool whole = false;  // The record is at hand.
  bool needs_record = false;
  bool explain = false;  // With all reasons.
  bool says_why = false;
  bool denied_everywhere = false;  // On every resource.
  bool broken = false;             // Nothing of the record would help.
  grants::Window window;
  std::string why;
  std::string rule;
  std::string action;
  std::string resource;
  text::Timestamp asked = 0;                       // When what was granted counts.
  std::shared_ptr<const grants::Granted> granted;  // What the caller had then.
  std::shared_ptr<const grants::Granted> owner;    // What holds for the account that the resource is in.
  iam::EvalDecision decision = iam::EvalDecision::unknown;
  std::vector<std::string> decided_by;
  std::vector<std::string> missing;
  std::vector<Considered> considered;

  void settle(Verdict as, std::string_view because) {
    verdict = as;
    if (!says_why) return;
    why = because;
    if (explain && !why.ends_with('.')) why += '.';
  }
  void take(Case&& other) {
    needs_record = other.needs_record;
    broken = other.broken;
    denied_everywhere = other.denied_everywhere;
    why = std::move(other.why);
    action = std::move(other.action);
    resource = std::move(other.resource);
    granted = std::move(other.granted);
    decision = other.decision;
    decided_by = std::move(other.decided_by);
    missing = std::move(other.missing);
    considered = std::move(other.considered);
  }
  // The resource isn't known yet, so an answer has to hold for every one.
  [[nodiscard]] bool any_resource(const Question& question) const { return !whole && question.resource.arn.empty(); }
  [[nodiscard]] bool failed() const { return outcome_of(facts.error_code) != Outcome::allowed; }
};

std::size_t Judge::HashOfAsked::operator()(const Asked& asked) const {
  constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15;
  std::uint64_t hash = reinterpret_cast<std::uintptr_t>(asked.granted) * kMix;
  hash = (hash ^ reinterpret_cast<std::uintptr_t>(asked.requirement)) * kMix;
  hash = (hash ^ asked.caller) * kMix;
  return hash ^ hash >> 32;
}

const std::vector<requirements::Requirement>& Judge::requirements(const EventFacts& facts) {
  key_.assign(facts.event_source);
  key_ += '\n';
  key_ += facts.event_name;
  const auto found = requirements_.find(key_);
  if (found != requirements_.end()) return found->second;
  if (requirements_.size() >= kRemembered) {
    requirements_.clear();
    decisions_.clear();
  }
  return requirements_.emplace(key_, catalogue_.requirements(facts.event_source, facts.event_name)).first->second;
}

std::shared_ptr<const grants::Granted> Judge::granted(const grants::Holder& holder, text::Timestamp time) {
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
  if (facts.event_type == "AwsConsoleSignIn" && outcome_of(facts.error_code) == Outcome::refused) {
    one.settle(Verdict::unknown, "a resource policy of console sign-in may have refused it, and those aren't known");
    return true;
  }
  if (const std::string_view reason = reason_of_type(facts.event_type); !reason.empty()) return not_applicable(reason);
  if (!one.requirement->none.empty()) return not_applicable(one.requirement->none);
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
  if (!one.requirement->parsed) {
    one.settle(Verdict::unknown, one.requirement->unknown.empty()
                                     ? "it isn't known which permission such an event needs"
                                     : std::string_view{one.requirement->unknown});
    return true;
  }
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

const iam::Policy* Judge::resource_policy(const Case& one, const Question& question) {
  const auto arn = iam::Arn::parse(question.resource.arn);
  if (!arn) return nullptr;
  const std::string_view service = question.action->service();
  const bool role = service == "sts" && arn->service == "iam" && arn->resource.starts_with("role/");
  if (role) {
    const std::string_view name = arn->resource.substr(arn->resource.rfind('/') + 1);
    trusting_ = granted({grants::Holder::Kind::role, arn->account, name}, one.asked);
    if (trusting_->trust && trusting_->trust->policy) return &*trusting_->trust->policy;
  }
  // Another account's side isn't known: what it says is seen by whether the call succeeded.
  const std::string& account = question.resource.account;
  const bool foreign = !account.empty() && account != request_.principal.account;
  if (foreign) return &delegating_policy("*");
  return role || service == "kms" ? &delegating_policy(request_.principal.account) : nullptr;
}

const iam::Decision& Judge::decide(const grants::Granted& granted, const EventFacts& facts, const iam::Action& action,
                                   std::string_view resource) {
  context_.clear();
  context_.add_caller(facts, granted.arn, granted.organization);
  context_.add_tags(granted);
  iam::Request request;
  if (const auto principal = iam::Principal::parse(facts.arn.empty() ? std::string_view{granted.arn} : facts.arn)) {
    request.principal = *principal;
  }
  request.principal.service_linked = granted.service_linked();
  request.action = &action;
  request.resource = resource;
  request.resource_account = request.principal.account;
  request.context = context_.view();
  request.management_account = granted.management_account;
  return evaluator_.evaluate(request, granted.policies());
}

// Everything that had to be allowed: each action on each of its resources.
std::vector<Judge::Question> Judge::questions(const Case& one, const text::JsonNode* record) const {
  std::vector<Question> questions;
  const auto add = [&](const iam::Action& action, std::string_view words, bool without_resource) {
    std::vector<Resource> resources;
    if (without_resource) {
      resources.push_back({"*", std::string{one.facts.account}});
    } else if (record != nullptr) {
      resources = resources_of(one.facts, *record, action, catalogue_);
    }
    if (resources.empty()) resources.emplace_back();
    for (Resource& resource : resources) {
      resource.arn = history_.with_path(std::move(resource.arn), one.asked);
      questions.push_back({&action, words, std::move(resource)});
    }
  };
  add(*one.requirement->parsed, one.requirement->unknown.empty() ? one.requirement->action : kAnything,
      one.requirement->without_resource);
  for (const auto& more : one.requirement->more) add(more.parsed, more.action, more.without_resource);
  return questions;
}

// The policies' answer; valid until the next one.
const iam::Decision& Judge::answer(Case& one, const Question& question) {
  const grants::Granted& has = *one.granted;
  const std::string_view owner =
      question.resource.account.empty() ? request_.principal.account : std::string_view{question.resource.account};
  context_.set_resource_account(question.resource.account);
  request_.action = question.action;
  request_.resource = question.resource.arn;
  request_.resource_account = owner;
  request_.context = context_.view();
  request_.management_account = has.management_account;
  iam::PolicySet policies = one.any_resource(question) ? has.policies_of_any_owner() : has.policies();
  policies.resource = resource_policy(one, question);
  // RCPs are those of the resource's account.
  one.owner = one.granted;
  if (owner != has.account) {
    one.owner = granted({grants::Holder::Kind::root, owner, {}}, one.asked);
    policies.resource_control = one.owner->policies().resource_control;
  }
  return evaluator_.evaluate(request_, policies);
}

// An answer's verdict. Without the whole record it has to be that on every resource, or it is unknown: this is the one
// place where the two ways to judge an event could come apart.
iam::EvalDecision Judge::verdict_on(Case& one, const Question& question) {
  using iam::EvalDecision;
  const iam::Decision& decision = answer(one, question);
  if (!one.any_resource(question)) return decision.verdict;
  if (decision.verdict == EvalDecision::explicitly_denied) {
    // An RCP is one of the account that the resource is in.
    const bool everywhere = std::any_of(decision.by.begin(), decision.by.end(), [](const iam::StatementPlace& place) {
      return place.kind != iam::PolicyKind::resource_control;
    });
    return everywhere ? decision.verdict : EvalDecision::unknown;
  }
  // Which role is to be taken decides whose trust counts.
  const iam::Action& action = *question.action;
  if (action.service() == "sts" && decision.ground != iam::Ground::caller_identity) return EvalDecision::unknown;
  const grants::Granted& has = *one.granted;
  // RCPs don't bind the management account's resources, but others'.
  const bool rcps = has.account == has.management_account && !has.any_resource_control.empty() &&
                    iam::supports_resource_control(action.service());
  if (decision.verdict != EvalDecision::allowed) {
    // Where not all policies are known only a Deny counts, so whether there is one matters.
    return (decision.may_deny || rcps) && !has.unknown.empty() ? EvalDecision::unknown : decision.verdict;
  }
  return rcps || iam::may_be_aws_owned(action) ? EvalDecision::unknown : EvalDecision::allowed;
}

// The reasons of a decision, for people.
void Judge::give_reasons(Case& one, const Question& question, const iam::Decision& decision) {
  // Where IAM knows no action of the event's name, there is none to be named.
  if (question.words != kAnything && one.requirement->unknown.empty()) one.action = question.words;
  one.resource = question.resource.arn;
  one.why = iam::explain(decision, request_, question.words);
  for (const iam::StatementPlace& place : decision.by) {
    const bool of_owner = place.kind == iam::PolicyKind::resource_control;
    one.decided_by.push_back(statement_words(place, of_owner ? one.owner.get() : one.granted.get()));
  }
  if (!one.decided_by.empty()) {
    const bool allows = decision.verdict == iam::EvalDecision::allowed;
    one.why = fmt::format("{} is {} by {}{}.", question.words, allows ? "allowed" : "denied", one.decided_by.front(),
                          allows ? ", and nothing denies it" : "");
  }
  one.missing.insert(one.missing.end(), decision.missing.begin(), decision.missing.end());
  one.considered = considered_by(*one.granted, request_);
  const iam::Policy* const resource = resource_policy(one, question);
  if (resource == nullptr) return;
  const bool trust =
      trusting_ && trusting_->trust && trusting_->trust->policy && &*trusting_->trust->policy == resource;
  one.considered.push_back(considered(
      *resource, iam::PolicyKind::resource,
      trust ? std::string_view{trusting_->trust->name} : "the resource's own, taken to let the caller's decide",
      !one.granted->boundaries.empty(), request_));
}

// The policies' decision: the worst answer to what had to be allowed.
void Judge::decide(Case& one, const text::JsonNode* record) {
  const EventFacts& facts = one.facts;
  one.whole = record != nullptr;
  context_.clear();
  context_.add_caller(facts, one.granted->arn, one.granted->organization);
  if (record != nullptr) context_.add_record(facts, *record);
  const bool federated = facts.identity_type == "FederatedUser";
  if (!federated) context_.add_tags(*one.granted);  // Else the session may have brought its own.
  const std::string_view who = federated || facts.arn.empty() ? std::string_view{one.granted->arn} : facts.arn;
  auto principal = iam::Principal::parse(who);
  // A session whose ARN is broken counts as its role.
  if (!principal && facts.identity_type == "AssumedRole") principal = iam::Principal::parse(one.granted->arn);
  if (!principal) {
    one.broken = true;
    one.decision = iam::EvalDecision::unknown;
    return one.settle(Verdict::unknown, "the caller's ARN is broken: " + principal.error());
  }
  request_.principal = *principal;
  request_.principal.service_linked = one.granted->service_linked();
  const std::vector<Question> asked = questions(one, record);  // One at least.
  std::size_t worst = 0;
  one.decision = verdict_on(one, asked.front());
  one.denied_everywhere = denies(one.decision);
  for (std::size_t i = 1; i < asked.size(); ++i) {
    const iam::EvalDecision verdict = verdict_on(one, asked[i]);
    one.denied_everywhere = one.denied_everywhere && denies(verdict);
    if (rank(verdict) <= rank(one.decision)) continue;
    worst = i;
    one.decision = verdict;
  }
  if (one.explain) give_reasons(one, asked[worst], answer(one, asked[worst]));
}

// The same from what is remembered. What the caller's fields add to the context is part of the key.
void Judge::decide_quickly(Case& one) {
  const EventFacts& facts = one.facts;
  std::uint64_t caller = 0;
  for (const std::string_view field :
       {facts.principal_id, facts.arn, facts.user_name, facts.account, facts.identity_type}) {
    caller = caller * 3 + iam::key_hash(field);
  }
  if (one.granted->asks_region) caller = caller * 5 + iam::key_hash(facts.region);
  const Asked asked{one.granted.get(), one.requirement, caller};
  if (decisions_.size() >= kRemembered) decisions_.clear();
  const auto [found, is_new] = decisions_.try_emplace(asked);
  if (is_new) {
    decide(one, nullptr);
    found->second = {one.decision, one.granted};
  }
  one.decision = found->second.first;
  one.denied_everywhere = denies(one.decision);  // Without the record there is one question for each action.
}

// What was found so far doesn't decide: the reason goes with it, so that no sentence contradicts the verdict.
void Judge::leave_unknown(Case& one, std::string_view because) {
  one.decision = iam::EvalDecision::unknown;
  one.decided_by.clear();
  one.settle(Verdict::unknown, because);
}

// What the caller's policies at one.asked decide. Where not all of them are known, only a Deny counts.
void Judge::ask_policies(Case& one, const text::JsonNode* record) {
  const grants::Granted& has = *one.granted;
  one.decision = iam::EvalDecision::unknown;
  const bool asked = has.unknown.empty() || (!has.doubtful && !has.empty());
  if (asked) {
    if (record != nullptr || one.explain || one.facts.identity_type == "FederatedUser") {
      decide(one, record);
    } else {
      decide_quickly(one);
    }
  }
  if (has.unknown.empty() || one.decision == iam::EvalDecision::explicitly_denied) return;
  one.needs_record = asked && record == nullptr && one.decision == iam::EvalDecision::unknown && !one.broken;
  leave_unknown(one, has.unknown);
}

// What was granted when the event happened; then what the policies say.
void Judge::ask_as_of_event(Case& one, const text::JsonNode* record) {
  const EventFacts& facts = one.facts;
  const auto holder = holder_of(facts);
  if (!holder) return one.settle(Verdict::unknown, "the event doesn't say which user or role called");
  // A call that changes what is granted is judged by what held before it: nobody's own grant allows itself.
  const bool changes = facts.event_source == kIam && grants::changes_grants(facts.event_name);
  one.asked = changes ? facts.time - 1 : facts.time;
  one.granted = granted(*holder, one.asked);
  grants::Window window = one.granted->window;
  if (changes) window = window.later(1);
  one.window.narrow(window);
  ask_policies(one, record);
  if (changes || one.granted->window.begin != facts.time) return;
  // Something changed within the event's second: only what both states say is sure.
  one.window.narrow({facts.time, facts.time + 1});
  Case before{facts};
  before.requirement = one.requirement;
  before.explain = one.explain;
  before.says_why = one.says_why;
  before.asked = facts.time - 1;
  before.granted = granted(*holder, before.asked);
  if (!before.granted->unknown.empty()) return;
  ask_policies(before, record);
  if (before.decision == one.decision || (denies(before.decision) && denies(one.decision))) return;
  if (!one.granted->unknown.empty()) {
    before.window = one.window;
    one.take(std::move(before));
    return;
  }
  one.needs_record = one.needs_record || before.needs_record ||
                     (record == nullptr &&
                      (one.decision == iam::EvalDecision::unknown || before.decision == iam::EvalDecision::unknown));
  leave_unknown(one, "what the caller may changed within the same second");
}

void Judge::settle_by_policies(Case& one, const text::JsonNode* record) {
  const EventFacts& facts = one.facts;
  ask_as_of_event(one, record);
  // A federated user's session has at most what its user has; the session's policy isn't known.
  const bool federated = facts.identity_type == "FederatedUser";
  const std::string_view limit = federated           ? "the session policy"
                                 : record == nullptr ? std::string_view{}
                                                     : limit_of_session(*record);
  if (!limit.empty() && one.decision == iam::EvalDecision::allowed) {
    leave_unknown(one, fmt::format("what the session may depends on {}, which isn't known", limit));
    if (one.explain) one.missing.emplace_back(limit);
  }
  one.needs_record = one.needs_record || (facts.limited && record == nullptr);
  // Of an action without a name only what anything may do is known.
  if (!one.requirement->unknown.empty() && one.granted && one.granted->unknown.empty() &&
      one.decision != iam::EvalDecision::allowed && one.decision != iam::EvalDecision::unknown) {
    return leave_unknown(one, one.requirement->unknown);
  }
  if (one.decision == iam::EvalDecision::unknown) {
    one.verdict = Verdict::unknown;
    const bool known = one.granted && one.granted->unknown.empty();
    one.needs_record = one.needs_record || (known && record == nullptr && !federated && !one.broken);
    return;
  }
  const requirements::Requirement& needed = *one.requirement;
  const bool allowed = one.decision == iam::EvalDecision::allowed;
  one.rule = needed.rule;
  if (!one.failed()) {
    one.verdict = allowed ? Verdict::granted : Verdict::not_granted;
    if (allowed && !needed.administrator_rule.empty() && facts.identity_type != "Root" &&
        !is_administrator(*one.granted)) {
      one.rule = needed.administrator_rule;
      one.settle(Verdict::not_granted, "only root and administrators may do this, and the caller is neither");
    }
    return;
  }
  if (outcome_of(facts.error_code) == Outcome::refused) {
    one.verdict = allowed ? Verdict::denied_though_granted : Verdict::denied_as_expected;
  } else {
    one.verdict = allowed ? Verdict::granted : Verdict::not_applicable;
    if (!allowed && one.explain)
      one.why = "It failed for another reason, so permissions may not have been asked for. " + one.why;
  }
}

void Judge::settle_as(Case& one, const text::JsonNode* record) {
  if (!settle_without_policies(one)) settle_by_policies(one, record);
}

// The event doesn't tell which of several requirements it has. Where all come to the same, that is it.
void Judge::settle_undecided(Case& one, const std::vector<const requirements::Requirement*>& possible,
                             const text::JsonNode* record) {
  // Several actions may share the resources: where one action is denied on all of them another may be as it should.
  const auto sure = [](const Case& of) {
    return !of.needs_record && (!of.requirement->several || !denies(of.decision) || of.denied_everywhere);
  };
  bool agree = sure(one);
  for (std::size_t i = 1; i < possible.size(); ++i) {
    Case other{one.facts};
    other.requirement = possible[i];
    settle_as(other, record);
    one.window.narrow(other.window);
    agree = agree && sure(other) && other.verdict == one.verdict;
  }
  if (agree) return;
  one.needs_record = record == nullptr;
  std::string actions;
  for (const requirements::Requirement* requirement : possible) {
    if (requirement->action.empty()) continue;
    actions += (actions.empty() ? "" : " or ") + requirement->action;
  }
  leave_unknown(one, fmt::format("the event doesn't tell which {} it needed: {}",
                                 possible.front()->several ? "actions" : "action", actions));
}

Judge::Case Judge::settle(const EventFacts& facts, const text::JsonNode* record, Detail detail) {
  const auto possible = requirements::possible(requirements(facts), record);
  Case one{facts};
  one.explain = detail == Detail::reasons;
  one.says_why = detail != Detail::verdict;
  one.requirement = possible.front();
  settle_as(one, record);
  if (possible.size() > 1) settle_undecided(one, possible, record);
  return one;
}

Judge::Quick Judge::quick(const EventFacts& facts) {
  const Case one = settle(facts, nullptr, Detail::verdict);
  return {one.verdict, one.needs_record, one.granted && one.granted->asks_region, one.window};
}

Judge::Cause Judge::cause(const EventFacts& facts) {
  Case one = settle(facts, nullptr, Detail::cause);
  Cause out{Cause::Kind::event, {}, one.window};
  if (one.granted && !one.granted->unknown.empty()) {
    out.kind = Cause::Kind::policies;
    out.why = one.granted->unknown;
  } else if (!one.needs_record && one.verdict == Verdict::unknown && !one.why.empty()) {
    if (facts.identity_type == "AWSAccount") out.kind = Cause::Kind::other_account;
    out.why = std::move(one.why);
  } else {
    out.why =
        "CloudTrail doesn't carry what decides, a condition key, the resource or a session's policy; `trailkeeper "
        "findings --verdict unknown` names it";
  }
  return out;
}

Verdict Judge::verdict(const EventFacts& facts, const text::JsonNode& record) {
  return settle(facts, &record, Detail::verdict).verdict;
}

Judgement Judge::judgement(const EventFacts& facts, const text::JsonNode& record) {
  Case one = settle(facts, &record, Detail::reasons);
  Judgement out;
  out.verdict = one.verdict;
  out.why = std::move(one.why);
  out.requirement = *one.requirement;
  out.rule = std::move(one.rule);
  out.action = one.action.empty() ? out.requirement.action : std::move(one.action);
  out.resource = std::move(one.resource);
  out.granted = std::move(one.granted);
  out.decision = one.decision;
  out.decided_by = std::move(one.decided_by);
  out.missing = std::move(one.missing);
  out.considered = std::move(one.considered);
  return out;
}

}  // namespace trailkeeper::rules::verdicts
