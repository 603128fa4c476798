// Condition keys that a request determines by itself.
#include "rules/iam/implied_keys.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "rules/iam/evaluation_request.h"

using namespace trailkeeper::rules::iam;

namespace {

using Keys = std::map<std::string, std::string, std::less<>>;

Keys implied(const std::string& principal, const std::string& action, const std::string& resource,
             const std::string& resource_account = "111122223333") {
  const auto who = Principal::parse(principal);
  const auto what = Action::parse(action);
  REQUIRE(who.has_value());
  REQUIRE(what.has_value());
  Request request;
  request.principal = *who;
  request.action = &*what;
  request.resource = resource;
  request.resource_account = resource_account;
  Keys keys;
  imply_keys(request, [&](std::string_view key, std::string value) { keys.emplace(key, value.empty() ? "-" : value); });
  return keys;
}

std::string evaluated(const std::string& context, const std::string& condition) {
  Evaluator evaluator;
  const auto done = evaluate_json(
      R"({"request":{"principal":"arn:aws:iam::111122223333:user/team/dora","action":"s3:GetObject",)"
      R"("resource":"arn:aws:s3:::b/k","context":)" +
          context +
          R"(},"identityPolicies":[{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":)" +
          condition + "}}]}",
      evaluator);
  REQUIRE(done.has_value());
  return *done;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a user has a name, a session doesn't") {
  const Keys user = implied("arn:aws:iam::111122223333:user/team/dora", "s3:GetObject", "arn:aws:s3:::b/k");
  CHECK(user.at("aws:principalarn") == "arn:aws:iam::111122223333:user/team/dora");
  CHECK(user.at("aws:principalaccount") == "111122223333");
  CHECK(user.at("aws:principaltype") == "User");
  CHECK(user.at("aws:username") == "dora");
  CHECK(user.at("aws:principalisawsservice") == "false");
  CHECK(user.at("aws:resourceaccount") == "111122223333");
  CHECK(user.count("aws:userid") == 0);
  CHECK(user.count("aws:requestedregion") == 0);
  const Keys session = implied("arn:aws:sts::111122223333:assumed-role/Ops/s", "s3:GetObject", "arn:aws:s3:::b/k");
  CHECK(session.at("aws:principalarn") == "arn:aws:iam::111122223333:role/Ops");
  CHECK(session.at("aws:principaltype") == "AssumedRole");
  CHECK(session.at("aws:username") == "-");
}

TEST_CASE("root, federated users, services and nobody") {
  const Keys root = implied("arn:aws:iam::111122223333:root", "ec2:StopInstances", "*");
  CHECK(root.at("aws:principaltype") == "Account");
  CHECK(root.at("aws:userid") == "111122223333");
  CHECK(root.count("aws:resourceaccount") == 0);
  const Keys federated = implied("arn:aws:sts::111122223333:federated-user/bob", "sqs:SendMessage",
                                 "arn:aws:sqs:eu-west-1:444455556666:q", "444455556666");
  CHECK(federated.at("aws:userid") == "111122223333:bob");
  CHECK(federated.at("aws:requestedregion") == "eu-west-1");
  CHECK(federated.at("aws:resourceaccount") == "444455556666");
  const Keys service = implied("lambda.amazonaws.com", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q");
  CHECK(service.at("aws:principalisawsservice") == "true");
  CHECK(service.at("aws:principalservicename") == "lambda.amazonaws.com");
  CHECK(service.count("aws:principalarn") == 0);
  const Keys nobody = implied("*", "s3:GetObject", "arn:aws:s3:::b/k");
  CHECK(nobody.at("aws:principaltype") == "Anonymous");
  CHECK(nobody.at("aws:principalisawsservice") == "-");
}

TEST_CASE("services with one endpoint are asked in us-east-1") {
  CHECK(implied("arn:aws:iam::111122223333:root", "iam:ListUsers", "*").at("aws:requestedregion") == "us-east-1");
  CHECK(implied("arn:aws:iam::111122223333:root", "ec2:RunInstances", "*").count("aws:requestedregion") == 0);
}

TEST_CASE("what the context gives goes before what follows from the request, null too") {
  constexpr const char* kCondition = R"({"StringEquals":{"aws:PrincipalType":"User"}})";
  CHECK(has(evaluated("{}", kCondition), "\"Allowed\""));
  CHECK(has(evaluated(R"({"AWS:principaltype":"Other"})", kCondition), "\"ImplicitlyDenied\""));
  CHECK(has(evaluated(R"({"aws:PrincipalType":null})", kCondition), "\"ImplicitlyDenied\""));
}

TEST_CASE("absent keys that decided are listed, others aren't") {
  CHECK(has(evaluated("{}", R"({"StringEquals":{"aws:PrincipalTag/team":"x","aws:SourceVpce":"y"}})"),
            R"("missing":["aws:PrincipalTag/team","aws:SourceVpce"])"));
  CHECK(has(evaluated("{}", R"({"StringEqualsIfExists":{"aws:SourceVpce":"y"}})"), R"("missing":["aws:SourceVpce"])"));
  CHECK_FALSE(
      has(evaluated(R"({"aws:SourceVpce":null})", R"({"StringEqualsIfExists":{"aws:SourceVpce":"y"}})"), "missing"));
  CHECK_FALSE(
      has(evaluated("{}", R"({"StringEquals":{"aws:PrincipalType":"AssumedRole","aws:SourceVpce":"y"}})"), "missing"));
}

TEST_CASE("a session's role has the path that is known, or one that is missing where it could decide") {
  CHECK(implied("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_abc/anna", "s3:GetObject",
                "arn:aws:s3:::b/k")
            .at("aws:principalarn") ==
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_abc");
  const auto denied = [](const std::string& role, const std::string& pattern) {
    Evaluator evaluator;
    const auto done = evaluate_json(
        R"({"request":{"principal":"arn:aws:sts::111122223333:assumed-role/)" + role +
            R"(/anna","action":"ec2:StopInstances","resource":"*"},"identityPolicies":[{"Version":"2012-10-17",)"
            R"("Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*",)"
            R"("Condition":{"ArnNotLike":{"aws:PrincipalArn":")" +
            pattern + R"("}}}]}]})",
        evaluator);
    REQUIRE(done.has_value());
    return std::string{has(*done, "ExplicitlyDenied") ? "denied" : "allowed"} +
           (has(*done, R"("missing":["aws:PrincipalArn"])") ? " ?" : "");
  };
  CHECK(denied("AWSReservedSSO_Admin_abc", "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*") == "allowed");
  CHECK(denied("AWSReservedSSO_Admin_abc", "arn:aws:iam::*:role/aws-reserved/*/AWSReservedSSO_Ops_*") == "denied ?");
  CHECK(denied("AWSReservedSSO_Admin_abc", "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/eu-west-1/*") ==
        "denied ?");
  CHECK(denied("AWSReservedSSO_Admin_abc", "arn:aws:iam::*:role/Other") == "denied");
  CHECK(denied("Developer", "arn:aws:iam::*:role/*") == "allowed");
  CHECK(denied("Developer", "arn:aws:iam::444455556666:role/*") == "denied");
  CHECK(denied("Developer", "arn:aws:iam::*:user/*") == "denied");
  CHECK(denied("Developer", "arn:aws:iam::*:role/Other") == "denied");
  CHECK(denied("Developer", "arn:aws:iam::*:role/team/*") == "denied ?");
  CHECK(denied("Developer", "arn:aws:iam::*:role/Developer") == "allowed ?");
}
