// What is a policy and what isn't; every error says where.
#include "rules/iam/policy_parser.h"

#include <doctest/doctest.h>

#include <string>

#include "rules/iam/policy.h"
#include "text/json_node.h"

using namespace trailkeeper;
using namespace trailkeeper::rules::iam;

namespace {

// `PATH@BYTE: MESSAGE`, or empty for a policy that is accepted.
std::string refused(std::string_view json, PolicyKind kind = PolicyKind::identity) {
  const auto policy = parse_policy(json, kind);
  if (policy) return {};
  const text::Problem& error = policy.error();
  CHECK(error.offset <= json.size());
  return error.path + "@" + std::to_string(error.offset) + ": " + error.message;
}

// With one statement; `rest` stands behind its Effect.
std::string statement(std::string_view rest, PolicyKind kind = PolicyKind::identity) {
  return refused(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)" + std::string{rest} + "}]}", kind);
}

bool starts(const std::string& text, std::string_view start) { return text.compare(0, start.size(), start) == 0; }

std::vector<Warning> warnings(std::string_view rest) {
  const auto policy = parse_policy(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)" + std::string{rest} + "}]}", PolicyKind::identity);
  REQUIRE(policy.has_value());
  return policy->warnings;
}

}  // namespace

TEST_CASE("policies that are accepted") {
  CHECK(refused(R"({"Statement":[]})").empty());
  CHECK(refused(R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})").empty());
  CHECK(refused(R"( {"Id":"x","Version":"2008-10-17","Statement":[{"Sid":"","Effect":"Allow","NotAction":["s3:*"],)"
                R"("NotResource":["arn:aws:s3:::x"]}]} )")
            .empty());
  CHECK(statement(R"("Action":"s3:GetObject, s3:PutObject","Resource":"*")").empty());
  CHECK(statement(R"("Action":"*:*","Resource":"arn:*:s3:::x")").empty());
  CHECK(statement(R"("Action":[],"Resource":[],"Condition":{"StringEquals":{}})").empty());
  CHECK(statement(R"("Action":"s3:Get*")", PolicyKind::resource).empty());
  CHECK(statement(
            R"("Principal":{"AWS":["111122223333","arn:aws:iam::111122223333:root","AROAEXAMPLE123456789"],)"
            R"("Service":"s3.amazonaws.com","Federated":"arn:aws:iam::111122223333:saml-provider/x",)"
            R"("CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},"Action":"s3:*")",
            PolicyKind::resource)
            .empty());
  CHECK(statement(R"("Principal":"*","Action":"s3:*","Resource":"*")", PolicyKind::resource_control).empty());
}

