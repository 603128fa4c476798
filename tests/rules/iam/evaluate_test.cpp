// The rules by which policies combine; see "Policy evaluation logic" in the IAM User Guide.
#include "rules/iam/evaluate.h"

#include <doctest/doctest.h>

#include "tests/rules/iam/request_case.h"

using namespace trailkeeper::tests;

namespace {

constexpr std::string_view kAllowed = "Allowed";
constexpr std::string_view kExplicit = "ExplicitlyDenied";
constexpr std::string_view kImplicit = "ImplicitlyDenied";

std::string grant_to(std::string_view principal_json) {
  return policy(R"("Sid":"R","Effect":"Allow","Action":"*","Resource":"*","Principal":)" + std::string{principal_json});
}
std::string aws(std::string_view principal) { return R"({"AWS":")" + std::string{principal} + "\"}"; }

}  // namespace

TEST_CASE("nothing allows: implicitly denied") {
  CHECK(RequestCase{}.decide() == kImplicit);
  CHECK(RequestCase{.identity = "[]"}.decide() == kImplicit);
  CHECK(RequestCase{.identity = list(kAllowOther)}.decide() == kImplicit);
  CHECK(RequestCase{.identity = list(kAllowAll)}.decide() == kAllowed);
}

TEST_CASE("a Deny in any policy wins") {
  const std::string all = list(kAllowAll);
  const std::string none = list(kDenyAll);
  const std::string resource_none = policy(R"("Effect":"Deny","Action":"*","Resource":"*","Principal":"*")");
  CHECK(RequestCase{.identity = "[" + std::string{kAllowAll} + "," + std::string{kDenyAll} + "]"}.decide() ==
        kExplicit);
  CHECK(RequestCase{.identity = all, .resource_policy = resource_none}.decide() == kExplicit);
  CHECK(RequestCase{.identity = all, .boundaries = none}.decide() == kExplicit);
  CHECK(RequestCase{.principal{kSession}, .identity = all, .session = none}.decide() == kExplicit);
  CHECK(RequestCase{.identity = all, .service_control = list(none)}.decide() == kExplicit);
  CHECK(RequestCase{.identity = all, .resource_control = list(list(resource_none))}.decide() == kExplicit);
  CHECK(RequestCase{.identity = all, .vpc_endpoint = list(resource_none)}.decide() == kExplicit);
  // Also past a grant that implicit denies don't touch.
  CHECK(RequestCase{.identity = none, .resource_policy = grant_to(aws(kUser))}.decide() == kExplicit);
}

TEST_CASE("the root user") {
  RequestCase root{.principal{kRoot}};
  CHECK(root.decide() == kAllowed);
  // Identity policies, boundaries and session policies aren't about it.
  root.identity = root.boundaries = root.session = list(kDenyAll);
  CHECK(root.decide() == kAllowed);
  CHECK(root.result().find("may do everything") != std::string::npos);
  // SCPs, RCPs and resource policies are.
  CHECK(RequestCase{.principal{kRoot}, .service_control = list(list(kDenyAll))}.decide() == kExplicit);
  CHECK(RequestCase{.principal{kRoot}, .service_control = list(list(kAllowOther))}.decide() == kImplicit);
  const std::string deny_everyone = policy(R"("Effect":"Deny","Action":"*","Resource":"*","Principal":"*")");
  CHECK(RequestCase{.principal{kRoot}, .resource_policy = deny_everyone}.decide() == kExplicit);
  CHECK(RequestCase{.principal{kRoot}, .resource_control = list(list(deny_everyone))}.decide() == kExplicit);
  // In another account its own account's side needs nothing, the other one does.
  CHECK(RequestCase{.principal{kRoot}, .account = "444455556666"}.decide() == kImplicit);
  CHECK(RequestCase{.principal{kRoot}, .account = "444455556666", .resource_policy = grant_to(aws("111122223333"))}
            .decide() == kAllowed);
}

