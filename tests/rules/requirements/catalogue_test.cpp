#include "rules/requirements/catalogue.h"

#include <doctest/doctest.h>

#include "rules/requirements/built_in.h"
#include "rules/requirements/known_actions.h"

using namespace trailkeeper;
using trailkeeper::rules::requirements::Catalogue;
using trailkeeper::rules::requirements::KnownActions;
using trailkeeper::rules::requirements::Requirement;

namespace {

const Catalogue& built_in() {
  static const Catalogue catalogue = Catalogue::built_in();
  return catalogue;
}

std::string action_of(std::string_view source, std::string_view name) {
  return built_in().requirements(source, name).front().action;
}

// All actions that an event may have needed, as far as its record tells: `s3:GetObject+s3:GetObjectAttributes`.
std::string actions_of(std::string_view source, std::string_view name, std::string_view record) {
  const auto all = built_in().requirements(std::string{source} + ".amazonaws.com", name);
  const auto json = text::parse_json_object(record);
  std::string out;
  for (const Requirement* one : possible(all, json ? &*json : nullptr)) {
    out += (out.empty() ? "" : " or ") + (one->action.empty() ? "unknown" : one->action);
    for (const auto& more : one->more) out += one->action.empty() ? "" : "+" + more.action;
  }
  return out;
}

}  // namespace

TEST_CASE("catalogue: an event needs the action of its own name") {
  CHECK(action_of("activate.amazonaws.com", "GetCredits") == "activate:GetCredits");
  CHECK(action_of("ec2.amazonaws.com", "RunInstances") == "ec2:RunInstances");
  CHECK(action_of("ce.amazonaws.com", "GetCostAndUsage") == "ce:GetCostAndUsage");
}

TEST_CASE("catalogue: names and services that IAM calls differently") {
  CHECK(action_of("s3.amazonaws.com", "ListObjects") == "s3:ListBucket");
  CHECK(action_of("s3.amazonaws.com", "HeadBucket") == "s3:ListBucket");
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
  CHECK(action_of("cloudfront.amazonaws.com", "CreateDistributionWithTags2020_05_31") ==
        "cloudfront:CreateDistribution");
  CHECK(action_of("lambda.amazonaws.com", "GetLayerVersionByArn20181031") == "lambda:GetLayerVersion");
  // A name that merely ends in digits is whole.
  CHECK(action_of("comprehendmedical.amazonaws.com", "DetectEntitiesV2") == "comprehendmedical:DetectEntitiesV2");
}

TEST_CASE("catalogue: rules, what needs nothing, and what is never known") {
  const Catalogue catalogue = Catalogue::built_in();
  const Requirement form = catalogue.requirements("activate.amazonaws.com", "CreateForm").front();
  CHECK(form.rule == "R6");
  CHECK(form.administrator_rule == "R11");
  CHECK(form.without_resource);
  const Requirement costs = catalogue.requirements("activate.amazonaws.com", "GetCosts").front();
  REQUIRE(costs.also.size() == 1);
  CHECK(costs.also[0].action == "ce:GetCostAndUsage");
  CHECK(costs.also[0].rule == "R7");
  CHECK_FALSE(catalogue.requirements("signin.amazonaws.com", "ConsoleLogin").front().none.empty());
  CHECK_FALSE(catalogue.requirements("sts.amazonaws.com", "GetCallerIdentity").front().none.empty());
  CHECK(catalogue.requirements("support.amazonaws.com", "DescribeTrustedAdvisorChecks").front().rule == "R8");
  CHECK(catalogue.requirements("", "GetCredits").front().action.empty());
  CHECK(catalogue.requirements("example.com", "Get").front().action.empty());
  CHECK(catalogue.features().size() == 14);
}

TEST_CASE("catalogue: every action that an event can map to is one that IAM knows") {
  const KnownActions& known = KnownActions::built_in();
  const auto check = [&](const std::string& source, std::string_view name) {
    for (const Requirement& one : built_in().requirements(source, name)) {
      CAPTURE(source);
      CAPTURE(name);
      CHECK((known.has(one.action) || !one.none.empty() || !one.unknown.empty()));
      for (const auto& more : one.more) CHECK((known.has(more.action) || !one.unknown.empty()));
    }
  };
  std::size_t own = 0;
  for (const auto& [service, names] : known.services()) {
    const std::string source = std::string{service} + ".amazonaws.com";
    for (const std::string_view name : names) {
      check(source, name);
      check(source, std::string{name} + "WithMore");
      if (action_of(source, name) == std::string{service} + ":" + std::string{name}) ++own;
    }
  }
  CHECK(own > 21000);
  // The reference's spelling.
  CHECK(action_of("s3.amazonaws.com", "GetBucketCors") == "s3:GetBucketCORS");
  CHECK(action_of("s3.amazonaws.com", "getbucketCORS") == "s3:GetBucketCORS");
}