TEST_CASE("broken JSON") {
  CHECK(refused("") == "@0: there is nothing to read");
  CHECK(starts(refused("[]"), "@0: a JSON object is expected"));
  CHECK(starts(refused("  17"), "@2: a JSON object is expected"));
  CHECK(starts(refused(R"({"Statement":[})"), "/Statement/0@14:"));
  CHECK(starts(refused(R"({"Statement":[]} x)"), "@18: this isn't one whole JSON object"));
  CHECK(starts(refused(R"({"Statement":[]}{"Statement":[]})"), "@16: there is more"));
  CHECK(starts(refused("{\"Statement\":\"\xFF\"}"), "@14: the bytes aren't UTF-8"));
  CHECK(starts(refused(R"({"Id":"\ud800","Statement":[]})"), "/Id@"));
  CHECK(starts(refused("{\"Id\":\"a\\\"\nb\",\"Statement\":[]}"), "@10: a string has a control character"));
  CHECK(starts(refused(R"({"Id":"x)"), "@8: a string isn't closed"));
  CHECK(starts(refused(R"({"Statement":[)"), "@14: this isn't one whole"));
  CHECK(starts(refused(R"({"Statement":[tru]})"), "/Statement/0@"));
  CHECK(starts(refused(R"({"Statement":[01]})"), "/Statement/0@14: this isn't a JSON number"));
  CHECK(starts(refused(R"({"Statement":nul})"), "/Statement@13:"));
  CHECK(starts(refused(R"({'Statement':[]})"), "@1:"));
  std::string deep = R"({"Statement":)";
  deep += std::string(100, '[') + std::string(100, ']') + "}";
  CHECK(refused(deep).find("nested too deeply") != std::string::npos);
  CHECK(refused(std::string(kMaxPolicyBytes + 1, ' ')).find("the limit is") != std::string::npos);
}

TEST_CASE("a key that is there twice") {
  CHECK(refused(R"({"Version":"2012-10-17","Version":"2012-10-17","Statement":[]})") ==
        R"(/Version@24: "Version" is there twice)");
  CHECK(refused(R"({"Statement":[{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}]})") ==
        R"(/Statement/0/Effect@32: "Effect" is there twice)");
  CHECK(starts(statement(R"("Action":"*","Resource":"*","Condition":{"Bool":{"aws:a":true,"aws:\u0061":true}})"),
               "/Statement/0/Condition/Bool/aws:a@"));
  CHECK(starts(statement(R"("Action":"*","Resource":"*","Condition":{"Bool":{"aws:a":true},"Bool":{"aws:b":true}})"),
               "/Statement/0/Condition/Bool@"));
  CHECK(starts(statement(R"("Action":"*","Resource":"*","Condition":{"Bool":{"aws:a":true},"bool":{"aws:b":true}})"),
               "/Statement/0/Condition/bool@"));
  CHECK(starts(statement(R"("Action":"*","Resource":"*","Condition":{"Bool":{"aws:a":true,"AWS:A":true}})"),
               "/Statement/0/Condition/Bool/AWS:A@"));
}

TEST_CASE("elements that are missing, unknown or of the wrong type") {
  CHECK(refused("{}") == "@0: the policy has no Statement");
  CHECK(starts(refused(R"({"Statement":[],"Name":"x"})"), R"(/Name@16: "Name" is no element of a policy)"));
  CHECK(starts(refused(R"({"statement":[]})"), "/statement@1:"));
  CHECK(starts(refused(R"({"Version":"2012-10-18","Statement":[]})"), "/Version@11: the Version is"));
  CHECK(starts(refused(R"({"Version":20121017,"Statement":[]})"), "/Version@11: a string is expected"));
  CHECK(starts(refused(R"({"Statement":"x"})"), "/Statement@13: an object is expected here, not a string"));
  CHECK(starts(refused(R"({"Statement":[[]]})"), "/Statement/0@14: an object is expected here, not an array"));
  CHECK(starts(refused(R"({"Statement":[{"Action":"*","Resource":"*"}]})"),
               "/Statement/0@14: the statement has no Effect"));
  CHECK(
      starts(refused(R"({"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]})"), "/Statement/0/Effect@24:"));
  CHECK(starts(refused(R"({"Statement":[{"Effect":true,"Action":"*","Resource":"*"}]})"), "/Statement/0/Effect@"));
  CHECK(starts(statement(R"("Resource":"*")"), "/Statement/0@37: the statement has neither Action"));
  CHECK(starts(statement(R"("Action":"*")"), "/Statement/0@37: the statement has neither Resource"));
  CHECK(starts(statement(R"("Action":"*","NotAction":"*","Resource":"*")"), "/Statement/0/NotAction@"));
  CHECK(starts(statement(R"("Action":"*","NotResource":"*","Resource":"*")"), "/Statement/0/Resource@"));
  CHECK(starts(statement(R"("Action":"*","Resource":"*","Sid":1)"), "/Statement/0/Sid@"));
  CHECK(starts(statement(R"("Action":"*","Resource":"*","Sidd":"1")"), "/Statement/0/Sidd@"));
  CHECK(starts(statement(R"("Action":["*",1],"Resource":"*")"), "/Statement/0/Action/1@"));
  CHECK(starts(statement(R"("Action":null,"Resource":"*")"), "/Statement/0/Action@"));
  CHECK(starts(statement(R"("Action":"*","Resource":"*","Condition":[])"), "/Statement/0/Condition@"));
  CHECK(starts(statement(R"("Action":"*","Resource":"*","Condition":{"Bool":"x"})"), "/Statement/0/Condition/Bool@"));
}

TEST_CASE("actions, resources and keys that mean nothing") {
  for (const std::string_view action : {"", "GetObject", ":GetObject", "s3*:GetObject", "*:GetObject", "?:x"}) {
    CAPTURE(action);
    CHECK(starts(statement(R"("Action":")" + std::string{action} + R"(","Resource":"*")"), "/Statement/0/Action@"));
  }
  for (const std::string_view resource :
       {"", "bucket", "s3:::x", "ARN:aws:s3:::x", "arn:aws:*:::x", "arn:aws:s?:::x", "**", "arn:aws:s3:::${aws:x"}) {
    CAPTURE(resource);
    CHECK(starts(statement(R"("Action":"*","Resource":")" + std::string{resource} + "\""), "/Statement/0/Resource@"));
  }
  for (const std::string_view key : {"", "username", ":x", "aws:"}) {
    CAPTURE(key);
    CHECK(starts(statement(R"("Action":"*","Resource":"*","Condition":{"Bool":{")" + std::string{key} + R"(":true}})"),
                 "/Statement/0/Condition/Bool/" + std::string{key} + "@"));
  }
}

TEST_CASE("principals") {
  for (const PolicyKind kind :
       {PolicyKind::identity, PolicyKind::permission_boundary, PolicyKind::session, PolicyKind::service_control}) {
    CHECK(starts(statement(R"("Principal":"*","Action":"*","Resource":"*")", kind), "/Statement/0/Principal@"));
    CHECK(starts(statement(R"("NotPrincipal":"*","Action":"*","Resource":"*")", kind), "/Statement/0/NotPrincipal@"));
  }
  const auto principal = [](std::string_view json) {
    return statement(R"("Action":"*","Principal":)" + std::string{json}, PolicyKind::resource);
  };
  CHECK(principal(R"({"AWS":"arn:aws:sts::111122223333:assumed-role/R/s"})").empty());
  CHECK(principal("{}").empty());
  for (const std::string_view json :
       {R"("x")", R"({"AWS":"arn:aws:iam::111122223333:role/*"})", R"({"AWS":"arn:aws:iam::111122223333:group/g"})",
        R"({"AWS":"arn:aws:iam::1111:root"})", R"({"AWS":"arn:aws:s3:::x"})", R"({"AWS":"anna"})", R"({"aws":"*"})",
        R"({"Service":"*"})", R"({"AWS":[7]})", R"({"AWS":""})", R"([])", R"({"AWS":"11112222333"})"}) {
    CAPTURE(json);
    CHECK(starts(principal(json), "/Statement/0/Principal"));
  }
  CHECK(starts(statement(R"("Action":"*","Principal":"*","NotPrincipal":"*")", PolicyKind::resource),
               "/Statement/0/NotPrincipal@"));
}

TEST_CASE("what only some kinds of policies may have") {
  CHECK(starts(statement(R"("Action":"*","Resource":"*")", PolicyKind::resource_control), "/Statement/0@"));
  CHECK(starts(statement(R"("NotAction":"s3:*","Resource":"*","Principal":"*")", PolicyKind::resource_control),
               "/Statement/0@"));
  CHECK(starts(statement(R"("Action":"*","Resource":"arn:aws:s3")", PolicyKind::session), "/Statement/0/Resource@"));
  CHECK(statement(R"("Action":"*","Resource":"arn:aws:s3")", PolicyKind::permission_boundary).empty());
}

TEST_CASE("warnings") {
  CHECK(warnings(R"("Action":"s3:Get Object","Resource":"*")").at(0).path == "/Statement/0/Action");
  CHECK(warnings(R"("Action":"*","Resource":"arn:aws:sqs:${aws:RequestedRegion}:1:q")").at(0).path ==
        "/Statement/0/Resource");
  constexpr std::string_view kForAll =
      R"("Action":"*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"a"})";
  CHECK(warnings(std::string{kForAll} + "}").at(0).message.find("ForAllValues") == 0);
  CHECK(warnings(std::string{kForAll} + R"(,"Null":{"aws:TagKeys":"false"}})").empty());
  CHECK(warnings(R"("Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":[]}})").size() == 1);
  CHECK(warnings(R"("Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:SourceArn":"*"}})").size() == 1);
  CHECK(warnings(R"("Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransprt":"true"}})").at(0).path ==
        "/Statement/0/Condition/Bool/aws:SecureTransprt");
  CHECK(warnings(R"("Action":"*","Resource":"*","Condition":{"Bool":{"AWS:securetransport":"true"}})").empty());
  CHECK(warnings(R"("Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalTag/x":"y","s3:prefix":"z"}})")
            .empty());
  CHECK(warnings(R"("Action":"s3:Get*","Resource":"arn:aws:s3:::x")").empty());
}

TEST_CASE("JSON pointers") {
  CHECK(text::pointer_to("/a", "b/c~d") == "/a/b~1c~0d");
  CHECK(text::pointer_to("", 3) == "/3");
}