TEST_CASE("SCPs: every level must allow, within a level any policy") {
  RequestCase one{.identity = list(kAllowAll)};
  const std::string both = "[" + std::string{kAllowOther} + "," + std::string{kAllowAll} + "]";
  one.service_control = list(both);
  CHECK(one.decide() == kAllowed);
  one.service_control = "[" + both + "," + list(kAllowAll) + "," + list(kAllowAll) + "]";
  CHECK(one.decide() == kAllowed);
  one.service_control = "[" + both + "," + list(kAllowOther) + "," + list(kAllowAll) + "]";
  CHECK(one.decide() == kImplicit);
  CHECK(one.result().find("any service control policy at level 1") != std::string::npos);
  one.service_control = "[" + both + ",[]]";
  CHECK(one.decide() == kImplicit);
  one.service_control = "[]";
  CHECK(one.decide() == kAllowed);
  // An SCP grants nothing, and limits grants of resource policies too.
  CHECK(RequestCase{.service_control = list(list(kAllowAll))}.decide() == kImplicit);
  CHECK(RequestCase{.resource_policy = grant_to(aws(kUser)), .service_control = list(list(kAllowOther))}.decide() ==
        kImplicit);
}

TEST_CASE("SCPs and RCPs that don't apply") {
  const std::string nothing = list(list(kDenyAll));
  const std::string resource_none =
      list(list(policy(R"("Effect":"Deny","Action":"*","Resource":"*","Principal":"*")")));
  for (const std::string_view linked :
       {"arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
        "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForX/s"}) {
    CHECK(RequestCase{.principal{linked}, .identity = list(kAllowAll), .service_control = nothing}.decide() ==
          kAllowed);
    CHECK(RequestCase{.principal{linked}, .identity = list(kAllowAll), .resource_control = resource_none}.decide() ==
          kAllowed);
  }
  CHECK(RequestCase{.principal = "lambda.amazonaws.com",
                    .resource_policy = grant_to(R"({"Service":"lambda.amazonaws.com"})"),
                    .service_control = nothing}
            .decide() == kAllowed);
  CHECK(RequestCase{.principal = "lambda.amazonaws.com",
                    .resource_policy = grant_to(R"({"Service":"lambda.amazonaws.com"})"),
                    .resource_control = resource_none}
            .decide() == kExplicit);
  // EC2 isn't among the services that RCPs are for; that is said.
  const RequestCase ec2{.action = "ec2:DescribeInstances",
                        .resource = "*",
                        .identity = list(kAllowAll),
                        .resource_control = resource_none};
  CHECK(ec2.decide() == kAllowed);
  CHECK(ec2.result().find("resource control policies don't apply to ec2") != std::string::npos);
}

TEST_CASE("the management account") {
  RequestCase one{.identity = list(kAllowAll), .service_control = list(list(kDenyAll))};
  const auto with_management = [&](std::string_view account) {
    std::string json = one.json();
    json.insert(json.find("\"resource\":"), R"("managementAccount":")" + std::string{account} + "\",");
    trailkeeper::rules::iam::Evaluator evaluator;
    return trailkeeper::rules::iam::evaluate_json(json, evaluator)->substr(13, 7);
  };
  CHECK(with_management("111122223333") == "Allowed");
  CHECK(with_management("444455556666") == "Explici");
}

TEST_CASE("RCPs only take away") {
  const std::string deny_away = policy(
      R"("Effect":"Deny","Action":"s3:*","Resource":"*","Principal":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}})");
  RequestCase one{.context = R"({"aws:PrincipalAccount":"111122223333"})",
                  .identity = list(kAllowAll),
                  .resource_control = "[[]," + list(deny_away) + "]"};
  CHECK(one.decide() == kAllowed);
  one.context = R"({"aws:PrincipalAccount":"444455556666"})";
  CHECK(one.decide() == kExplicit);
}

TEST_CASE("same account: an identity or a resource policy is enough") {
  CHECK(RequestCase{.resource_policy = grant_to(aws(kUser))}.decide() == kAllowed);
  CHECK(RequestCase{.resource_policy = grant_to(R"("*")")}.decide() == kAllowed);
  CHECK(RequestCase{.resource_policy = grant_to(aws("*"))}.decide() == kAllowed);
  // The account delegates to its identity policies.
  CHECK(RequestCase{.resource_policy = grant_to(aws("111122223333"))}.decide() == kImplicit);
  CHECK(RequestCase{.identity = list(kAllowAll), .resource_policy = grant_to(aws("111122223333"))}.decide() ==
        kAllowed);
  CHECK(RequestCase{.identity = list(kAllowAll), .resource_policy = grant_to(aws("444455556666"))}.decide() ==
        kAllowed);
}

