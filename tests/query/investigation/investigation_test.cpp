// What an investigation finds, and how credentials are followed.
#include "query/investigation/investigation.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/filled_store.h"
#include "text/timestamp.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using tests::FilledStore;

namespace {

constexpr const char* kUserKey = "AKIAIOSFODNN7EXAMPLE";
constexpr const char* kSessionKey = "ASIAEXAMPLESESSION01";
constexpr const char* kNextKey = "ASIAEXAMPLESESSION02";
constexpr const char* kAnna = "arn:aws:iam::111122223333:user/anna";
constexpr const char* kSession = "arn:aws:sts::111122223333:assumed-role/Deploy/anna";
constexpr const char* kNextSession = "arn:aws:sts::444455556666:assumed-role/Admin/deploy";

std::string record(const std::string& time, const std::string& source, const std::string& name,
                   const std::string& identity, const std::string& more) {
  static int number = 0;
  char id[40];
  std::snprintf(id, sizeof id, "00000000-0000-4000-9000-%012d", ++number);
  return R"({"eventTime":")" + time + R"(","eventID":")" + id + R"(","eventSource":")" + source +
         R"(.amazonaws.com","eventName":")" + name + R"(","awsRegion":"eu-west-1","userIdentity":)" + identity +
         R"(,"recipientAccountId":"111122223333")" + (more.empty() ? "" : "," + more) + "}";
}

std::string user(const char* key) {
  return std::string{R"({"type":"IAMUser","userName":"anna","arn":")"} + kAnna + R"(","accessKeyId":")" + key + "\"}";
}

std::string session(const char* arn, const char* key) {
  return std::string{R"({"type":"AssumedRole","arn":")"} + arn + R"(","accessKeyId":")" + key + "\"}";
}

std::string issued(const char* arn, const char* key) {
  return std::string{R"("readOnly":true,"responseElements":{"credentials":{"accessKeyId":")"} + key +
         R"("},"assumedRoleUser":{"arn":")" + arn + R"("}})";
}

/// anna's key was made by root; she assumes Deploy, which assumes Admin in another account, which attaches a policy.
void fill(FilledStore& store) {
  store.add({record("2024-03-01T08:00:00Z", "iam", "CreateAccessKey",
                    R"({"type":"Root","arn":"arn:aws:iam::111122223333:root"})",
                    std::string{R"("readOnly":false,"responseElements":{"accessKey":{"accessKeyId":")"} + kUserKey +
                        R"(","userName":"anna"}})"),
             record("2024-05-01T10:00:00Z", "s3", "GetObject", user(kUserKey),
                    R"("readOnly":true,"sourceIPAddress":"203.0.113.7")"),
             record("2024-05-01T10:01:00Z", "sts", "AssumeRole", user(kUserKey),
                    issued(kSession, kSessionKey) + R"(,"sourceIPAddress":"203.0.113.7")")});
  store.add(
      {record("2024-05-01T10:02:00Z", "s3", "DeleteBucket", session(kSession, kSessionKey),
              R"("readOnly":false,"sourceIPAddress":"198.51.100.9")"),
       record("2024-05-01T10:03:00Z", "sts", "AssumeRole", session(kSession, kSessionKey),
              issued(kNextSession, kNextKey)),
       record("2024-05-01T10:04:00Z", "iam", "AttachUserPolicy", session(kNextSession, kNextKey),
              R"("readOnly":false,"requestParameters":{"userName":"anna","policyArn":"arn:aws:iam::aws:policy/A"})"),
       record("2024-05-03T10:00:00Z", "ec2", "RunInstances", user(kUserKey),
              R"("readOnly":false,"errorCode":"Client.UnauthorizedOperation","sourceIPAddress":"192.0.2.1")")});
}

Investigation ask(FilledStore& store, const char* text, InvestigationRequest request = {}) {
  const store::Snapshot snapshot = store.store.snapshot();
  request.subject = find_subject(snapshot, text);
  return investigate(snapshot, ShownEvents{snapshot}, request);
}

std::vector<std::string> identities(const Investigation& found, CredentialLink::Direction direction) {
  std::vector<std::string> out;
  for (const CredentialLink& link : found.chain.links) {
    if (link.direction == direction) out.push_back(link.caller + " > " + link.identity);
  }
  return out;
}

}  // namespace

TEST_CASE("what a text names is told by its form") {
  CHECK(kind_by_form("AKIAIOSFODNN7EXAMPLE") == SubjectKind::access_key);
  CHECK(kind_by_form("ASIAEXAMPLESESSION01") == SubjectKind::access_key);
  CHECK(kind_by_form("AROAEXAMPLEROLEID0000:anna") == SubjectKind::principal);
  CHECK(kind_by_form("203.0.113.0/24") == SubjectKind::ip);
  CHECK(kind_by_form("2001:db8::1") == SubjectKind::ip);
  CHECK(kind_by_form("arn:aws:iam::111122223333:root") == SubjectKind::principal);
  CHECK(kind_by_form("arn:aws:iam::111122223333:role/path/Deploy") == SubjectKind::principal);
  CHECK(kind_by_form(kSession) == SubjectKind::principal);
  CHECK(kind_by_form("arn:aws:iam::111122223333:policy/P") == SubjectKind::resource);
  CHECK(kind_by_form("arn:aws:s3:::bucket") == SubjectKind::resource);
  CHECK_FALSE(kind_by_form("anna"));
  CHECK_FALSE(kind_by_form("AKIA"));
  CHECK_FALSE(kind_by_form("arn:aws:iam").value_or(SubjectKind::resource) == SubjectKind::principal);
}

