#include "rules/grants/history.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "text/timestamp.h"

using namespace trailkeeper;
using namespace trailkeeper::rules;
using grants::History;
using grants::Holder;

namespace {

constexpr std::string_view kAccount = "111122223333";

text::Timestamp at(std::string_view time) { return *text::parse_timestamp(time); }

std::string policy(std::string_view action) {
  return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":")" + std::string{action} +
         R"(","Resource":"*"}})";
}

std::string quoted(const std::string& json) {
  std::string out = "\"";
  for (const char c : json) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + '"';
}

grants::IamEvent iam_event(std::string_view time, std::string name, const std::string& request,
                           const std::string& response = "null") {
  const std::string json = R"({"requestParameters":)" + request + R"(,"responseElements":)" + response + "}";
  return {at(time), name + request, std::string{kAccount}, name, *text::parse_json_object(json)};
}

std::string snapshot() {
  return R"({"UserDetailList":[{"UserName":"anna","Arn":"arn:aws:iam::111122223333:user/anna","GroupList":["team"],
      "UserPolicyList":[{"PolicyName":"Own","PolicyDocument":)" +
         policy("s3:GetObject") + R"(}],"AttachedManagedPolicies":[]}],
    "GroupDetailList":[{"GroupName":"team","Arn":"arn:aws:iam::111122223333:group/team","GroupPolicyList":[],
      "AttachedManagedPolicies":[{"PolicyName":"Team","PolicyArn":"arn:aws:iam::111122223333:policy/Team"}]}],
    "RoleDetailList":[{"RoleName":"Ops","Arn":"arn:aws:iam::111122223333:role/x/Ops","RolePolicyList":[],
      "AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}},
      "AttachedManagedPolicies":[{"PolicyName":"AdministratorAccess","PolicyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}]}],
    "Policies":[{"PolicyName":"Team","Arn":"arn:aws:iam::111122223333:policy/Team","DefaultVersionId":"v2","PolicyVersionList":[
      {"VersionId":"v1","Document":)" +
         policy("ec2:*") + R"(},{"VersionId":"v2","Document":)" + policy("activate:*") + "}]}]}";
}

// The documents that a user has at a time, or why they aren't known.
std::vector<std::string> of_user(const History& history, std::string_view name, std::string_view time) {
  const auto granted = history.granted({Holder::Kind::user, kAccount, name}, at(time));
  if (!granted->unknown.empty()) return {granted->unknown};
  std::vector<std::string> names;
  for (const auto& document : granted->identity) names.push_back(document->json);
  return names;
}

}  // namespace

TEST_CASE("history: a snapshot holds from its time on, default versions count") {
  History history;
  history.add(at("2024-03-01T00:00:00Z"), *grants::read_account(snapshot()));
  history.finish();
  CHECK(of_user(history, "anna", "2024-03-01T00:00:00Z") == std::vector{policy("s3:GetObject"), policy("activate:*")});
  CHECK(of_user(history, "anna", "2024-02-29T23:59:59Z").front().find("no policies of account") == 0);
  CHECK(of_user(history, "ben", "2024-03-02T00:00:00Z").front().find("user ben isn't among") == 0);
  const auto ops = history.granted({Holder::Kind::role, kAccount, "Ops"}, at("2024-03-02T00:00:00Z"));
  CHECK(ops->unknown.empty());
  CHECK(ops->arn == "arn:aws:iam::111122223333:role/x/Ops");
  CHECK(ops->trust != nullptr);
  CHECK(history.names(at("2024-03-02T00:00:00Z")).size() == 2);
}

TEST_CASE("history: IAM's events move it as of their time") {
  History history;
  history.add(at("2024-03-01T00:00:00Z"), *grants::read_account(snapshot()));
  const std::string team = R"("policyArn":"arn:aws:iam::111122223333:policy/Team")";
  history.add(iam_event("2024-03-02T00:00:00Z", "PutUserPolicy",
                        R"({"userName":"anna","policyName":"Own","policyDocument":)" + quoted(policy("s3:*")) + "}"));
  history.add(iam_event("2024-03-03T00:00:00Z", "SetDefaultPolicyVersion", "{" + team + R"(,"versionId":"v1"})"));
  history.add(iam_event("2024-03-04T00:00:00Z", "CreatePolicyVersion",
                        "{" + team + R"(,"setAsDefault":true,"policyDocument":)" + quoted(policy("ce:*")) + "}",
                        R"({"policyVersion":{"versionId":"v3","isDefaultVersion":true}})"));
  history.add(iam_event("2024-03-05T00:00:00Z", "RemoveUserFromGroup", R"({"userName":"anna","groupName":"team"})"));
  history.add(iam_event("2024-03-06T00:00:00Z", "DeleteUserPolicy", R"({"userName":"anna","policyName":"Own"})"));
  history.add(iam_event("2024-03-07T00:00:00Z", "AttachUserPolicy",
                        R"({"userName":"anna","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"})"));
  history.add(iam_event("2024-03-08T00:00:00Z", "DeleteUser", R"({"userName":"anna"})"));
  history.finish();
  CHECK(of_user(history, "anna", "2024-03-01T10:00:00Z") == std::vector{policy("s3:GetObject"), policy("activate:*")});
  CHECK(of_user(history, "anna", "2024-03-02T00:00:00Z") == std::vector{policy("s3:*"), policy("activate:*")});
  CHECK(of_user(history, "anna", "2024-03-03T10:00:00Z") == std::vector{policy("s3:*"), policy("ec2:*")});
  CHECK(of_user(history, "anna", "2024-03-04T10:00:00Z") == std::vector{policy("s3:*"), policy("ce:*")});
  CHECK(of_user(history, "anna", "2024-03-05T10:00:00Z") == std::vector{policy("s3:*")});
  CHECK(of_user(history, "anna", "2024-03-06T10:00:00Z").empty());
  CHECK(of_user(history, "anna", "2024-03-07T10:00:00Z").size() == 1);
  CHECK(of_user(history, "anna", "2024-03-08T10:00:00Z").front().find("user anna isn't among") == 0);
}

TEST_CASE("history: what was made in the trail is known without a snapshot, what was only changed isn't") {
  History history;
  history.add(iam_event("2024-03-02T00:00:00Z", "PutUserPolicy",
                        R"({"userName":"new","policyName":"P","policyDocument":)" + quoted(policy("s3:*")) + "}"));
  // In the same second, and later in the order of adding.
  history.add(iam_event("2024-03-02T00:00:00Z", "CreateUser", R"({"userName":"new"})",
                        R"({"user":{"userName":"new","arn":"arn:aws:iam::111122223333:user/p/new"}})"));
  history.add(iam_event("2024-03-02T00:00:00Z", "PutUserPolicy",
                        R"({"userName":"old","policyName":"P","policyDocument":)" + quoted(policy("s3:*")) + "}"));
  history.finish();
  CHECK(of_user(history, "new", "2024-03-02T00:00:00Z") == std::vector{policy("s3:*")});
  CHECK(of_user(history, "old", "2024-03-02T00:00:00Z").front().find("what old had before") == 0);
}

TEST_CASE("history: the order of adding changes nothing") {
  std::vector<grants::IamEvent> events;
  events.push_back(iam_event("2024-03-02T00:00:00Z", "DetachGroupPolicy",
                             R"({"groupName":"team","policyArn":"arn:aws:iam::111122223333:policy/Team"})"));
  events.push_back(iam_event("2024-03-03T00:00:00Z", "AttachGroupPolicy",
                             R"({"groupName":"team","policyArn":"arn:aws:iam::111122223333:policy/Team"})"));
  events.push_back(iam_event("2024-03-04T00:00:00Z", "UpdateGroup", R"({"groupName":"team","newGroupName":"crew"})"));
  events.push_back(iam_event("2024-03-05T00:00:00Z", "DeleteUserPolicy", R"({"userName":"anna","policyName":"Own"})"));
  std::vector<std::size_t> order{0, 1, 2, 3};
  std::vector<std::vector<std::string>> expected;
  do {
    History history;
    for (const std::size_t i : order) {
      history.add(events[i]);
      if (i == 2) history.add(at("2024-03-01T00:00:00Z"), *grants::read_account(snapshot()));
    }
    history.finish();
    std::vector<std::vector<std::string>> seen;
    for (const std::string_view day : {"2024-03-01", "2024-03-02", "2024-03-03", "2024-03-04", "2024-03-05"}) {
      seen.push_back(of_user(history, "anna", std::string{day} + "T12:00:00Z"));
    }
    if (expected.empty()) expected = seen;
    CHECK(seen == expected);
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(expected[1].size() == 1);
  CHECK(expected[4] == std::vector{policy("activate:*")});
}

TEST_CASE("history: a document that can't be read makes its holder unknown, and is named") {
  History history;
  history.add(iam_event("2024-03-02T00:00:00Z", "CreateUser", R"({"userName":"new"})"));
  history.add(
      iam_event("2024-03-03T00:00:00Z", "PutUserPolicy",
                R"({"userName":"new","policyName":"P","policyDocument":"{\"Statement\":[{\"Effect\":\"Maybe\"}]}"})"));
  history.finish();
  CHECK(of_user(history, "new", "2024-03-02T01:00:00Z").empty());
  CHECK(of_user(history, "new", "2024-03-03T01:00:00Z").front().find("inline policy P of user new can't be read") == 0);
}

TEST_CASE("history: two changes of one second to the same thing contradict, until a later one") {
  const std::string arn = R"("policyArn":"arn:aws:iam::aws:policy/AdministratorAccess")";
  History history;
  history.add(iam_event("2024-03-01T00:00:00Z", "CreateUser", R"({"userName":"new"})"));
  history.add(iam_event("2024-03-02T00:00:00Z", "AttachUserPolicy", R"({"userName":"new",)" + arn + "}"));
  history.add(iam_event("2024-03-02T00:00:00Z", "DetachUserPolicy", R"({"userName":"NEW",)" + arn + "}"));
  history.add(iam_event("2024-03-02T00:00:00Z", "AddUserToGroup", R"({"userName":"new","groupName":"g"})"));
  history.add(iam_event("2024-03-02T00:00:00Z", "CreateGroup", R"({"groupName":"g"})"));
  history.add(iam_event("2024-03-03T00:00:00Z", "DetachUserPolicy", R"({"userName":"new",)" + arn + "}"));
  history.finish();
  CHECK(of_user(history, "new", "2024-03-01T12:00:00Z").empty());
  CHECK(of_user(history, "new", "2024-03-02T12:00:00Z").front().find("changed twice within the second") !=
        std::string::npos);
  CHECK(of_user(history, "new", "2024-03-03T12:00:00Z").empty());
}

TEST_CASE("history: parameters that CloudTrail left out make everybody doubtful") {
  History history;
  history.add(at("2024-03-01T00:00:00Z"), *grants::read_account(snapshot()));
  history.add(
      iam_event("2024-03-02T00:00:00Z", "PutUserPolicy", R"({"omitted":true,"originalSize":120000,"reason":"x"})"));
  history.finish();
  CHECK(of_user(history, "anna", "2024-03-02T01:00:00Z").front().find("came without its parameters") !=
        std::string::npos);
  CHECK(history.granted({Holder::Kind::user, kAccount, "anna"}, at("2024-03-02T01:00:00Z"))->doubtful);
}

TEST_CASE("history: no more policies are kept than IAM allows by far") {
  History history;
  history.add(iam_event("2024-03-01T00:00:00Z", "CreateUser", R"({"userName":"new"})"));
  for (int i = 0; i < 300; ++i) {
    history.add(
        iam_event("2024-03-02T00:00:00Z", "AttachUserPolicy",
                  R"({"userName":"new","policyArn":"arn:aws:iam::111122223333:policy/P)" + std::to_string(i) + "\"}"));
  }
  history.finish();
  CHECK(of_user(history, "new", "2024-03-02T12:00:00Z").front().find("more policies and groups") != std::string::npos);
}

TEST_CASE("snapshot: broken files are refused with their place") {
  CHECK(*grants::kind_of_snapshot(R"({"UserDetailList":[]})") == grants::SnapshotKind::account);
  CHECK(*grants::kind_of_snapshot(R"({"Organization":{}})") == grants::SnapshotKind::organization);
  CHECK(*grants::kind_of_snapshot(R"({"requirements":[]})") == grants::SnapshotKind::catalogue);
  CHECK_FALSE(grants::kind_of_snapshot(R"({"Users":[]})").has_value());
  CHECK_FALSE(grants::read_account(R"({"UserDetailList":[]})").has_value());
  const auto place = [](std::string_view json) { return grants::read_account(json).error().path; };
  CHECK(grants::read_account(R"({"IsTruncated":true,"UserDetailList":[]})").error().message.find("a part of a list") !=
        std::string::npos);
  CHECK(place(R"({"UserDetailList":{"UserName":"a"}})") == "/UserDetailList");
  CHECK(
      place(R"({"UserDetailList":[{"UserName":"a","Arn":"arn:aws:iam::111122223333:user/a","UserPolicyList":{}}]})") ==
      "/UserDetailList/0/UserPolicyList");
  CHECK(
      place(
          R"({"UserDetailList":[{"UserName":"a","Arn":"arn:aws:iam::111122223333:user/a","AttachedManagedPolicies":["x"]}]})") ==
      "/UserDetailList/0/AttachedManagedPolicies");
  const auto two = grants::read_account(
      R"({"UserDetailList":[{"UserName":"a","Arn":"arn:aws:iam::111122223333:user/a"},{"UserName":"b","Arn":"arn:aws:iam::444455556666:user/b"}]})");
  REQUIRE_FALSE(two.has_value());
  CHECK(two.error().path == "/UserDetailList/1");
}
