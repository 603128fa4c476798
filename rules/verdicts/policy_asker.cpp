#include "rules/verdicts/policy_asker.h"

#include <fmt/format.h>

#include <algorithm>

#include "rules/iam/arn.h"
#include "rules/iam/aws_owned.h"
#include "rules/iam/explain.h"
#include "rules/iam/policy_parser.h"
#include "rules/iam/resource_control.h"
#include "rules/verdicts/extra_needs.h"
#include "text/json_writer.h"

namespace trailkeeper::rules::verdicts {
namespace {

// An action whose name nobody knows, in words.
constexpr std::string_view kAnything = "any action";

// A key's or role's own policy isn't in the trail. What an account's default key policy says: IAM's policies decide.
const iam::Policy& delegating_policy(std::string_view account) {
  static thread_local std::string of_account;
  static thread_local iam::Policy policy;
  if (of_account != account) {
    std::string document;
    text::JsonWriter json{document};
    json.open('{').name("Statement").open('{').member("Effect", "Allow").member("Action", "*").member("Resource", "*");
    json.name("Principal").open('{').member("AWS", account).close('}').close('}').close('}');
    policy = *iam::parse_policy(document, iam::PolicyKind::resource);
    of_account = account;
  }
  return policy;
}

// The condition key of what is needed beside the event's own action. The partitions of China have other names for some
// services.
std::pair<std::string_view, std::string_view> key_of_extra(const requirements::Extra* extra, const EventFacts& facts) {
  if (extra == nullptr) return {};
  if (extra->row->value.empty()) return {extra->row->key, facts.event_name};
  return facts.arn.starts_with("arn:aws:") ? std::pair{extra->row->key, extra->row->value}
                                           : std::pair<std::string_view, std::string_view>{};
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

}  // namespace

/// A question while it is being answered.
struct PolicyAsker::Asking {
  const PolicyQuestion& of;
  bool whole;                                    // The record is at hand.
  std::shared_ptr<const grants::Granted> owner;  // What holds for the account that the resource is in.
  PolicyAnswer answer;