TEST_CASE("a plain name is a principal if one of that name made events, else a resource") {
  FilledStore store;
  fill(store);
  const store::Snapshot snapshot = store.store.snapshot();
  CHECK(find_subject(snapshot, "anna").kind == SubjectKind::principal);
  CHECK(find_subject(snapshot, "my-bucket").kind == SubjectKind::resource);
}

TEST_CASE("calls are told apart by whether they read, wrote or were refused") {
  FilledStore store;
  fill(store);
  const Investigation found = ask(store, kUserKey);
  CHECK(found.activity.seen.events == 3);
  CHECK(text::format_timestamp(found.activity.seen.first) == "2024-05-01T10:00:00Z");
  CHECK(text::format_timestamp(found.activity.seen.last) == "2024-05-03T10:00:00Z");
  const auto kind = [&](std::string_view name) {
    const auto call = std::find_if(found.activity.calls.begin(), found.activity.calls.end(),
                                   [&](const Call& one) { return one.name == name; });
    REQUIRE(call != found.activity.calls.end());
    return call->kind;
  };
  CHECK(kind("GetObject") == CallKind::read);
  CHECK(kind("RunInstances") == CallKind::refused);
  CHECK(found.store.events == 7);
}

TEST_CASE("without --since, what first occurred on the last day is new") {
  FilledStore store;
  fill(store);
  const Investigation found = ask(store, "anna");
  for (const Trait& address : found.activity.addresses.rows) {
    CAPTURE(address.value);
    CHECK(address.is_new == (address.value == "192.0.2.1"));
  }
}

TEST_CASE("what came before --since isn't shown, but isn't new either") {
  FilledStore store;
  fill(store);
  store.add({record("2024-05-04T10:00:00Z", "s3", "GetObject", user(kUserKey),
                    R"("readOnly":true,"sourceIPAddress":"203.0.113.7")")});
  InvestigationRequest request;
  request.since = text::parse_timestamp("2024-05-03T00:00:00Z");
  const Investigation found = ask(store, kUserKey, request);
  CHECK(found.activity.seen.events == 2);
  REQUIRE(found.activity.addresses.rows.size() == 2);
  for (const Trait& address : found.activity.addresses.rows) CHECK(address.is_new == (address.value == "192.0.2.1"));
}

TEST_CASE("credentials are followed onwards through assumed roles and back to who issued them") {
  FilledStore store;
  fill(store);
  SUBCASE("from the user's key") {
    const Investigation found = ask(store, kUserKey);
    CHECK(identities(found, CredentialLink::Direction::from) ==
          std::vector<std::string>{"arn:aws:iam::111122223333:root > anna"});
    CHECK(
        identities(found, CredentialLink::Direction::to) ==
        std::vector<std::string>{std::string{kAnna} + " > " + kSession, std::string{kSession} + " > " + kNextSession});
    CHECK(found.chain.links.back().used.events == 1);
    CHECK(found.chain.incomplete.empty());
  }
  SUBCASE("from the last session") {
    const Investigation found = ask(store, kNextSession);
    CHECK(identities(found, CredentialLink::Direction::from) ==
          std::vector<std::string>{std::string{kSession} + " > " + kNextSession, std::string{kAnna} + " > " + kSession,
                                   "arn:aws:iam::111122223333:root > anna"});
    CHECK(found.chain.links.at(1).depth == 2);
  }
  SUBCASE("from an address") {
    const Investigation found = ask(store, "198.51.100.9");
    CHECK(identities(found, CredentialLink::Direction::from).size() == 2);
  }
}

TEST_CASE("credentials that issue each other in a circle end") {
  FilledStore store;
  store.add({record("2024-05-01T10:00:00Z", "sts", "AssumeRole", session(kSession, kSessionKey),
                    issued(kNextSession, kNextKey)),
             record("2024-05-01T10:01:00Z", "sts", "AssumeRole", session(kNextSession, kNextKey),
                    issued(kSession, kSessionKey))});
  const Investigation found = ask(store, kSessionKey);
  CHECK(identities(found, CredentialLink::Direction::to).size() == 2);
  CHECK(identities(found, CredentialLink::Direction::from).size() == 2);
}

TEST_CASE("changes of grants are told by the call's name, and name their target") {
  CHECK(is_grant_change("AttachUserPolicy"));
  CHECK(is_grant_change("PutBucketPolicy"));
  CHECK(is_grant_change("CreateGrant"));
  CHECK(is_grant_change("AddPermission20150331v2"));
  CHECK(is_grant_change("ModifySnapshotAttribute"));
  CHECK_FALSE(is_grant_change("GetBucketPolicy"));
  CHECK_FALSE(is_grant_change("ListAttachedRolePolicies"));
  CHECK_FALSE(is_grant_change("RunInstances"));
  FilledStore store;
  fill(store);
  const Investigation found = ask(store, kNextKey);
  REQUIRE(found.changes.size() == 1);
  CHECK(found.change_count == 1);
  CHECK(found.changes.front().name == "AttachUserPolicy");
  CHECK(found.changes.front().target == "userName=anna policyArn=arn:aws:iam::aws:policy/A");
}

TEST_CASE("a subject that nobody has seen gives nothing, and says what the store holds") {
  FilledStore store;
  fill(store);
  const Investigation found = ask(store, "AKIANOBODYNOBODY0000");
  CHECK(found.activity.seen.events == 0);
  CHECK(found.chain.links.empty());
  CHECK(found.store.events == 7);
}
