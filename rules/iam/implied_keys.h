// Condition keys whose values follow from who asks for what.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "rules/iam/request.h"

namespace trailkeeper::rules::iam {

/// Calls `set` with each global key, in lower case, that a request with this principal, action and resource has for
/// certain, and its value; with an empty value for a key that it certainly lacks. These are aws:PrincipalArn (of a
/// session, its role's, as if it had no path but the one that roles of IAM Identity Center have), PrincipalAccount,
/// PrincipalType, PrincipalIsAWSService, PrincipalServiceName, username, userid where it isn't an identifier that only
/// IAM knows, ResourceAccount, and RequestedRegion where the resource's ARN has a region or the service is in one place
/// only. Source: IAM User Guide, "AWS global condition context keys" and "IAM policy elements: Variables", the table of
/// principals' keys.
void imply_keys(const Request& request, const std::function<void(std::string_view folded, std::string value)>& set);

/// How the ARN of a session's role begins and ends: the session's own has lost the role's path. Empty for any other
/// principal.
struct RoleEnds {
  std::string beginning;
  std::string ending;
};
RoleEnds role_ends(const Principal& principal);

}  // namespace trailkeeper::rules::iam
