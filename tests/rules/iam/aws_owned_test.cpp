// What nobody but AWS may change, whatever is granted.
#include "rules/iam/aws_owned.h"

#include <doctest/doctest.h>

#include <string>

#include "rules/iam/evaluation_request.h"

using namespace trailkeeper::rules::iam;

namespace {

/// The decision on an administrator's, or another principal's, request.
std::string decide(const std::string& action, const std::string& resource,
                   const std::string& principal = "arn:aws:iam::111122223333:user/admin",
                   const std::string& statement = R"({"Effect":"Allow","Action":"*","Resource":"*"})") {
  Evaluator evaluator;
  const auto done =
      evaluate_json(R"({"request":{"principal":")" + principal + R"(","action":")" + action + R"(","resource":")" +
                        resource + R"("},"identityPolicies":[{"Statement":)" + statement + "}]}",
                    evaluator);
  REQUIRE(done.has_value());
  const std::size_t begin = done->find(":\"") + 2;
  return done->substr(begin, done->find('"', begin) - begin);
}

constexpr const char* kManaged = "arn:aws:iam::aws:policy/job-function/Billing";
constexpr const char* kReserved =
    "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef";
constexpr const char* kLinked =
    "arn:aws:iam::111122223333:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport";

}  // namespace

TEST_CASE("AWS's managed policies can be read and attached, but not changed") {
  for (const char* action : {"CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion",
                             "SetDefaultPolicyVersion", "TagPolicy", "UntagPolicy", "deletepolicy"}) {
    CAPTURE(action);
    CHECK(decide(std::string{"iam:"} + action, kManaged) == "ImplicitlyDenied");
    CHECK(decide(std::string{"iam:"} + action, "arn:aws-cn:iam::aws:policy/ReadOnlyAccess") == "ImplicitlyDenied");
    CHECK(decide(std::string{"iam:"} + action, "arn:aws:iam::111122223333:policy/ours") == "Allowed");
  }
  CHECK(decide("iam:GetPolicy", kManaged) == "Allowed");
  CHECK(decide("iam:AttachUserPolicy", "arn:aws:iam::111122223333:user/anna") == "Allowed");
}

TEST_CASE("roles of Identity Center and of services can't be changed, not even by root") {
  for (const char* action : {"AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy", "DeleteRolePolicy", "DeleteRole",
                             "PutRolePermissionsBoundary", "UpdateAssumeRolePolicy", "TagRole", "UntagRole"}) {
    CAPTURE(action);
    CHECK(decide(std::string{"iam:"} + action, kReserved) == "ImplicitlyDenied");
    CHECK(decide(std::string{"iam:"} + action, kLinked) == "ImplicitlyDenied");
    CHECK(decide(std::string{"iam:"} + action, kReserved, "arn:aws:iam::111122223333:root") == "ImplicitlyDenied");
    CHECK(decide(std::string{"iam:"} + action, "arn:aws:iam::111122223333:role/aws-reservedly") == "Allowed");
  }
  CHECK(decide("iam:PassRole", kReserved) == "ImplicitlyDenied");
  CHECK(decide("iam:GetRole", kReserved) == "Allowed");
}

TEST_CASE("a service-linked role is made, described and deleted by the calls that are meant for it") {
  for (const char* action :
       {"CreateServiceLinkedRole", "DeleteServiceLinkedRole", "UpdateRoleDescription", "PassRole"}) {
    CAPTURE(action);
    CHECK(decide(std::string{"iam:"} + action, kLinked) == "Allowed");
  }
}

TEST_CASE("aliases of AWS's keys can't be made, moved or deleted") {
  for (const char* action : {"CreateAlias", "UpdateAlias", "DeleteAlias"}) {
    CAPTURE(action);
    CHECK(decide(std::string{"kms:"} + action, "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3") ==
          "ImplicitlyDenied");
    CHECK(decide(std::string{"kms:"} + action, "arn:aws:kms:eu-west-1:111122223333:alias/awsome") == "Allowed");
  }
  CHECK(decide("kms:ListAliases", "*") == "Allowed");
}

TEST_CASE("a Deny is still what denies") {
  CHECK(decide("iam:DeletePolicy", kManaged, "arn:aws:iam::111122223333:user/admin",
               R"({"Effect":"Deny","Action":"*","Resource":"*"})") == "ExplicitlyDenied");
}
