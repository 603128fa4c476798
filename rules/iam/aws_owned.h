// What is AWS's own in a customer's account, and what nobody there may do to it.
#pragma once

#include <string_view>

#include "rules/iam/action.h"
#include "rules/iam/request.h"

namespace trailkeeper::rules::iam {

/// Whether IAM or KMS refuses the request whatever policies say, even root's, because the resource is AWS's: changes of
/// managed policies (`arn:aws:iam::aws:policy/…`), of roles of IAM Identity Center (`/aws-reserved/`) and of
/// service-linked roles (`/aws-service-role/`), except for their description, creation and deletion by the calls that
/// are made for them, and of aliases of AWS's keys (`alias/aws/…`). AWS's own services are no customers. Source: IAM
/// User Guide, "AWS managed policies" and "Service-linked roles"; AWS KMS API Reference, CreateAlias, UpdateAlias,
/// DeleteAlias.
bool is_aws_owned(const Request& request);

/// Whether is_aws_owned() may be true for some resource: until the resource is known, what policies allow isn't allowed
/// yet.
bool may_be_aws_owned(const Action& action);

}  // namespace trailkeeper::rules::iam
