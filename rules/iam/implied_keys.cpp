#include "rules/iam/implied_keys.h"

#include <fmt/format.h>

#include "rules/iam/arn.h"

namespace trailkeeper::rules::iam {
namespace {

using Of = Principal::Kind;
using Set = std::function<void(std::string_view, std::string)>;

std::string_view principal_type(Of kind) {
  switch (kind) {
    case Of::anonymous: return "Anonymous";
    case Of::root: return "Account";
    case Of::user: return "User";
    case Of::role:
    case Of::role_session: return "AssumedRole";
    case Of::federated_user: return "FederatedUser";
    default: return {};
  }
}

// The path that is known of a role of that name. IAM Identity Center's lie there, or, if it isn't in us-east-1, in a
// folder of its region (IAM Identity Center User Guide, "Referencing permission sets in resource policies").
std::string_view known_path(std::string_view role) {
  return role.starts_with("AWSReservedSSO_") ? "aws-reserved/sso.amazonaws.com/" : "";
}

// Policies speak of the role; the session's ARN has lost the role's path, if it had one.
std::string principal_arn(const Principal& principal) {
  if (principal.kind != Of::role_session) return std::string{principal.text};
  return role_ends(principal).beginning.append(principal.name);
}

// What a federated user's identifier says is in its ARN: the account and the name it was given.
std::string federated_id(const Principal& principal) {
  const std::size_t slash = principal.text.rfind('/');
  return fmt::format("{}:{}", principal.account, principal.text.substr(slash + 1));
}

void imply_principal(const Principal& principal, const Set& set) {
  if (principal.kind == Of::anonymous) {
    set("aws:principaltype", "Anonymous");
    set("aws:userid", "anonymous");
    for (const char* key : {"aws:principalarn", "aws:principalaccount", "aws:principalisawsservice", "aws:username"}) {
      set(key, {});
    }
    return;
  }
  if (principal.kind == Of::service) {
    set("aws:principalisawsservice", "true");
    set("aws:principalservicename", std::string{principal.text});
    set("aws:username", {});
    return;
  }
  set("aws:principalisawsservice", "false");
  if (principal.account.empty()) return;
  set("aws:principalarn", principal_arn(principal));
  set("aws:principalaccount", std::string{principal.account});
  set("aws:principaltype", std::string{principal_type(principal.kind)});
  set("aws:username", principal.kind == Of::user ? std::string{principal.name} : std::string{});
  if (principal.kind == Of::root) set("aws:userid", std::string{principal.account});
  if (principal.kind == Of::federated_user) set("aws:userid", federated_id(principal));
}

// Services with one endpoint, in the partition `aws` (IAM User Guide, aws:RequestedRegion).
bool only_in_us_east_1(std::string_view service) {
  return service == "iam" || service == "organizations" || service == "cloudfront" || service == "route53" ||
         service == "support";
}

}  // namespace

RoleEnds role_ends(const Principal& principal) {
  if (principal.kind != Of::role_session) return {};
  return {fmt::format("arn:{}:iam::{}:role/{}", principal.partition, principal.account, known_path(principal.name)),
          fmt::format("/{}", principal.name)};
}

void imply_keys(const Request& request, const Set& set) {
  imply_principal(request.principal, set);
  const auto arn = Arn::parse(request.resource);
  if (arn && !request.resource_account.empty()) set("aws:resourceaccount", std::string{request.resource_account});
  if (arn && !arn->region.empty() && arn->region != "*") {
    set("aws:requestedregion", std::string{arn->region});
  } else if (only_in_us_east_1(request.action->service()) && (!arn || arn->partition == "aws")) {
    set("aws:requestedregion", "us-east-1");
  }
}

}  // namespace trailkeeper::rules::iam