TEST_CASE("boundaries and session policies limit identity policies") {
  CHECK(RequestCase{.identity = list(kAllowAll), .boundaries = list(kAllowOther)}.decide() == kImplicit);
  CHECK(RequestCase{.identity = list(kAllowAll), .boundaries = list(kAllowAll)}.decide() == kAllowed);
  CHECK(RequestCase{.boundaries = list(kAllowAll)}.decide() == kImplicit);
  RequestCase session{.principal{kSession}, .identity = list(kAllowAll)};
  CHECK(session.decide() == kAllowed);
  session.session = list(kAllowOther);
  CHECK(session.decide() == kImplicit);
  session.session = "[" + std::string{kAllowOther} + "," + std::string{kAllowAll} + "]";
  CHECK(session.decide() == kAllowed);
  session.identity = "[]";
  CHECK(session.decide() == kImplicit);
}

TEST_CASE("same account: whom the resource policy names decides what limits it") {
  struct Row {
    std::string_view principal;
    std::string named;
    bool past_boundary;
    bool past_session;
  };
  const Row rows[] = {
      {kUser, aws(kUser), true, true},           {kUser, R"("*")", true, true},
      {kRole, aws(kRole), false, false},         {kRole, R"("*")", true, true},
      {kSession, aws(kSession), true, true},     {kSession, aws(kRole), false, false},
      {kSession, R"("*")", true, true},          {kSession, aws("111122223333"), false, false},
      {kFederated, aws(kFederated), true, true}, {kFederated, aws(kUser), false, false},
      {kFederated, R"("*")", true, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.principal);
    CAPTURE(row.named);
    const RequestCase bounded{.principal{row.principal},
                              .resource_policy = grant_to(row.named),
                              .boundaries = list(kAllowOther),
                              .session = list(kAllowAll)};
    CHECK((bounded.decide() == kAllowed) == row.past_boundary);
    const RequestCase limited{
        .principal{row.principal}, .resource_policy = grant_to(row.named), .session = list(kAllowOther)};
    CHECK((limited.decide() == kAllowed) == row.past_session);
  }
  // Within both limits the role's ARN is enough.
  CHECK(RequestCase{.principal{kSession},
                    .resource_policy = grant_to(aws(kRole)),
                    .boundaries = list(kAllowAll),
                    .session = list(kAllowAll)}
            .decide() == kAllowed);
}

TEST_CASE("\"*\" with aws:PrincipalArn isn't limited by boundary or session policy") {
  RequestCase one{
      .principal{kSession},
      .context = R"({"aws:PrincipalArn":"arn:aws:iam::111122223333:role/Developer"})",
      .resource_policy = policy(
          R"("Effect":"Allow","Action":"*","Resource":"*","Principal":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/Developer"}})"),
      .boundaries = list(kAllowOther),
      .session = list(kAllowOther)};
  CHECK(one.decide() == kAllowed);
}

TEST_CASE("GetFederationToken without a session policy gives nothing of the user's") {
  CHECK(RequestCase{.principal{kFederated}, .identity = list(kAllowAll)}.decide() == kImplicit);
  CHECK(RequestCase{.principal{kFederated}, .identity = list(kAllowAll), .session = list(kAllowAll)}.decide() ==
        kAllowed);
  CHECK(RequestCase{.principal{kFederated}, .resource_policy = grant_to(aws(kFederated))}.decide() == kAllowed);
  CHECK(RequestCase{.principal{kFederated}, .resource_policy = grant_to(aws(kUser))}.decide() == kImplicit);
}

