#include "rules/iam/aws_owned.h"

#include <algorithm>
#include <span>

#include "rules/iam/arn.h"
#include "text/ascii.h"

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
  return text::same_ignoring_case(text.substr(0, start.size()), start);
}

}  // namespace

bool may_be_aws_owned(const Action& action) {
  const std::string_view name = action.name();
  if (action.service() == "kms") return one_of(kAliasChanges, name);
  return action.service() == "iam" &&
         (one_of(kPolicyChanges, name) || one_of(kRoleChanges, name) || one_of(kLinkedRoleCalls, name));
}

bool is_aws_owned(const Request& request) {
  if (request.principal.kind == Principal::Kind::service || !may_be_aws_owned(*request.action)) return false;
  const auto arn = Arn::parse(request.resource);
  if (!arn || arn->service != request.action->service()) return false;
  const std::string_view name = request.action->name();
  if (arn->service == "kms") return starts_with_ignoring_case(arn->resource, "alias/aws/");
  if (arn->account == "aws" && starts_with_ignoring_case(arn->resource, "policy/")) return one_of(kPolicyChanges, name);
  if (starts_with_ignoring_case(arn->resource, "role/aws-service-role/")) return one_of(kRoleChanges, name);
  return starts_with_ignoring_case(arn->resource, "role/aws-reserved/") && !one_of(kPolicyChanges, name);
}

}  // namespace trailkeeper::rules::iam
