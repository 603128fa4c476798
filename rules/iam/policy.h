// Policies, compiled once from their JSON, evaluated many times.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/iam/action.h"
#include "rules/iam/condition.h"
#include "rules/iam/glob.h"
#include "rules/iam/principal.h"

namespace trailkeeper::rules::iam {

/// What a policy is attached to; decides which elements it may have and what it can do.
enum class PolicyKind : std::uint8_t {
  identity,             ///< A user's, group's or role's: managed or inline.
  resource,             ///< A resource's: a bucket policy, a key policy, a role's trust policy.
  permission_boundary,  ///< Limits what identity policies grant.
  session,              ///< Passed to AssumeRole* or GetFederationToken.
  service_control,      ///< SCP
  resource_control,     ///< RCP
  vpc_endpoint
};

/// Something in a policy that works differently from what its author may think.
struct Warning {
  std::string message;
  std::string path;  ///< A JSON pointer into the policy.
};

/// One value of Resource or NotResource.
struct ResourcePattern {
  bool everything = false;  ///< `*`
  bool nothing = false;     ///< It can't match, see Pattern::variable_too_early.
  Pattern pattern;
};

/// A statement, compiled.
struct Statement {
  std::string sid;  ///< Empty if it has none.
  bool allow = false;

  enum class Names : std::uint8_t { absent, listed, all_but_listed };
  Names principals = Names::absent;
  Names actions = Names::listed;
  Names resources = Names::absent;
  std::vector<PrincipalPattern> principal_patterns;
  std::vector<ActionPattern> action_patterns;
  std::vector<ResourcePattern> resource_patterns;
  std::vector<Condition> conditions;
};

/// A policy document, compiled. Immutable, so threads may share it. Views into it are valid as long as it lives where
/// it was when they were taken.
struct Policy {
  PolicyKind kind = PolicyKind::identity;
  std::vector<Statement> statements;
  std::vector<Warning> warnings;
};

}  // namespace trailkeeper::rules::iam