  // The resource isn't known yet, so an answer has to hold for every one.
  [[nodiscard]] bool any_resource(const Action& action) const { return !whole && action.resource.arn.empty(); }
};

bool denies(iam::EvalDecision decision) {
  return decision == iam::EvalDecision::explicitly_denied || decision == iam::EvalDecision::implicitly_denied;
}

std::shared_ptr<const grants::Granted> PolicyAsker::granted(const grants::Holder& holder, text::Timestamp time) {
  key_ = static_cast<char>('0' + static_cast<int>(holder.kind));
  key_ += holder.account;
  key_ += '/';
  key_ += holder.name;
  if (granted_.size() >= kRemembered) granted_.clear();
  std::shared_ptr<const grants::Granted>& known = granted_[key_];
  if (!known || !known->window.covers(time)) known = history_.granted(holder, time);
  return known;
}

const iam::Policy* PolicyAsker::resource_policy(const Asking& one, const Action& question) {
  const auto arn = iam::Arn::parse(question.resource.arn);
  if (!arn) return nullptr;
  const std::string_view service = question.action->service();
  const bool role = service == "sts" && arn->service == "iam" && arn->resource.starts_with("role/");
  if (role) {
    const std::string_view name = arn->resource.substr(arn->resource.rfind('/') + 1);
    trusting_ = granted({grants::Holder::Kind::role, arn->account, name}, one.of.time);
    if (trusting_->trust && trusting_->trust->policy) return &*trusting_->trust->policy;
  }
  // Another account's side isn't known: what it says is seen by whether the call succeeded.
  const std::string& account = question.resource.account;
  const bool foreign = !account.empty() && account != request_.principal.account;
  if (foreign) return &delegating_policy("*");
  return role || service == "kms" ? &delegating_policy(request_.principal.account) : nullptr;
}

const iam::Decision& PolicyAsker::decide(const grants::Granted& granted, const EventFacts& facts,
                                         const iam::Action& action, std::string_view resource) {
  context_.clear();
  context_.add_caller(facts, granted.arn, granted.organization);
  context_.add_tags(granted);
  context_.set_action(action);
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
std::vector<PolicyAsker::Action> PolicyAsker::actions_of(const PolicyQuestion& of, const text::JsonNode* record) const {
  std::vector<Action> actions;
  const auto add = [&](const iam::Action& action, std::string_view words, bool without_resource) {
    std::vector<Resource> resources;
    if (without_resource) {
      resources.push_back({"*", std::string{of.facts.account}, {}});
    } else if (record != nullptr) {
      resources = resources_of(of.facts, *record, action, catalogue_);
    }
    if (resources.empty()) resources.emplace_back();
    for (Resource& resource : resources) {
      resource.arn = history_.with_path(std::move(resource.arn), of.time);
      actions.push_back({&action, words, std::move(resource), nullptr, true});
    }
  };
  add(*of.requirement.parsed, of.requirement.unknown.empty() ? of.requirement.action : kAnything,
      of.requirement.without_resource);
  for (const auto& more : of.requirement.more) add(more.parsed, more.action, more.without_resource);
  for (ExtraNeed& need : extra_needs(of.facts, record, of.requirement, catalogue_)) {
    need.resource.arn = history_.with_path(std::move(need.resource.arn), of.time);
    actions.push_back({&need.extra->action, need.extra->row->action, std::move(need.resource), need.extra, need.sure});
  }
  return actions;
}

// The policies' answer; valid until the next one.
const iam::Decision& PolicyAsker::answer(Asking& one, const Action& question) {
  const grants::Granted& has = *one.of.granted;
  const std::string_view owner =
      question.resource.account.empty() ? request_.principal.account : std::string_view{question.resource.account};
  context_.set_resource_account(question.resource.account);
  const auto [key, value] = key_of_extra(question.extra, one.of.facts);
  context_.set_extra(key, value);
  context_.set_action(*question.action);
  request_.resource_beginning = question.resource.beginning;
  constexpr char kNoPatternHas = '\x1F';
  sample_.assign(question.resource.beginning).append(question.resource.more, kNoPatternHas);
  request_.resource_sample = question.resource.more > 0 ? std::string_view{sample_} : std::string_view{};
  request_.action = question.action;
  request_.resource = question.resource.arn;
  request_.resource_account = owner;
  request_.context = context_.view();
  request_.management_account = has.management_account;
  iam::PolicySet policies = one.any_resource(question) ? has.policies_of_any_owner() : has.policies();
  policies.resource = resource_policy(one, question);
  // RCPs are those of the resource's account.
  one.owner = one.of.granted;
  if (owner != has.account) {
    one.owner = granted({grants::Holder::Kind::root, owner, {}}, one.of.time);
    policies.resource_control = one.owner->policies().resource_control;
  }
  return evaluator_.evaluate(request_, policies);
}

// An answer's verdict. Without the whole record it has to be that on every resource, or it is unknown: this is the one
// place where the two ways to judge an event could come apart.
iam::EvalDecision PolicyAsker::decision_on(Asking& one, const Action& question) {
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
  const grants::Granted& has = *one.of.granted;
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
void PolicyAsker::give_reasons(Asking& one, const Action& question, const iam::Decision& decision) {
  // Where IAM knows no action of the event's name, there is none to be named.
  if (question.words != kAnything && one.of.requirement.unknown.empty()) one.answer.action = question.words;
  one.answer.resource = question.resource.arn;
  if (!question.resource.beginning.empty())
    one.answer.resource =
        question.resource.beginning + (question.resource.more > 0 ? std::string(question.resource.more, '?') : "*");
  one.answer.why = iam::explain(decision, request_, question.words);
  for (const iam::StatementPlace& place : decision.by) {
    const bool of_owner = place.kind == iam::PolicyKind::resource_control;
    one.answer.decided_by.push_back(statement_words(place, of_owner ? one.owner.get() : one.of.granted.get()));
  }
  if (!one.answer.decided_by.empty()) {
    const bool allows = decision.verdict == iam::EvalDecision::allowed;
    one.answer.why = fmt::format("{} is {} by {}{}.", question.words, allows ? "allowed" : "denied",
                                 one.answer.decided_by.front(), allows ? ", and nothing denies it" : "");
  }
  one.answer.missing.insert(one.answer.missing.end(), decision.missing.begin(), decision.missing.end());
  one.answer.considered = considered_by(*one.of.granted, request_);
  const iam::Policy* const resource = resource_policy(one, question);
  if (resource == nullptr) return;
  const bool trust =
      trusting_ && trusting_->trust && trusting_->trust->policy && &*trusting_->trust->policy == resource;
  one.answer.considered.push_back(considered(
      *resource, iam::PolicyKind::resource,
      trust ? std::string_view{trusting_->trust->name} : "the resource's own, taken to let the caller's decide",
      !one.of.granted->boundaries.empty(), request_));
}

// What the event doesn't tell may have been needed, and then would have changed the decision: so it isn't known.
void PolicyAsker::heed_unsure(Asking& one, const std::vector<Action>& asked) {
  PolicyAnswer& answer = one.answer;
  for (const Action& question : asked) {
    if (question.sure) {
      const bool known = std::find(answer.extra.begin(), answer.extra.end(), question.words) != answer.extra.end();
      if (question.extra != nullptr && one.of.explain && !known) answer.extra.emplace_back(question.words);
      continue;
    }
    // A Deny more changes nothing but where only one that is explicit counts.
    const bool settled = answer.decision == iam::EvalDecision::unknown ||
                         answer.decision == iam::EvalDecision::explicitly_denied ||
                         (denies(answer.decision) && one.of.granted->unknown.empty());
    if (settled || decision_on(one, question) == iam::EvalDecision::allowed) continue;
    answer.decision = iam::EvalDecision::unknown;
    answer.decided_by.clear();
    answer.why =
        fmt::format("it isn't known whether this needed {}, too, which the policies don't allow.", question.words);
  }
}

// The policies' decision: the worst answer to what had to be allowed.
PolicyAnswer PolicyAsker::ask(const PolicyQuestion& of, const text::JsonNode* record) {
  const EventFacts& facts = of.facts;
  Asking one{of, record != nullptr, nullptr, {}};
  context_.clear();
  context_.add_caller(facts, of.granted->arn, of.granted->organization);
  if (record != nullptr) context_.add_record(facts, *record);
  const bool federated = facts.identity_type == "FederatedUser";
  if (!federated) context_.add_tags(*of.granted);  // Else the session may have brought its own.
  const std::string_view who = federated || facts.arn.empty() ? std::string_view{of.granted->arn} : facts.arn;
  auto principal = iam::Principal::parse(who);
  // A session whose ARN is broken counts as its role.
  if (!principal && facts.identity_type == "AssumedRole") principal = iam::Principal::parse(of.granted->arn);
  if (!principal) {
    one.answer.broken = true;
    one.answer.why = "the caller's ARN is broken: " + principal.error();
    return std::move(one.answer);
  }
  request_.principal = *principal;
  request_.principal.service_linked = of.granted->service_linked();
  const std::vector<Action> asked = actions_of(of, record);  // One at least.
  std::size_t worst = 0;
  iam::EvalDecision& decision = one.answer.decision;
  decision = decision_on(one, asked.front());
  one.answer.denied_everywhere = denies(decision);
  for (std::size_t i = 1; i < asked.size(); ++i) {
    if (!asked[i].sure) continue;
    const iam::EvalDecision other = decision_on(one, asked[i]);
    one.answer.denied_everywhere = one.answer.denied_everywhere && denies(other);
    if (rank(other) <= rank(decision)) continue;
    worst = i;
    decision = other;
  }
  if (of.explain) give_reasons(one, asked[worst], answer(one, asked[worst]));
  heed_unsure(one, asked);
  return std::move(one.answer);
}

}  // namespace trailkeeper::rules::verdicts
