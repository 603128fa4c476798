#include "rules/verdicts/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "rules/verdicts/administrator.h"

namespace trailkeeper::rules::verdicts {
namespace {

constexpr std::string_view kActivate = "activate.amazonaws.com";
constexpr std::string_view kIam = "iam.amazonaws.com";

// What else than the principal's own policies limits a session, of which nothing is known; empty: nothing.
std::string_view limit_of_session(const text::JsonNode& record) {
  const text::JsonNode* const identity = record.find("userIdentity");
  if (identity == nullptr) return {};
  if (scalar_at(*identity, {"sessionContext", "assumedRoot"}) == "true") return "the task policy of sts:AssumeRoot";
  return text_at(*identity, {"invokedByDelegate", "accountId"}).empty()
             ? ""
             : "the permissions that were delegated (invokedByDelegate)";
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
  bool explain = false;  // With all reasons.
  bool says_why = false;
  grants::Window window;
  std::string rule;
  text::Timestamp asked = 0;                       // When what was granted counts.
  std::shared_ptr<const grants::Granted> granted;  // What the caller had then.
  PolicyAnswer answer;                             // With the reason, also where policies weren't asked.

  void settle(Verdict as, std::string_view because) {
    verdict = as;
    if (!says_why) return;
    answer.why = because;
    if (explain && !answer.why.ends_with('.')) answer.why += '.';
  }
  void take(Case&& other) {
    needs_record = other.needs_record;
    granted = std::move(other.granted);
    answer = std::move(other.answer);
  }
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

// What the policies say of all that the event needed.
void Judge::ask(Case& one, const text::JsonNode* record) {
  one.answer = asker_.ask({one.facts, *one.requirement, one.granted, one.asked, one.explain}, record);
  if (one.answer.broken) one.settle(Verdict::unknown, std::string{one.answer.why});
}

// The same from what is remembered. What the caller's fields add to the context is part of the key.
void Judge::ask_quickly(Case& one) {
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
    ask(one, nullptr);
    found->second = {one.answer.decision, one.granted};
  }
  one.answer.decision = found->second.first;
  // Without the record there is one question for each action.
  one.answer.denied_everywhere = denies(one.answer.decision);
}

// What was found so far doesn't decide: the reason goes with it, so that no sentence contradicts the verdict.
void Judge::leave_unknown(Case& one, std::string_view because) {
  one.answer.decision = iam::EvalDecision::unknown;
  one.answer.decided_by.clear();
  one.settle(Verdict::unknown, because);
}

// What the caller's policies at one.asked decide. Where not all of them are known, only a Deny counts.
void Judge::ask_policies(Case& one, const text::JsonNode* record) {
  const grants::Granted& has = *one.granted;
  one.answer.decision = iam::EvalDecision::unknown;
  const bool asked = has.unknown.empty() || (!has.doubtful && !has.empty());
  if (asked) {
    if (record != nullptr || one.explain || one.facts.identity_type == "FederatedUser") {
      ask(one, record);
    } else {
      ask_quickly(one);
    }
  }
  if (has.unknown.empty() || one.answer.decision == iam::EvalDecision::explicitly_denied) return;
  one.needs_record =
      asked && record == nullptr && one.answer.decision == iam::EvalDecision::unknown && !one.answer.broken;
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
  if (before.answer.decision == one.answer.decision || (denies(before.answer.decision) && denies(one.answer.decision)))
    return;
  if (!one.granted->unknown.empty()) {
    before.window = one.window;
    one.take(std::move(before));
    return;
  }
  one.needs_record = one.needs_record || before.needs_record ||
                     (record == nullptr && (one.answer.decision == iam::EvalDecision::unknown ||
                                            before.answer.decision == iam::EvalDecision::unknown));
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
  if (!limit.empty() && one.answer.decision == iam::EvalDecision::allowed) {
    leave_unknown(one, fmt::format("what the session may depends on {}, which isn't known", limit));
    if (one.explain) one.answer.missing.emplace_back(limit);
  }
  one.needs_record = one.needs_record || (facts.limited && record == nullptr);
  // Of an action without a name only what anything may do is known.
  if (!one.requirement->unknown.empty() && one.granted && one.granted->unknown.empty() &&
      one.answer.decision != iam::EvalDecision::allowed && one.answer.decision != iam::EvalDecision::unknown) {
    return leave_unknown(one, one.requirement->unknown);
  }
  if (one.answer.decision == iam::EvalDecision::unknown) {
    one.verdict = Verdict::unknown;
    const bool known = one.granted && one.granted->unknown.empty();
    one.needs_record = one.needs_record || (known && record == nullptr && !federated && !one.answer.broken);
    return;
  }
  const requirements::Requirement& needed = *one.requirement;
  const bool allowed = one.answer.decision == iam::EvalDecision::allowed;
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
      one.answer.why = "It failed for another reason, so permissions may not have been asked for. " + one.answer.why;
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
    return !of.needs_record && (!of.requirement->several || !denies(of.answer.decision) || of.answer.denied_everywhere);
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
  } else if (!one.needs_record && one.verdict == Verdict::unknown && !one.answer.why.empty()) {
    if (facts.identity_type == "AWSAccount") out.kind = Cause::Kind::other_account;
    out.why = std::move(one.answer.why);
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
  out.why = std::move(one.answer.why);
  out.requirement = *one.requirement;
  out.rule = std::move(one.rule);
  out.action = one.answer.action.empty() ? out.requirement.action : std::move(one.answer.action);
  out.resource = std::move(one.answer.resource);
  out.granted = std::move(one.granted);
  out.decision = one.answer.decision;
  out.extra = std::move(one.answer.extra);
  out.decided_by = std::move(one.answer.decided_by);
  out.missing = std::move(one.answer.missing);
  out.considered = std::move(one.answer.considered);
  return out;
}

}  // namespace trailkeeper::rules::verdicts
