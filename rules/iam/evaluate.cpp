#include "rules/iam/evaluate.h"

#include <algorithm>

#include "rules/iam/arn.h"
#include "rules/iam/aws_owned.h"
#include "rules/iam/resource_control.h"

namespace trailkeeper::rules::iam {
namespace {

using Of = Principal::Kind;

// KMS keys and roles trust nobody by themselves, not even their account: "they must explicitly allow access" (IAM User
// Guide, "Policy evaluation logic").
bool needs_resource_policy(const Request& request) {
  const std::string_view service = request.action->service();
  const auto arn = Arn::parse(request.resource);
  if (!arn) return false;
  if (service == "kms") return arn->service == "kms" && arn->resource.substr(0, 4) == "key/";
  if (service != "sts" || arn->service != "iam" || arn->resource.substr(0, 5) != "role/") return false;
  const std::string_view name = request.action->name();
  return name.substr(0, 10) == "assumerole" || name == "tagsession" || name == "setsourceidentity";
}

}  // namespace

void Evaluator::begin(const Request& request, const PolicySet& policies) {
  request_ = &request;
  deny_ = Tri::no;
  grants_ = {};
  denying_.clear();
  granting_.clear();
  missing_.names.clear();
  decision_.verdict = EvalDecision::implicitly_denied;
  decision_.ground = Ground::statements;
  decision_.cross_account = false;
  decision_.may_deny = false;
  decision_.resource_control_ignored = false;
  decision_.by.clear();
  decision_.lacks.clear();
  decision_.missing.clear();
  bounded_ = request.principal.is_iam_entity() && !policies.permission_boundaries.empty();
}

const Decision& Evaluator::evaluate(const Request& request, const PolicySet& policies) {
  begin(request, policies);
  const Principal& principal = request.principal;
  // "No permissions are required … If an administrator attaches a policy that explicitly denies access, you can still
  // perform this operation" (AWS STS API Reference, GetCallerIdentity).
  if (request.action->text() == "sts:getcalleridentity" && principal.kind != Of::anonymous) {
    decision_.verdict = EvalDecision::allowed;
    decision_.ground = Ground::caller_identity;
    return decision_;
  }

  Tri gates = Tri::yes;
  // SCPs affect users and roles of member accounts, root included; not services, and not service-linked roles.
  const bool in_management = !request.management_account.empty() && principal.account == request.management_account;
  const bool limited = principal.is_iam_entity() || principal.kind == Of::root;
  if (limited && !principal.service_linked && !in_management) {
    gates = both(gates, read_levels(policies.service_control, PolicyKind::service_control));
  }
  const bool of_management =
      !request.management_account.empty() && request.resource_account == request.management_account;
  if (!policies.resource_control.empty() && !principal.service_linked && !of_management) {
    if (supports_resource_control(request.action->service())) {
      read_levels(policies.resource_control, PolicyKind::resource_control);
    } else {
      decision_.resource_control_ignored = true;
    }
  }
  if (const Layer endpoint = read(policies.vpc_endpoint, PolicyKind::vpc_endpoint, 0); endpoint.present) {
    if (endpoint.allow == Tri::no) lack(PolicyKind::vpc_endpoint);
    gates = both(gates, endpoint.allow);
  }
  const Tri allowed = both(gates, grant(policies));

  decision_.may_deny = deny_ == Tri::unknown;
  if (deny_ == Tri::yes) {
    decision_.verdict = EvalDecision::explicitly_denied;
    decision_.ground = Ground::statements;
    decision_.by.assign(denying_.begin(), denying_.end());
    decision_.lacks.clear();
  } else if (is_aws_owned(request)) {
    decision_.by.clear();
    decision_.lacks.clear();
    decision_.ground = Ground::aws_owned;
  } else if (allowed == Tri::no) {
    decision_.by.clear();
    decision_.ground = Ground::statements;
  } else if (allowed == Tri::unknown || deny_ == Tri::unknown) {
    decision_.verdict = EvalDecision::unknown;
    decision_.by.clear();
    decision_.lacks.clear();
    decision_.missing.assign(missing_.names.begin(), missing_.names.end());
  } else {
    decision_.verdict = EvalDecision::allowed;
    decision_.lacks.clear();
  }
  return decision_;
}

// Reads all statements of a layer: any Deny counts at once, Allows are gathered.
Evaluator::Layer Evaluator::read(Policies policies, PolicyKind kind, std::uint32_t level) {
  Layer layer;
  layer.present = !policies.empty();
  for (std::uint32_t p = 0; p < policies.size(); ++p) {
    const std::vector<Statement>& statements = policies[p]->statements;
    for (std::uint32_t s = 0; s < statements.size(); ++s) {
      const StatementMatch match = match_statement(statements[s], kind, *request_, bounded_, missing_);
      if (match.applies == Tri::no) continue;
      const StatementPlace place{kind, level, p, s, statements[s].sid};
      if (!statements[s].allow) {
        layer.deny = either(layer.deny, match.applies);
        if (match.applies == Tri::yes) denying_.push_back(place);
        continue;
      }
      layer.allow = either(layer.allow, match.applies);
      if (kind == PolicyKind::resource) {
        Tri& grant = match.naming == Naming::direct   ? grants_.direct
                     : match.naming == Naming::entity ? grants_.entity
                                                      : grants_.account;
        grant = either(grant, match.applies);
      }
      const bool grants = kind == PolicyKind::identity || kind == PolicyKind::resource;
      if (grants && match.applies == Tri::yes) granting_.push_back({place, match.naming});
    }
  }
  deny_ = either(deny_, layer.deny);
  return layer;
}

// Every level must allow; within a level, any of its policies.
Tri Evaluator::read_levels(std::span<const Policies> levels, PolicyKind kind) {
  Tri all = Tri::yes;
  for (std::uint32_t level = 0; level < levels.size(); ++level) {
    const Layer layer = read(levels[level], kind, level);
    // RCPFullAWSAccess is attached everywhere and can't be detached, so an RCP only ever denies.
    if (kind == PolicyKind::resource_control) continue;
    if (layer.allow == Tri::no) lack(kind, level);
    all = both(all, layer.allow);
  }
  return all;
}

// What grants access: identity policies, the resource's policy, or both.
Tri Evaluator::grant(const PolicySet& policies) {
  const Principal& principal = request_->principal;
  if (policies.resource != nullptr) read({&policies.resource, 1}, PolicyKind::resource, 0);
  if (principal.kind == Of::root) {
    Layer everything;
    everything.allow = Tri::yes;
    decision_.cross_account = principal.account != request_->resource_account;
    if (!decision_.cross_account) {
      if (!needs_resource_policy(*request_)) {
        decision_.ground = Ground::root_user;
        return Tri::yes;
      }
      return grant_in_account(everything, Tri::yes);
    }
    return grant_across(everything, Tri::yes);
  }
  if (!principal.is_iam_entity()) return grant_by_resource_alone();

  const Layer identity = read(policies.identity, PolicyKind::identity, 0);
  const Layer boundary = read(policies.permission_boundaries, PolicyKind::permission_boundary, 0);
  const Layer session = read(policies.session, PolicyKind::session, 0);
  // A federated user's session has only what its session policies say: "If a session policy isn't present … the
  // request is implicitly denied", unless a resource policy names the session.
  const bool needs_session = session.present || principal.kind == Of::federated_user;
  const Tri within_boundary = boundary.present ? boundary.allow : Tri::yes;
  const Tri within_session = needs_session ? session.allow : Tri::yes;
  const Tri limits = both(within_boundary, within_session);
  decision_.cross_account = principal.account != request_->resource_account;
  const Tri granted = decision_.cross_account ? grant_across(identity, limits) : grant_in_account(identity, limits);
  if (granted == Tri::no) {
    if (within_boundary == Tri::no) lack(PolicyKind::permission_boundary);
    if (within_session == Tri::no) lack(PolicyKind::session);
  }
  return granted;
}

Tri Evaluator::grant_in_account(const Layer& identity, Tri limits) {
  const bool explicit_trust = needs_resource_policy(*request_);
  const Tri by_identity = both(both(identity.allow, limits), explicit_trust ? grants_.account : Tri::yes);
  const Tri by_entity = both(grants_.entity, limits);
  const Tri granted = either(either(grants_.direct, by_entity), by_identity);
  if (granted == Tri::yes) {
    if (by_identity == Tri::yes) name_grants(PolicyKind::identity, Naming::none);
    if (by_identity == Tri::yes && explicit_trust) {
      name_grants(PolicyKind::resource, Naming::account);
    } else if (grants_.direct == Tri::yes || by_entity == Tri::yes) {
      name_grants(PolicyKind::resource, by_entity == Tri::yes ? Naming::entity : Naming::direct);
    }
  }
  if (granted == Tri::no) {
    if (explicit_trust && grants_.account == Tri::no && grants_.entity == Tri::no) lack(PolicyKind::resource);
    if (identity.allow == Tri::no && grants_.entity == Tri::no) lack(PolicyKind::identity);
  }
  return granted;
}

Tri Evaluator::grant_across(const Layer& identity, Tri limits) {
  const Tri resource = either(either(grants_.direct, grants_.entity), grants_.account);
  if (resource == Tri::no) lack(PolicyKind::resource);
  if (identity.allow == Tri::no) lack(PolicyKind::identity);
  const Tri granted = both(both(resource, identity.allow), limits);
  if (granted == Tri::yes) {
    name_grants(PolicyKind::identity, Naming::none);
    name_grants(PolicyKind::resource, Naming::account);
  }
  return granted;
}

// Services, identity providers and anonymous requests have no policies of their own.
Tri Evaluator::grant_by_resource_alone() {
  if (grants_.direct == Tri::no) lack(PolicyKind::resource);
  if (grants_.direct == Tri::yes) name_grants(PolicyKind::resource, Naming::direct);
  return grants_.direct;
}

void Evaluator::lack(PolicyKind kind, std::uint32_t level) { decision_.lacks.push_back({kind, level}); }

// Puts the gathered Allows of a layer into the decision.
void Evaluator::name_grants(PolicyKind kind, Naming least) {
  for (const Granting& granting : granting_) {
    if (granting.place.kind == kind && granting.naming >= least) decision_.by.push_back(granting.place);
  }
}

}  // namespace trailkeeper::rules::iam
