#include "rules/iam/principal.h"

#include <doctest/doctest.h>

using namespace trailkeeper::rules::iam;

namespace {

Naming names(std::string_view type, std::string_view pattern, std::string_view principal) {
  const auto compiled = PrincipalPattern::parse(type, pattern);
  const auto parsed = Principal::parse(principal);
  REQUIRE(compiled.has_value());
  REQUIRE(parsed.has_value());
  return compiled->match(*parsed);
}

Principal::Kind kind(std::string_view text) {
  const auto principal = Principal::parse(text);
  REQUIRE(principal.has_value());
  return principal->kind;
}

}  // namespace

TEST_CASE("principals of requests") {
  using Of = Principal::Kind;
  CHECK(kind("*") == Of::anonymous);
  CHECK(kind("arn:aws:iam::111122223333:root") == Of::root);
  CHECK(kind("arn:aws:iam::111122223333:user/a/b/anna") == Of::user);
  CHECK(kind("arn:aws-cn:iam::111122223333:role/x") == Of::role);
  CHECK(kind("arn:aws:sts::111122223333:assumed-role/x/s") == Of::role_session);
  CHECK(kind("arn:aws:sts::111122223333:federated-user/anna") == Of::federated_user);
  CHECK(kind("arn:aws:iam::111122223333:saml-provider/x") == Of::federated);
  CHECK(kind("arn:aws:iam::111122223333:oidc-provider/example.com/id/A") == Of::federated);
  CHECK(kind("accounts.google.com") == Of::federated);
  CHECK(kind("lambda.amazonaws.com") == Of::service);
  CHECK(kind("s3.cn-north-1.amazonaws.com.cn") == Of::service);
  CHECK(Principal::parse("arn:aws:iam::111122223333:user/a/b/anna")->name == "anna");
  CHECK(Principal::parse("arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/N")->service_linked);
  CHECK(Principal::parse("arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForX/s")->service_linked);
  CHECK_FALSE(Principal::parse("arn:aws:sts::111122223333:assumed-role/x/s")->service_linked);
  for (const std::string_view text :
       {"", "anna", "111122223333", "arn:aws:iam::111122223333:group/g", "arn:aws:iam::1:root", "arn:aws:s3:::bucket",
        "arn:aws:sts::111122223333:assumed-role/x", "arn:aws:sts::111122223333:assumed-role/x/",
        "arn:aws:iam::111122223333", "arn:aws:iam::111122223333:user/", "arn:aws:iam::111122223333:user/*",
        "arn:aws:iam:us-east-1:111122223333:root", ".amazonaws.com", "a b.com"}) {
    CAPTURE(text);
    CHECK(Principal::parse(text).has_error());
  }
}

TEST_CASE("how a policy names a principal") {
  constexpr std::string_view kUser = "arn:aws:iam::111122223333:user/team/anna";
  constexpr std::string_view kSession = "arn:aws:sts::111122223333:assumed-role/Dev/s1";
  constexpr std::string_view kFederated = "arn:aws:sts::111122223333:federated-user/anna";
  constexpr std::string_view kRoot = "arn:aws:iam::111122223333:root";
  CHECK(names("AWS", "*", kUser) == Naming::direct);
  CHECK(names("AWS", kUser, kUser) == Naming::direct);
  CHECK(names("AWS", "arn:aws:iam::111122223333:user/anna", kUser) == Naming::none);
  CHECK(names("AWS", "arn:aws:iam::111122223333:user/team/Anna", kUser) == Naming::none);
  CHECK(names("AWS", "111122223333", kUser) == Naming::account);
  CHECK(names("AWS", kRoot, kUser) == Naming::account);
  CHECK(names("AWS", kRoot, kRoot) == Naming::direct);
  CHECK(names("AWS", "444455556666", kUser) == Naming::none);
  // A session by its role, with whatever path.
  CHECK(names("AWS", kSession, kSession) == Naming::direct);
  CHECK(names("AWS", "arn:aws:iam::111122223333:role/Dev", kSession) == Naming::entity);
  CHECK(names("AWS", "arn:aws:iam::111122223333:role/team/Dev", kSession) == Naming::entity);
  CHECK(names("AWS", "arn:aws:iam::111122223333:role/dev", kSession) == Naming::entity);
  CHECK(names("AWS", "arn:aws:iam::444455556666:role/Dev", kSession) == Naming::none);
  CHECK(names("AWS", "arn:aws-cn:iam::111122223333:role/Dev", kSession) == Naming::none);
  CHECK(names("AWS", "arn:aws:iam::111122223333:role/s1", kSession) == Naming::none);
  CHECK(names("AWS", "arn:aws:sts::111122223333:assumed-role/Dev/s2", kSession) == Naming::none);
  CHECK(names("AWS", "arn:aws:iam::111122223333:role/Dev", "arn:aws:iam::111122223333:role/Dev") == Naming::entity);
  // A federated user by the user.
  CHECK(names("AWS", kFederated, kFederated) == Naming::direct);
  CHECK(names("AWS", kUser, kFederated) == Naming::entity);
  CHECK(names("AWS", "arn:aws:iam::111122223333:user/ben", kFederated) == Naming::none);
  // Services and providers.
  CHECK(names("Service", "lambda.amazonaws.com", "lambda.amazonaws.com") == Naming::direct);
  CHECK(names("Service", "lambda.amazonaws.com", "ec2.amazonaws.com") == Naming::none);
  CHECK(names("Service", "lambda.amazonaws.com", kUser) == Naming::none);
  CHECK(names("Federated", "accounts.google.com", "accounts.google.com") == Naming::direct);
  CHECK(names("Federated", "arn:aws:iam::111122223333:saml-provider/x", "arn:aws:iam::111122223333:saml-provider/x") ==
        Naming::direct);
  CHECK(names("AWS", "111122223333", "lambda.amazonaws.com") == Naming::none);
  CHECK(names("AWS", "*", "*") == Naming::direct);
  CHECK(names("AWS", "111122223333", "*") == Naming::none);
  // Deleted users and roles show as their unique IDs; canonical users aren't in requests.
  CHECK(names("AWS", "AIDAJQABLZS4A3QDU576Q", kUser) == Naming::none);
  CHECK(names("CanonicalUser", "79a59df900b949e5", kUser) == Naming::none);
}
