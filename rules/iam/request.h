// One request to be authorised.
#pragma once

#include <string_view>

#include "rules/iam/action.h"
#include "rules/iam/context.h"
#include "rules/iam/principal.h"

namespace trailkeeper::rules::iam {

/// What a principal asks for: views, which must outlive the evaluation.
struct Request {
  Principal principal;
  const Action* action = nullptr;
  /// The resource's ARN; `*` for an action that has no resource type, which then needs `"Resource": "*"`; empty if
  /// nobody knows it, so that whatever depends on it is unknown.
  std::string_view resource;
  /// If the resource is empty: how its ARN begins, if that is known. What follows has no colon in it.
  std::string_view resource_beginning;
  /// The same with a character that no pattern has for each that follows, if it is known how many do.
  std::string_view resource_sample;
  std::string_view resource_account;  ///< Whose resource it is.
  Context context;
  /// The organisation's management account, if known. SCPs don't affect its principals, nor RCPs its resources.
  std::string_view management_account;
};

}  // namespace trailkeeper::rules::iam
