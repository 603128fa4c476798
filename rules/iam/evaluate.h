// IAM's decision on a request, from all policies that apply to it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rules/iam/context.h"
#include "rules/iam/policy.h"
#include "rules/iam/request.h"
#include "rules/iam/statement_match.h"
#include "rules/iam/tri.h"

namespace trailkeeper::rules::iam {

using Policies = std::span<const Policy* const>;

/// The policies that apply to a request; views, which must outlive the decision.
struct PolicySet {
  Policies identity;  ///< Managed and inline, of a user and of its groups, in their default versions.
  const Policy* resource = nullptr;
  Policies permission_boundaries;
  Policies session;
  /// One element for each level: root, each OU on the way, account. No levels: no organisation.
  std::span<const Policies> service_control;
  std::span<const Policies> resource_control;
  Policies vpc_endpoint;
};

/// What IAM's API calls EvalDecision (SimulatePrincipalPolicy).
enum class EvalDecision : std::uint8_t {
  allowed,
  explicitly_denied,  ///< A Deny statement applies.
  implicitly_denied,  ///< Something whose Allow is needed doesn't allow it.
  unknown             ///< It depends on something that nobody knows: Decision::missing.
};

/// Where a statement stands.
struct StatementPlace {
  PolicyKind kind = PolicyKind::identity;
  std::uint32_t level = 0;  ///< Of SCPs and RCPs.
  std::uint32_t policy = 0;
  std::uint32_t statement = 0;
  std::string_view sid;  ///< Empty if the statement has none.
};

/// A layer of policies that would have to allow the request, and doesn't.
struct Lack {
  PolicyKind kind = PolicyKind::identity;
  std::uint32_t level = 0;
};

/// What decided.
enum class Ground : std::uint8_t {
  statements,       ///< The statements of Decision::by.
  root_user,        ///< The account's root user may do everything in it.
  caller_identity,  ///< sts:GetCallerIdentity needs no permission and can't be denied.
  aws_owned         ///< Only AWS may change its own things: rules/iam/aws_owned.h.
};

struct Decision {
  EvalDecision verdict = EvalDecision::implicitly_denied;
  Ground ground = Ground::statements;
  bool cross_account = false;
  bool may_deny = false;                  ///< Whether a Deny applies isn't known.
  std::vector<StatementPlace> by;         ///< The statements that deny; or those that grant.
  std::vector<Lack> lacks;                ///< If implicitly denied.
  std::vector<std::string_view> missing;  ///< If unknown: context keys, or `resource`.
  /// RCPs were given, but the service isn't one that they apply to.
  bool resource_control_ignored = false;
};

/// Decides requests (IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic").
///
/// Keeps its memory from one request to the next, so that evaluating allocates nothing once it is warm. One for each
/// thread; the policies may be shared.
class Evaluator {
 public:
  /// The result is valid until the next call, and as long as the request and the policies are.
  const Decision& evaluate(const Request& request, const PolicySet& policies);

 private:
  // What a layer of policies says.
  struct Layer {
    bool present = false;
    Tri deny = Tri::no;
    Tri allow = Tri::no;
  };
  // A resource policy's Allow, by how it names the principal.
  struct Grants {
    Tri direct = Tri::no;
    Tri entity = Tri::no;
    Tri account = Tri::no;
  };
  struct Granting {
    StatementPlace place;
    Naming naming;
  };

  void begin(const Request& request, const PolicySet& policies);
  Layer read(Policies policies, PolicyKind kind, std::uint32_t level);
  Tri read_levels(std::span<const Policies> levels, PolicyKind kind);
  Tri grant(const PolicySet& policies);
  Tri grant_in_account(const Layer& identity, Tri limits);
  Tri grant_across(const Layer& identity, Tri limits);
  Tri grant_by_resource_alone();
  void lack(PolicyKind kind, std::uint32_t level = 0);
  void name_grants(PolicyKind kind, Naming least);

  const Request* request_ = nullptr;
  bool bounded_ = false;
  Tri deny_ = Tri::no;
  Grants grants_;
  std::vector<StatementPlace> denying_;
  std::vector<Granting> granting_;
  MissingKeys missing_;
  Decision decision_;
};

}  // namespace trailkeeper::rules::iam
