#include "rules/requirements/catalogue.h"

#include <doctest/doctest.h>

using trailkeeper::rules::requirements::Catalogue;
using trailkeeper::rules::requirements::Requirement;

namespace {

std::string action_of(std::string_view source, std::string_view name) {
  static const Catalogue catalogue = Catalogue::built_in();
  return catalogue.requirement(source, name).action;
}

}  // namespace

TEST_CASE("catalogue: an event needs the action of its own name") {
  CHECK(action_of("activate.amazonaws.com", "GetCredits") == "activate:GetCredits");
  CHECK(action_of("ec2.amazonaws.com", "RunInstances") == "ec2:RunInstances");
  CHECK(action_of("ce.amazonaws.com", "GetCostAndUsage") == "ce:GetCostAndUsage");
}

TEST_CASE("catalogue: names and services that IAM calls differently") {
  CHECK(action_of("s3.amazonaws.com", "ListObjects") == "s3:ListBucket");
  CHECK(action_of("s3.amazonaws.com", "HeadObject") == "s3:GetObject");
  CHECK(action_of("s3.amazonaws.com", "ListBuckets") == "s3:ListAllMyBuckets");
  CHECK(action_of("monitoring.amazonaws.com", "PutMetricData") == "cloudwatch:PutMetricData");
  CHECK(action_of("lambda.amazonaws.com", "ListFunctions20150331") == "lambda:ListFunctions");
  CHECK(action_of("lambda.amazonaws.com", "GetFunction20150331v2") == "lambda:GetFunction");
  CHECK(action_of("lambda.amazonaws.com", "Invoke") == "lambda:InvokeFunction");
  CHECK(action_of("cloudfront.amazonaws.com", "CreateDistribution2020_05_31") == "cloudfront:CreateDistribution");
  CHECK(action_of("budgets.amazonaws.com", "DescribeBudgets") == "budgets:ViewBudget");
  CHECK(action_of("budgets.amazonaws.com", "DescribeBudgetAction") == "budgets:DescribeBudgetAction");
  CHECK(action_of("apigateway.amazonaws.com", "CreateRestApi") == "apigateway:POST");
  CHECK(action_of("bedrock.amazonaws.com", "Converse") == "bedrock:InvokeModel");
  CHECK(action_of("s3.amazonaws.com", "DeleteBucketOwnershipControls") == "s3:PutBucketOwnershipControls");
  CHECK(action_of("servicecatalog-appregistry.amazonaws.com", "GetApplication") == "servicecatalog:GetApplication");
  // A name that merely ends in digits is whole.
  CHECK(action_of("x.amazonaws.com", "GetV2") == "x:GetV2");
}

TEST_CASE("catalogue: rules, what needs nothing, and what is never known") {
  const Catalogue catalogue = Catalogue::built_in();
  const Requirement form = catalogue.requirement("activate.amazonaws.com", "CreateForm");
  CHECK(form.rule == "R6");
  CHECK(form.administrator_rule == "R11");
  CHECK(form.without_resource);
  const Requirement costs = catalogue.requirement("activate.amazonaws.com", "GetCosts");
  REQUIRE(costs.also.size() == 1);
  CHECK(costs.also[0].action == "ce:GetCostAndUsage");
  CHECK(costs.also[0].rule == "R7");
  CHECK_FALSE(catalogue.requirement("signin.amazonaws.com", "ConsoleLogin").none.empty());
  CHECK_FALSE(catalogue.requirement("sts.amazonaws.com", "GetCallerIdentity").none.empty());
  CHECK(catalogue.requirement("support.amazonaws.com", "DescribeTrustedAdvisorChecks").rule == "R8");
  CHECK(catalogue.requirement("", "GetCredits").action.empty());
  CHECK(catalogue.requirement("example.com", "Get").action.empty());
  CHECK(catalogue.features().size() == 14);
}

TEST_CASE("catalogue: a user's own file goes before what is built in") {
  Catalogue catalogue = Catalogue::built_in();
  const auto before = catalogue.fingerprint();
  const std::string_view json =
      R"({"prefixes":{"legacy":"new"},"requirements":[{"source":"s3.amazonaws.com","name":"ListObjects","action":"s3:Mine"},)"
      R"({"source":"shop.example","name":"*","action":"shop:Any"}]})";
  REQUIRE(catalogue.add(json).has_value());
  CHECK(catalogue.requirement("s3.amazonaws.com", "ListObjects").action == "s3:Mine");
  CHECK(catalogue.requirement("shop.example", "Buy").action == "shop:Any");
  CHECK(catalogue.requirement("legacy.amazonaws.com", "Get").action == "new:Get");
  CHECK(catalogue.fingerprint() != before);
}

TEST_CASE("catalogue: the first template that an action fits decides, and those with the same pattern") {
  Catalogue catalogue = Catalogue::built_in();
  const auto first = [&](std::string_view action) {
    const auto templates = catalogue.resource_templates(*trailkeeper::rules::iam::Action::parse(action));
    return templates.empty() ? std::string{} : std::string{templates.front().substr(templates.front().rfind(':') + 1)};
  };
  CHECK(first("iam:AddUserToGroup") == "group/{requestParameters.groupName}");
  CHECK(first("iam:AttachUserPolicy") == "user/{requestParameters.userName}");
  CHECK(first("iam:AddRoleToInstanceProfile") == "instance-profile/{requestParameters.instanceProfileName}");
  CHECK(first("iam:SetDefaultPolicyVersion") == "{requestParameters.policyArn}");
  CHECK(first("s3:PutBucketObjectLockConfiguration") == "{requestParameters.bucketName}");
  CHECK(first("s3:ListMultipartUploadParts") == "{requestParameters.bucketName}/{requestParameters.key}");
  CHECK(first("ec2:RunInstances").empty());
  REQUIRE(catalogue.add(R"({"resources":[{"action":"s3:*","arn":"arn:aws:s3:::mine"}]})").has_value());
  CHECK(first("s3:GetObject") == "mine");
}

TEST_CASE("catalogue: a broken file changes nothing and says where") {
  Catalogue catalogue = Catalogue::built_in();
  const auto before = catalogue.fingerprint();
  const auto place = [&](std::string_view json) {
    const auto added = catalogue.add(json);
    REQUIRE_FALSE(added.has_value());
    return added.error().path;
  };
  CHECK(place(R"({"requirements":[{"source":"a","name":"b","action":"nocolon"}]})") == "/requirements/0/action");
  CHECK(place(R"({"requirements":[{"name":"b"}]})") == "/requirements/0");
  CHECK(place(R"({"requirements":[{"source":"a","name":"b","acton":"c:D"}]})") == "/requirements/0/acton");
  CHECK(place(R"({"rules":[]})") == "/rules");
  CHECK(place(R"({"resources":[{"action":"s3:*","arn":"arn:{x"}]})") == "/resources/0/arn");
  CHECK(place(R"({"requirements":[{"source":"a","name":"b","and":["x"]}]})") == "/requirements/0/and");
  CHECK(place(R"({"withoutResource":[3]})") == "/withoutResource/0");
  CHECK(catalogue.fingerprint() == before);
}