TEST_CASE("catalogue: of a name that IAM doesn't know only the service's own words are left") {
  const Requirement one = built_in().requirements("ec2.amazonaws.com", "MakeCoffee").front();
  CHECK(one.action.empty());
  CHECK(one.unknown == "IAM's reference has no action ec2:MakeCoffee");
  CHECK(one.parsed);
  CHECK(action_of("nosuch.amazonaws.com", "Get").empty());
  CHECK(action_of("iot1click.amazonaws.com", "ListDevices").empty());
}

TEST_CASE("catalogue: what the event tells decides between actions") {
  constexpr std::string_view version = R"({"requestParameters":{"bucketName":"b","key":"k","versionId":"v1"}})";
  constexpr std::string_view plain = R"({"requestParameters":{"bucketName":"b","key":"k","versionId":null}})";
  constexpr std::string_view omitted = R"({"requestParameters":{"omitted":true}})";
  CHECK(actions_of("s3", "GetObject", version) == "s3:GetObjectVersion");
  CHECK(actions_of("s3", "GetObject", plain) == "s3:GetObject");
  CHECK(actions_of("s3", "HeadObject", version) == "s3:GetObjectVersion");
  CHECK(actions_of("s3", "DeleteObject", version) == "s3:DeleteObjectVersion");
  CHECK(actions_of("s3", "GetObjectTagging", version) == "s3:GetObjectVersionTagging");
  CHECK(actions_of("s3", "PutObjectAcl", version) == "s3:PutObjectVersionAcl");
  CHECK(actions_of("s3", "GetObjectAttributes", version) == "s3:GetObjectVersion+s3:GetObjectVersionAttributes");
  CHECK(actions_of("s3", "GetObjectAttributes", plain) == "s3:GetObject+s3:GetObjectAttributes");
  CHECK(actions_of("s3", "GetObject", omitted) == "s3:GetObjectVersion or s3:GetObject");
  CHECK(actions_of("s3", "GetObject", R"({"errorCode":"AccessDenied","requestParameters":null})") ==
        "s3:GetObjectVersion or s3:GetObject");
  CHECK(actions_of("s3", "GetObject", "") == "s3:GetObjectVersion or s3:GetObject");
  CHECK(actions_of("s3", "CopyObject", R"({"requestParameters":{"x-amz-copy-source":"b/versionId=1/k"}})") ==
        "s3:PutObject+s3:GetObject");
  CHECK(actions_of("s3", "CopyObject", R"({"requestParameters":{"x-amz-copy-source":"b/k?versionId=1"}})") ==
        "s3:PutObject+s3:GetObjectVersion");
  CHECK(actions_of("s3", "DeleteBucketPublicAccessBlock", plain) == "s3:PutBucketPublicAccessBlock");
  CHECK(actions_of("s3", "DeleteAccountPublicAccessBlock", plain) == "s3:PutAccountPublicAccessBlock");
  CHECK(actions_of("cloudfront", "CreateDistributionWithTags", plain) ==
        "cloudfront:CreateDistribution+cloudfront:TagResource");

  const auto scaling = [](std::string_view name, std::string_view record) {
    return actions_of("autoscaling", name, record);
  };
  CHECK(scaling("RegisterScalableTarget", "{}") == "application-autoscaling:RegisterScalableTarget");
  CHECK(scaling("CreateScalingPlan", "{}") == "autoscaling-plans:CreateScalingPlan");
  CHECK(scaling("CreateAutoScalingGroup", "{}") == "autoscaling:CreateAutoScalingGroup");
  CHECK(scaling("PutScalingPolicy", R"({"requestParameters":{"serviceNamespace":"ecs"}})") ==
        "application-autoscaling:PutScalingPolicy");
  CHECK(scaling("PutScalingPolicy", R"({"requestParameters":{"autoScalingGroupName":"g"}})") ==
        "autoscaling:PutScalingPolicy");
  CHECK(scaling("PutScalingPolicy",
                R"({"requestParameters":null,"additionalEventData":{"service":"application-autoscaling"}})") ==
        "application-autoscaling:PutScalingPolicy");
  // Its service namespace is required.
  CHECK(scaling("DescribeScalingActivities", R"({"requestParameters":null})") ==
        "autoscaling:DescribeScalingActivities");
  CHECK(scaling("PutScalingPolicy", omitted).find(" or ") != std::string::npos);

  const auto gateway = [](std::string_view name, std::string_view arn) {
    return actions_of(
        "apigateway", name,
        R"({"requestParameters":{"resourceArn":"arn:aws:apigateway:eu-west-1::)" + std::string{arn} + "\"}}");
  };
  CHECK(gateway("TagResource", "/restapis/a") == "apigateway:PUT");
  CHECK(gateway("TagResource", "/apis/a") == "apigateway:POST");
  CHECK(gateway("TagResource", "/domainnames/a") == "apigateway:PUT or apigateway:POST");
  CHECK(gateway("UntagResource", "/apis/a") == "apigateway:DELETE");
  CHECK(gateway("FlushStageCache", "") == "apigateway:DELETE");
  CHECK(gateway("FlushStageAuthorizersCache", "") == "apigateway:DELETE");
  CHECK(gateway("ResetAuthorizersCache", "") == "apigateway:DELETE");
  CHECK(gateway("GenerateClientCertificate", "") == "apigateway:POST");
  CHECK(gateway("TestInvokeMethod", "") == "apigateway:POST");
  CHECK(gateway("ReimportApi", "") == "apigateway:PUT");
  CHECK(gateway("ImportApi", "") == "apigateway:PUT");
  CHECK(gateway("ImportRestApi", "") == "apigateway:POST");
  CHECK(gateway("ImportDocumentationParts", "") == "apigateway:PUT");
  CHECK(gateway("ExportApi", "") == "apigateway:GET");
  CHECK(gateway("CreatePortal", "") == "apigateway:CreatePortal");
}

