// From a policy's JSON to its compiled form.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rules/iam/policy.h"
#include "text/json_node.h"
#include "text/result.h"

namespace trailkeeper::rules::iam {

/// Bytes a document may have; IAM allows 20,480 characters at most.
constexpr std::size_t kMaxPolicyBytes = std::size_t{1} << 18;

/// Compiles a policy document. Refuses what AWS refuses or what has more than one reading: broken JSON, a key twice,
/// unknown elements and operators, values of the wrong type (IAM User Guide, "Grammar of the IAM JSON policy
/// language"). Nothing is guessed.
text::Result<Policy> parse_policy(std::string_view json, PolicyKind kind);

/// The same for a document inside another: errors name places in the outer one, whose pointer to the policy is `path`.
text::Result<Policy> compile_policy(const text::JsonNode& document, PolicyKind kind, const std::string& path);

}  // namespace trailkeeper::rules::iam