TEST_CASE("cross account: both sides must allow") {
  const std::string all = list(kAllowAll);
  for (const std::string& named : {aws(kUser), aws("111122223333"), aws(kRoot), std::string{R"("*")"}}) {
    CAPTURE(named);
    RequestCase one{.account = "444455556666", .identity = all, .resource_policy = grant_to(named)};
    CHECK(one.decide() == kAllowed);
    one.identity = "[]";
    CHECK(one.decide() == kImplicit);
    CHECK(one.result().find("both accounts") != std::string::npos);
  }
  CHECK(RequestCase{.account = "444455556666", .identity = all}.decide() == kImplicit);
  CHECK(RequestCase{.account = "444455556666", .identity = all, .resource_policy = grant_to(aws("777788889999"))}
            .decide() == kImplicit);
  // Here boundary and session policy always limit.
  CHECK(RequestCase{.principal{kSession},
                    .account = "444455556666",
                    .identity = all,
                    .resource_policy = grant_to(aws(kSession)),
                    .boundaries = list(kAllowOther)}
            .decide() == kImplicit);
  CHECK(RequestCase{.principal{kSession},
                    .account = "444455556666",
                    .identity = all,
                    .resource_policy = grant_to(aws(kSession)),
                    .session = list(kAllowOther)}
            .decide() == kImplicit);
  // The resource's ARN tells its account.
  RequestCase queue{.action = "sqs:SendMessage", .resource = "arn:aws:sqs:us-east-1:444455556666:q", .identity = all};
  CHECK(queue.decide() == kImplicit);
  queue.resource = "arn:aws:sqs:us-east-1:111122223333:q";
  CHECK(queue.decide() == kAllowed);
}

TEST_CASE("role trust policies must allow") {
  RequestCase assume{
      .action = "sts:AssumeRole", .resource = "arn:aws:iam::111122223333:role/Auditor", .identity = list(kAllowAll)};
  const auto trust = [](const std::string& principal) {
    return policy(R"("Effect":"Allow","Action":"sts:AssumeRole","Principal":)" + principal);
  };
  CHECK(assume.decide() == kImplicit);
  assume.resource_policy = trust(aws("111122223333"));
  CHECK(assume.decide() == kAllowed);
  assume.identity = "[]";
  CHECK(assume.decide() == kImplicit);
  assume.resource_policy = trust(aws(kUser));
  CHECK(assume.decide() == kAllowed);
  assume.resource_policy = trust(R"({"Service":"ec2.amazonaws.com"})");
  CHECK(assume.decide() == kImplicit);
  assume.principal = "ec2.amazonaws.com";
  CHECK(assume.decide() == kAllowed);
  // Other actions of STS need no trust policy.
  CHECK(RequestCase{.action = "sts:GetSessionToken", .resource = "*", .identity = list(kAllowAll)}.decide() ==
        kAllowed);
}

TEST_CASE("KMS key policies must allow; they may delegate to the account") {
  RequestCase decrypt{.action = "kms:Decrypt",
                      .resource = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
                      .identity = list(kAllowAll)};
  CHECK(decrypt.decide() == kImplicit);
  decrypt.resource_policy = grant_to(aws(kRoot));
  CHECK(decrypt.decide() == kAllowed);
  decrypt.identity = "[]";
  CHECK(decrypt.decide() == kImplicit);
  decrypt.resource_policy = grant_to(aws(kUser));
  CHECK(decrypt.decide() == kAllowed);
  decrypt.principal = kRoot;
  CHECK(decrypt.decide() == kImplicit);
  decrypt.resource_policy = grant_to(aws(kRoot));
  CHECK(decrypt.decide() == kAllowed);
  // What isn't about a key follows the usual rule.
  CHECK(RequestCase{.action = "kms:ListKeys", .resource = "*", .identity = list(kAllowAll)}.decide() == kAllowed);
}

TEST_CASE("services, anonymous requests and identity providers have only the resource policy") {
  RequestCase service{.principal = "lambda.amazonaws.com", .identity = list(kAllowAll)};
  CHECK(service.decide() == kImplicit);
  service.resource_policy = grant_to(R"({"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]})");
  CHECK(service.decide() == kAllowed);
  CHECK(RequestCase{.principal = "*", .resource_policy = grant_to(R"("*")")}.decide() == kAllowed);
  CHECK(RequestCase{.principal = "*", .resource_policy = grant_to(aws(kUser))}.decide() == kImplicit);
  CHECK(
      RequestCase{
          .principal = "accounts.google.com",
          .action = "sts:AssumeRoleWithWebIdentity",
          .resource = "arn:aws:iam::111122223333:role/Web",
          .resource_policy = policy(
              R"("Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":"accounts.google.com"})")}
          .decide() == kAllowed);
}

