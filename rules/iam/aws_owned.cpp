#include "rules/iam/aws_owned.h"

#include <algorithm>
#include <span>

#include "rules/iam/arn.h"
#include "rules/iam/text.h"

namespace trailkeeper::rules::iam {
namespace {

constexpr std::string_view kPolicyChanges[] = {"createpolicy",        "createpolicyversion",     "deletepolicy",
                                               "deletepolicyversion", "setdefaultpolicyversion", "tagpolicy",
                                               "untagpolicy"};
constexpr std::string_view kRoleChanges[] = {"attachrolepolicy",
                                             "createrole",
                                             "deleterole",
                                             "deleterolepermissionsboundary",
                                             "deleterolepolicy",
                                             "detachrolepolicy",
                                             "putrolepermissionsboundary",
                                             "putrolepolicy",
                                             "tagrole",
                                             "untagrole",
                                             "updateassumerolepolicy",
                                             "updaterole"};
// What service-linked roles allow, but those of Identity Center don't.
constexpr std::string_view kLinkedRoleCalls[] = {"createservicelinkedrole", "deleteservicelinkedrole", "passrole",
                                                 "updateroledescription"};
constexpr std::string_view kAliasChanges[] = {"createalias", "deletealias", "updatealias"};

bool one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return same_ignoring_case(text.substr(0, start.size()), start);
}

}  // namespace

bool is_aws_owned(const Request& request) {
  if (request.principal.kind == Principal::Kind::service) return false;
  const auto arn = Arn::parse(request.resource);
  if (!arn) return false;
  const std::string_view service = request.action->service();
  const std::string_view name = request.action->name();
  if (service == "kms") return starts_with_ignoring_case(arn->resource, "alias/aws/") && one_of(kAliasChanges, name);
  if (service != "iam" || arn->service != "iam") return false;
  if (arn->account == "aws" && starts_with_ignoring_case(arn->resource, "policy/")) return one_of(kPolicyChanges, name);
  if (starts_with_ignoring_case(arn->resource, "role/aws-service-role/")) return one_of(kRoleChanges, name);
  return starts_with_ignoring_case(arn->resource, "role/aws-reserved/") &&
         (one_of(kRoleChanges, name) || one_of(kLinkedRoleCalls, name));
}

}  // namespace trailkeeper::rules::iam