TEST_CASE("catalogue: sources that IAM calls otherwise") {
  const auto action = [](std::string_view source, std::string_view name) {
    return built_in().requirements(std::string{source} + ".amazonaws.com", name).front().action;
  };
  CHECK(action("rdsdata", "ExecuteStatement") == "rds-data:ExecuteStatement");
  CHECK(action("metering-marketplace", "MeterUsage") == "aws-marketplace:MeterUsage");
  CHECK(action("entitlement-marketplace", "GetEntitlements") == "aws-marketplace:GetEntitlements");
  CHECK(action("iotdata", "Publish") == "iot:Publish");
  CHECK(action("lexv2", "CreateBot") == "lex:CreateBot");
  CHECK(action("iotsecuredtunneling", "OpenTunnel") == "iot:OpenTunnel");
  CHECK(action("bedrock-agentcore-control", "CreateGateway") == "bedrock-agentcore:CreateGateway");
  CHECK(action("partnercentral-selling", "CreateOpportunity") == "partnercentral:CreateOpportunity");
  // The billing console's calls have names of their own, which no policy knows.
  CHECK(action("billingconsole", "GetBills").empty());
}

TEST_CASE("catalogue: a user's own file goes before what is built in") {
  Catalogue catalogue = Catalogue::built_in();
  const auto before = catalogue.fingerprint();
  const std::string_view json =
      R"({"prefixes":{"legacy":"new"},"requirements":[{"source":"s3.amazonaws.com","name":"ListObjects","action":"s3:Mine"},)"
      R"({"source":"shop.example","name":"*","action":"shop:Any"}]})";
  REQUIRE(catalogue.add(json).has_value());
  CHECK(catalogue.requirements("s3.amazonaws.com", "ListObjects").front().action == "s3:Mine");
  CHECK(catalogue.requirements("shop.example", "Buy").front().action == "shop:Any");
  // What it names may be newer than the reference.
  CHECK(catalogue.requirements("legacy.amazonaws.com", "Get").front().action == "new:Get");
  const std::string_view more =
      R"({"requirements":[{"source":"s3.amazonaws.com","name":"GetObject","when":{"requestParameters.mine":["a","b*"]},)"
      R"("either":["s3:One","s3:Two"]}]})";
  REQUIRE(catalogue.add(more).has_value());
  CHECK(catalogue.requirements("s3.amazonaws.com", "GetObject").size() == 4);
  CHECK(catalogue.fingerprint() != before);
}