TEST_CASE("NotPrincipal") {
  const auto deny_but = [](const std::string& principals) {
    return policy(R"("Effect":"Deny","Action":"*","Resource":"*","NotPrincipal":{"AWS":)" + principals + "}");
  };
  RequestCase one{.identity = list(kAllowAll)};
  const std::string user_and_account = "[\"" + std::string{kUser} + "\",\"" + std::string{kRoot} + "\"]";
  one.resource_policy = deny_but(user_and_account);
  CHECK(one.decide() == kAllowed);
  // The example of the guide: the other users of that account are denied.
  one.principal = "arn:aws:iam::111122223333:user/ben";
  CHECK(one.decide() == kExplicit);
  one.principal = kSession;
  CHECK(one.decide() == kExplicit);
  one.resource_policy = deny_but("[\"" + std::string{kRole} + "\"]");
  CHECK(one.decide() == kAllowed);
  // Whoever has a boundary is denied, whatever the values.
  one.boundaries = list(kAllowAll);
  CHECK(one.decide() == kExplicit);
  // With Allow, all others.
  const std::string allow_but = policy(
      R"("Effect":"Allow","Action":"*","Resource":"*","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/ben"})");
  CHECK(RequestCase{.resource_policy = allow_but}.decide() == kAllowed);
  CHECK(RequestCase{.principal = "arn:aws:iam::111122223333:user/ben", .resource_policy = allow_but}.decide() ==
        kImplicit);
}

TEST_CASE("a resource policy's statement without Principal matches nothing, its siblings do") {
  const std::string nobody = R"({"Effect":"Allow","Action":"*","Resource":"*"})";
  const std::string user = R"({"Effect":"Allow","Action":"*","Resource":"*","Principal":)" + aws(kUser) + "}";
  CHECK(RequestCase{.resource_policy = R"({"Statement":[)" + nobody + "]}"}.decide() == kImplicit);
  CHECK(RequestCase{.resource_policy = R"({"Statement":[)" + nobody + "," + user + "]}"}.decide() == kAllowed);
}

TEST_CASE("Action and NotAction") {
  const auto with = [](std::string_view element, std::string_view action = "s3:GetObject") {
    return RequestCase{.action{action},
                       .identity = policies(R"("Effect":"Allow","Resource":"*",)" + std::string{element})}
        .decide();
  };
  CHECK(with(R"("Action":"S3:getobject")") == kAllowed);
  CHECK(with(R"("Action":"s3:Get*")") == kAllowed);
  CHECK(with(R"("Action":"s3:G?tObj*t")") == kAllowed);
  CHECK(with(R"("Action":"s3:*")") == kAllowed);
  CHECK(with(R"("Action":"*:*")") == kAllowed);
  CHECK(with(R"("Action":"s3:GetObjec")") == kImplicit);
  CHECK(with(R"("Action":"s3:GetObject ")") == kImplicit);
  CHECK(with(R"("Action":"s3:GetObject,s3:PutObject")") == kImplicit);
  CHECK(with(R"("Action":["sqs:*","s3:Get*"])") == kAllowed);
  CHECK(with(R"("Action":[])") == kImplicit);
  CHECK(with(R"("NotAction":"iam:*")") == kAllowed);
  CHECK(with(R"("NotAction":["iam:*","s3:G*"])") == kImplicit);
  CHECK(with(R"("NotAction":"*")") == kImplicit);
  // PowerUserAccess.
  CHECK(with(R"("NotAction":["iam:*","organizations:*","account:*"])", "iam:GetAccountSummary") == kImplicit);
  CHECK(with(R"("NotAction":["iam:*","organizations:*","account:*"])", "activate:GetCredits") == kAllowed);
}

