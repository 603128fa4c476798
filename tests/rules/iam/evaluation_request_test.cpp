// The JSON of `trailkeeper evaluate`: what it takes and what it gives.
#include "rules/iam/evaluation_request.h"

#include <doctest/doctest.h>

#include "tests/rules/iam/request_case.h"

using namespace trailkeeper::tests;
using namespace trailkeeper::rules::iam;

namespace {

std::string run(std::string_view json) {
  Evaluator evaluator;
  const auto done = evaluate_json(json, evaluator);
  if (done) return *done;
  return done.error().path + "@" + std::to_string(done.error().offset) + ": " + done.error().message;
}

bool starts(const std::string& text, std::string_view start) { return text.compare(0, start.size(), start) == 0; }

constexpr std::string_view kStart =
    R"({"request":{"principal":"arn:aws:iam::111122223333:user/anna","action":"s3:GetObject","resource":"arn:aws:s3:::x")";

}  // namespace

TEST_CASE("the result names what decided") {
  CHECK(RequestCase{.identity = list(kAllowAll)}.result() ==
        R"({"decision":"Allowed","by":[{"kind":"identity","index":0,"statement":0,"sid":"All"}],)"
        R"("why":"s3:GetObject is allowed by statement \"All\" of identity policy 0, and nothing denies it."})");
  CHECK(
      RequestCase{}.result() ==
      R"({"decision":"ImplicitlyDenied","by":[],"why":"s3:GetObject on arn:aws:s3:::reports/a.csv isn't allowed by any identity policy."})");
  const RequestCase denied{
      .identity = "[" + std::string{kAllowAll} + "," + std::string{kAllowOther} + "]",
      .service_control = "[" + list(kAllowAll) + ",[" + std::string{kAllowAll} + "," + std::string{kDenyAll} + "]]"};
  CHECK(starts(
      denied.result(),
      R"({"decision":"ExplicitlyDenied","by":[{"kind":"serviceControl","level":1,"index":1,"statement":0,"sid":"None"}],)"));
  const RequestCase unnamed{.resource_policy =
                                policy(R"("Effect":"Allow","Action":"*","Resource":"*","Principal":"*")")};
  CHECK(starts(unnamed.result(),
               R"({"decision":"Allowed","by":[{"kind":"resource","index":0,"statement":0,"sid":null}],)"));
}

TEST_CASE("members that may be left out or null") {
  CHECK(starts(run(std::string{kStart} + "}}"), R"({"decision":"ImplicitlyDenied")"));
  CHECK(starts(run(std::string{kStart} +
                   R"(,"context":null,"resourceAccount":null},"identityPolicies":null,"resourcePolicy":null,)"
                   R"("serviceControlPolicies":null})"),
               R"({"decision":"ImplicitlyDenied")"));
}

TEST_CASE("broken requests name the place") {
  CHECK(run("{}") == R"(@0: there is no "request")");
  CHECK(run(R"({"request":[]})") == "/request@11: an object is expected here, not an array");
  CHECK(starts(run(R"({"request":{}})"), R"(/request@11: the request has no "principal")"));
  CHECK(
      starts(run(R"({"request":{"principal":"*","action":"s3:x"}})"), R"(/request@11: the request has no "resource")"));
  CHECK(starts(run(R"({"request":{"principal":"anna","action":"s3:x","resource":"*"}})"), "/request/principal@24:"));
  CHECK(starts(run(R"({"request":{"action":"s3:Get*"}})"), "/request/action@21:"));
  CHECK(starts(run(R"({"request":{"action":"GetObject"}})"), "/request/action@"));
  CHECK(starts(run(R"({"request":{"resource":"bucket"}})"), "/request/resource@"));
  CHECK(starts(run(R"({"request":{"resource":["*"]}})"), "/request/resource@"));
  CHECK(starts(run(R"({"request":{"resourceAccount":"1"}})"), "/request/resourceAccount@"));
  CHECK(starts(run(R"({"request":{"user":"x"}})"), R"(/request/user@12: "user" isn't known here)"));
  CHECK(starts(run(std::string{kStart} + R"(},"identityPolicy":{}})"), "/identityPolicy@"));
  CHECK(starts(run(std::string{kStart} + R"(},"identityPolicies":{}})"), "/identityPolicies@"));
  CHECK(starts(run(std::string{kStart} + R"(},"serviceControlPolicies":[{}]})"), "/serviceControlPolicies/0@"));
  CHECK(starts(run(std::string{kStart} + R"(},"serviceControlPolicies":[[{}]]})"), "/serviceControlPolicies/0/0@"));
  CHECK(starts(run(std::string{kStart} + R"(},"resourcePolicy":{"Statement":{}}})"), "/resourcePolicy/Statement@"));
  CHECK(starts(run(std::string{kStart} + R"(},"request":{}})"), "/request@"));
  CHECK(starts(run(std::string{kStart} + R"(,"context":{"aws:a":{}}}})"), "/request/context/aws:a@"));
  CHECK(starts(run(std::string{kStart} + R"(,"context":{"aws:a":[null]}}})"), "/request/context/aws:a/0@"));
  CHECK(starts(run(std::string{kStart} + R"(,"context":{"aws:a":"","AWS:A":""}}})"), "/request/context/AWS:A@"));
  CHECK(starts(run(std::string(kMaxRequestBytes + 1, ' ')), "@0: the request has"));
}

TEST_CASE("errors in policies count bytes from the request's start") {
  const std::string json = std::string{kStart} + R"(},"identityPolicies":[{"Statement":{"Effect":"permit"}}]})";
  CHECK(starts(run(json), "/identityPolicies/0/Statement/Effect@" + std::to_string(json.find("\"permit\"")) + ":"));
}

TEST_CASE("warnings come with the result") {
  const RequestCase one{
      .identity = policies(
          R"("Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}})")};
  CHECK(one.result().find(R"("warnings":[{"message":"ForAllValues is true if aws:TagKeys is absent)") !=
        std::string::npos);
  CHECK(one.result().find(R"("place":"/identityPolicies/0/Statement/Condition"}])") != std::string::npos);
}