TEST_CASE("catalogue: the first template that an action fits decides, and those with the same pattern") {
  Catalogue catalogue = Catalogue::built_in();
  const auto first = [&](std::string_view action) {
    const auto templates = catalogue.resource_templates(*trailkeeper::rules::iam::Action::parse(action)).first;
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
  CHECK(place(R"({"resources":[{"action":"s3:*","arn":"arn:x","unlisted":1}]})") == "/resources/0/unlisted");
  CHECK(place(R"({"requirements":[{"source":"a","name":"b","and":["x"]}]})") == "/requirements/0/and");
  CHECK(place(R"({"requirements":[{"source":"a","name":"b","either":["x"]}]})") == "/requirements/0/either");
  CHECK(place(R"({"requirements":[{"source":"a","name":"b","either":[]}]})") == "/requirements/0/either");
  CHECK(place(R"({"requirements":[{"source":"a","name":"b","when":[]}]})") == "/requirements/0/when");
  CHECK(place(R"({"requirements":[{"source":"a","name":"b","when":{"c":1}}]})") == "/requirements/0/when/c");
  CHECK(place(R"({"withoutResource":[3]})") == "/withoutResource/0");
  CHECK(catalogue.fingerprint() == before);
}

TEST_CASE("catalogue: every permission beside a call's own is an action that IAM has") {
  using trailkeeper::rules::requirements::ExtraPermission;
  for (const ExtraPermission& row : trailkeeper::rules::requirements::extra_permissions()) {
    CAPTURE(row.action);
    CAPTURE(row.names);
    CHECK(KnownActions::built_in().has(row.action));
    CHECK((row.seen == ExtraPermission::Seen::parameter) != row.parameters.empty());
    std::string_view names = row.names;
    while (!names.empty()) {
      const std::string_view name = names.substr(0, names.find(' '));
      names.remove_prefix(std::min(names.size(), name.size() + 1));
      CAPTURE(name);
      CHECK((name.find('*') != std::string_view::npos || !KnownActions::built_in().find(row.service, name).empty()));
    }
  }
  const auto extras = [](std::string_view source, std::string_view name) {
    std::string out;
    const auto requirements = built_in().requirements(source, name);
    for (const auto& extra : requirements.front().extras) {
      out += std::string{extra.row->action} + " ";
    }
    return out;
  };
  CHECK(extras("lambda.amazonaws.com", "CreateFunction20150331") == "iam:PassRole lambda:TagResource ");
  CHECK(extras("iam.amazonaws.com", "AddRoleToInstanceProfile") == "iam:PassRole ");
  CHECK(extras("sts.amazonaws.com", "AssumeRole") == "sts:TagSession sts:SetSourceIdentity ");
  CHECK(extras("ec2.amazonaws.com", "RunInstances") == "ec2:CreateTags iam:PassRole ");
  CHECK(extras("s3.amazonaws.com", "CopyObject") ==
        "s3:PutObjectAcl s3:PutObjectTagging s3:PutObjectRetention s3:PutObjectLegalHold ");
  CHECK(extras("s3.amazonaws.com", "GetObject").empty());
}

TEST_CASE("catalogue: nothing that IAM has an action for passes as needing none by a glob") {
  std::string without;
  for (const auto& [service, names] : KnownActions::built_in().services()) {
    for (const std::string_view name : names) {
      const auto all = built_in().requirements(std::string{service} + ".amazonaws.com", name);
      if (!all.front().none.empty()) without += std::string{service} + ":" + std::string{name} + " ";
    }
  }
  // Each of these has a row of its own that says why.
  CHECK(without ==
        "signin:Authenticate sts:AssumeRoleWithSAML sts:AssumeRoleWithWebIdentity "
        "sts:GetCallerIdentity sts:GetSessionToken ");
  CHECK(action_of("signin.amazonaws.com", "PutResourcePermissionStatement") == "signin:PutResourcePermissionStatement");
  CHECK_FALSE(built_in().requirements("signin.amazonaws.com", "SwitchRole").front().none.empty());
}

TEST_CASE("catalogue: globs are beginnings, so that of two that fit one event the longer is the closer") {
  for (const std::string_view json :
       {trailkeeper::rules::requirements::kActivateJson, trailkeeper::rules::requirements::kServicesJson}) {
    const auto root = text::parse_json_object(json);
    REQUIRE(root.has_value());
    for (const auto& row : root->find("requirements")->items) {
      const std::string& name = row.find("name")->text;
      CAPTURE(name);
      const std::size_t wildcard = name.find_first_of("*?");
      CHECK((wildcard == std::string::npos || wildcard + 1 == name.size()));
    }
  }
  CHECK(action_of("budgets.amazonaws.com", "DescribeSubscribersForNotification") == "budgets:ViewBudget");
  CHECK(action_of("budgets.amazonaws.com", "DescribeNotificationsForBudget") == "budgets:ViewBudget");
  CHECK(action_of("budgets.amazonaws.com", "UpdateSubscriber") == "budgets:ModifyBudget");
}