TEST_CASE("Resource and NotResource") {
  const auto with = [](std::string_view element, std::string_view resource = "arn:aws:s3:::reports/anna/a",
                       std::string_view version = "2012-10-17") {
    return RequestCase{.resource{resource},
                       .context = R"({"aws:username":"anna"})",
                       .identity = R"([{"Version":")" + std::string{version} +
                                   R"(","Statement":{"Effect":"Allow","Action":"*",)" + std::string{element} + "}}]"}
        .decide();
  };
  CHECK(with(R"("Resource":"arn:aws:s3:::reports/*")") == kAllowed);
  CHECK(with(R"("Resource":"arn:aws:s3:::Reports/*")") == kImplicit);
  CHECK(with(R"("Resource":"arn:aws:s3:::reports/${aws:username}/*")") == kAllowed);
  CHECK(with(R"("Resource":"arn:aws:s3:::reports/${aws:userid}/*")") == kImplicit);
  CHECK(with(R"("Resource":["arn:aws:s3:::reports/${aws:userid}/*","arn:aws:s3:::*"])") == kAllowed);
  CHECK(with(R"("NotResource":"arn:aws:s3:::reports/*")") == kImplicit);
  CHECK(with(R"("NotResource":"arn:aws:s3:::other/*")") == kAllowed);
  CHECK(with(R"("NotResource":"arn:aws:sqs")") == kAllowed);
  CHECK(with(R"("NotResource":"arn:aws:s3:::${aws:userid}")") == kImplicit);
  CHECK(with(R"("NotResource":"*")") == kImplicit);
  // An action without resource types needs "*".
  CHECK(with(R"("Resource":"arn:aws:s3:::*")", "*") == kImplicit);
  CHECK(with(R"("Resource":"*")", "*") == kAllowed);
  // In 2008 there were no variables.
  CHECK(with(R"("Resource":"arn:aws:s3:::reports/${aws:username}/*")", "arn:aws:s3:::reports/anna/a", "2008-10-17") ==
        kImplicit);
  CHECK(with(R"("Resource":"arn:aws:s3:::reports/${aws:username}/*")", "arn:aws:s3:::reports/${aws:username}/a",
             "2008-10-17") == kAllowed);
}

TEST_CASE("a context value's wildcards are literal") {
  const auto as = [](std::string_view name) {
    return RequestCase{
        .resource = "arn:aws:s3:::reports/Bobby/a",
        .context = R"({"aws:username":")" + std::string{name} + "\"}",
        .identity = policies(R"("Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::reports/${aws:username}/*")")}
        .decide();
  };
  CHECK(as("Bob*") == kImplicit);
  CHECK(as("Bobby") == kAllowed);
}

TEST_CASE("sts:GetCallerIdentity needs nothing and can't be denied") {
  RequestCase one{.action = "sts:GetCallerIdentity", .resource = "*", .identity = list(kDenyAll)};
  CHECK(one.decide() == kAllowed);
  one.principal = "*";
  CHECK(one.decide() == kImplicit);
}

TEST_CASE("the VPC endpoint's policy must allow") {
  CHECK(RequestCase{.identity = list(kAllowAll), .vpc_endpoint = list(grant_to(R"("*")"))}.decide() == kAllowed);
  CHECK(RequestCase{.identity = list(kAllowAll),
                    .vpc_endpoint = list(policy(R"("Effect":"Allow","Action":"sqs:*","Resource":"*","Principal":"*")"))}
            .decide() == kImplicit);
}

TEST_CASE("the permissions of rules R6 to R11") {
  const auto decide = [](std::string_view action, const std::string& identity) {
    return RequestCase{.action{action}, .resource = "*", .identity = identity}.decide();
  };
  const std::string reads = policies(R"("Effect":"Allow","Action":"activate:Get*","Resource":"*")");
  CHECK(decide("activate:GetCredits", reads) == kAllowed);
  CHECK(decide("activate:PutMemberInfo", reads) == kImplicit);
  CHECK(decide("activate:CreateForm", reads) == kImplicit);
  const std::string activate = policies(R"("Effect":"Allow","Action":"activate:*","Resource":"*")");
  CHECK(decide("activate:GetCosts", activate) == kAllowed);
  CHECK(decide("ce:GetCostAndUsage", activate) == kImplicit);
  const std::string arn = policies(R"("Effect":"Allow","Action":"activate:*","Resource":"arn:aws:activate:::*")");
  CHECK(decide("activate:GetCredits", arn) == kImplicit);
  CHECK(decide("support:DescribeTrustedAdvisorChecks",
               policies(R"("Effect":"Allow","Action":"support:Describe*","Resource":"*")")) == kAllowed);
  CHECK(decide("activate:CreateForm", list(kAllowAll)) == kAllowed);
  CHECK(RequestCase{.principal{kSession},
                    .action = "activate:CreateForm",
                    .resource = "*",
                    .identity = list(kAllowAll),
                    .boundaries = policies(R"("Effect":"Allow","Action":"s3:*","Resource":"*")")}
            .decide() == kImplicit);
}
