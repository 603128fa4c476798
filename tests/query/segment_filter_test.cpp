// Filters over a store, against brute force over the events' JSON.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "event/canonical_name.h"
#include "query/count.h"
#include "query/field_catalogue.h"
#include "query/ip_range.h"
#include "query/shown_event.h"
#include "tests/query/filled.h"
#include "tests/support/random_event.h"
#include "tests/support/sanitized.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

TEST_CASE("R3: a name is found by either spelling, and counted under its canonical one") {
  Filled filled;
  const std::string source = R"("eventSource":"activate.amazonaws.com","eventName":)";
  filled.add({event_of(source + R"("GetAccountContanct")"), event_of(source + R"("GetAccountContact")"),
              event_of(source + R"("Get Program")"),
              event_of(R"("eventSource":"s3.amazonaws.com","eventName":"Get Program")")});
  CHECK(filled.list(filter_of(FilterField::name, {"GetAccountContact"})).size() == 2);
  CHECK(filled.list(filter_of(FilterField::name, {"GetAccountContanct"})).size() == 2);
  CHECK(filled.list(filter_of(FilterField::name, {"GetProgram"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::name, {"Get Program"})).size() == 2);
  CHECK(filled.list(filter_of(FilterField::name, {"GetProg*"})).size() == 1);
  const auto canonical = count_events(filled.store.snapshot(), {}, {{"name"}, Bucket::none, {}});
  REQUIRE(canonical.size() == 3);
  CHECK(canonical[0].values[0] == "GetAccountContact");
  CHECK(canonical[0].count == 2);
  const auto raw = count_events(filled.store.snapshot(), filter_of(FilterField::source, {"activate.amazonaws.com"}),
                                {{"eventName"}, Bucket::none, {}});
  REQUIRE(raw.size() == 3);
  for (const auto& row : raw) CHECK(row.count == 1);
}

TEST_CASE("error: any, none, a code, a glob") {
  Filled filled;
  filled.add({event_of(R"("eventName":"A","errorCode":"AccessDenied")"), event_of(R"("eventName":"B")"),
              event_of(R"("eventName":"C","errorCode":null)"),
              event_of(R"("eventName":"D","errorCode":"Client.Unauthorized")"),
              event_of(R"("eventName":"E","errorCode":"")")});
  const auto names = [&](std::initializer_list<const char*> texts) {
    std::string out;
    for (const auto& json : filled.list(filter_of(FilterField::error, texts))) out += *at(json, "eventName");
    std::sort(out.begin(), out.end());
    return out;
  };
  CHECK(names({"any"}) == "AD");
  CHECK(names({"none"}) == "BCE");
  CHECK(names({"AccessDenied"}) == "A");
  CHECK(names({"Client.*"}) == "D");
  CHECK(names({"AccessDenied", "none"}) == "ABCE");
  CHECK(names({"any", "none"}) == "ABCDE");
  CHECK(names({"nothing"}).empty());
}

TEST_CASE("user, principal, role and session") {
  Filled filled;
  filled.add(
      {event_of(R"("eventName":"A","userIdentity":{"type":"Root","arn":"arn:aws:iam::1:root"})"),
       event_of(
           R"("eventName":"B","userIdentity":{"type":"IAMUser","userName":"alice","arn":"arn:aws:iam::1:user/alice","principalId":"AIDA1"})"),
       event_of(
           R"("eventName":"C","userIdentity":{"type":"AssumedRole","principalId":"AROA:bob","arn":"arn:aws:sts::1:assumed-role/Dev/bob","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::1:role/p/Dev","userName":"Dev"}}})"),
       event_of(R"("eventName":"D","userIdentity":{"type":"AWSService","invokedBy":"ec2.amazonaws.com"})"),
       event_of(R"("eventName":"E")")});
  const auto names = [&](FilterField field, const char* text) {
    std::string out;
    for (const auto& json : filled.list(filter_of(field, {text}))) out += *at(json, "eventName");
    std::sort(out.begin(), out.end());
    return out;
  };
  CHECK(names(FilterField::user, "root") == "A");
  CHECK(names(FilterField::user, "alice") == "B");
  CHECK(names(FilterField::user, "bob") == "C");
  CHECK(names(FilterField::user, "Dev") == "C");
  CHECK(names(FilterField::user, "ali*") == "B");
  CHECK(names(FilterField::principal, "arn:aws:iam::1:user/alice") == "B");
  CHECK(names(FilterField::principal, "AIDA1") == "B");
  CHECK(names(FilterField::principal, "arn:aws:iam::1:role/p/Dev") == "C");
  CHECK(names(FilterField::principal, "arn:aws:sts::*") == "C");
  CHECK(names(FilterField::principal, "ec2.amazonaws.com") == "D");
  CHECK(names(FilterField::session, "bob") == "C");
  CHECK(names(FilterField::session, "b*") == "C");
  CHECK(names(FilterField::session, "Dev") == "");
  CHECK(names(FilterField::session, "*") == "C");
}

TEST_CASE("resources: by ARN, glob, or the name at its end; among several") {
  Filled filled;
  filled.add({event_of(R"("eventName":"A","resources":[{"ARN":"arn:aws:s3:::b1"},{"ARN":"arn:aws:s3:::b2/key"}])"),
              event_of(R"("eventName":"B","resources":[{"ARN":"arn:aws:s3:::b\u0033"}])"),
              event_of(R"("eventName":"C")")});
  CHECK(filled.list(filter_of(FilterField::resource, {"arn:aws:s3:::b1"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::resource, {"key"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::resource, {"b3"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::resource, {"arn:aws:s3:::*"})).size() == 2);
  CHECK(filled.list(filter_of(FilterField::resource, {"b1", "b3"})).size() == 2);
  CHECK(filled.list(filter_of(FilterField::resource, {"b2"})).empty());
}

TEST_CASE("since is inclusive, until exclusive") {
  Filled filled;
  filled.add({event_of(R"("eventName":"A")", "2024-05-01T10:00:00Z"),
              event_of(R"("eventName":"B")", "2024-05-01T10:00:01Z"),
              event_of(R"("eventName":"C")", "2024-05-01T10:00:01.500Z")});
  const text::Timestamp ten = 1714557600000;
  const auto count = [&](std::optional<text::Timestamp> since, std::optional<text::Timestamp> until) {
    Filter filter;
    filter.since = since;
    filter.until = until;
    return filled.list(filter).size();
  };
  CHECK(count({}, {}) == 3);
  CHECK(count(ten, {}) == 3);
  CHECK(count(ten + 1, {}) == 2);
  CHECK(count(ten + 1000, {}) == 2);
  CHECK(count(ten + 1001, {}) == 1);
  CHECK(count({}, ten) == 0);
  CHECK(count({}, ten + 1) == 1);
  CHECK(count({}, ten + 1000) == 1);
  CHECK(count(ten, ten) == 0);
  CHECK(count(ten + 5000, ten) == 0);
  CHECK(count({}, ten + 1501) == 3);
}

namespace {

using Test = std::function<bool(const std::string&)>;

Test path_matches(std::string_view path, const char* text) {
  return [path, pattern = Pattern{text}](const std::string& json) {
    const auto value = at(json, path);
    return value && pattern.matches(*value);
  };
}

Test name_matches(const char* text) {
  return [pattern = Pattern{text}](const std::string& json) {
    const std::string name = *at(json, "eventName");
    if (pattern.matches(name)) return true;
    const std::string canonical{event::canonical_name(at(json, "eventSource").value_or(""), name)};
    if (pattern.matches(canonical)) return true;
    for (const auto& alias : event::name_aliases()) {
      if (at(json, "eventSource") == alias.source && canonical == alias.canonical && pattern.matches(alias.logged))
        return true;
    }
    return false;
  };
}

// A filter, and what it means.
struct Choice {
  FilterField field;
  const char* text;
  Test test;
};

std::vector<Choice> filter_choices() {
  return {
      {FilterField::name, "GetAccountContact", name_matches("GetAccountContact")},
      {FilterField::name, "Get Program", name_matches("Get Program")},
      {FilterField::name, "*Object", name_matches("*Object")},
      {FilterField::source, "activate.amazonaws.com", path_matches("eventSource", "activate.amazonaws.com")},
      {FilterField::source, "s*", path_matches("eventSource", "s*")},
      {FilterField::region, "eu-west-1", path_matches("awsRegion", "eu-west-1")},
      {FilterField::access_key, "AKIA1*", path_matches("userIdentity.accessKeyId", "AKIA1*")},
      {FilterField::type, "AwsConsoleSignIn", path_matches("eventType", "AwsConsoleSignIn")},
      {FilterField::category, "Data", path_matches("eventCategory", "Data")},
      {FilterField::request_id, "REQ1*", path_matches("requestID", "REQ1*")},
      {FilterField::request_id, "*-*", path_matches("requestID", "*-*")},
      {FilterField::error, "NoSuchKey", path_matches("errorCode", "NoSuchKey")},
      {FilterField::error, "any", [](const std::string& json) { return !at(json, "errorCode").value_or("").empty(); }},
      {FilterField::error, "none", [](const std::string& json) { return at(json, "errorCode").value_or("").empty(); }},
      {FilterField::ip, "203.0.113.0/24",
       [](const std::string& json) { return at(json, "sourceIPAddress")->starts_with("203.0.113."); }},
      {FilterField::ip, "2001:db8::/32",
       [](const std::string& json) { return at(json, "sourceIPAddress")->starts_with("2001:"); }},
      {FilterField::ip, "AWS*", path_matches("sourceIPAddress", "AWS*")},
      {FilterField::account, "111122223333",
       [](const std::string& json) {
         return at(json, "recipientAccountId").value_or(at(json, "userIdentity.accountId").value_or("")) ==
                "111122223333";
       }},
      {FilterField::principal, "*user/user1*", path_matches("userIdentity.arn", "*user/user1*")},
      {FilterField::resource, "arn:aws:s3:::bucket7/key",
       [](const std::string& json) {
         return json_at(Padded{json}, "resources[].ARN").find("\"arn:aws:s3:::bucket7/key\"") != std::string::npos;
       }},
      {FilterField::event_id, "0*", path_matches("eventID", "0*")},
  };
}

}  // namespace

TEST_CASE("property: every filter gives what brute force gives") {
  Filled filled;
  RandomEvents random{53};
  for (int batch = 0; batch < 4; ++batch) {
    std::vector<std::string> events;
    for (int i = 0; i < (kSanitized ? 300 : 1500); ++i) events.push_back(random.event());
    filled.add(events);
  }
  const std::vector<Choice> choices = filter_choices();
  const std::size_t singles = 2 * choices.size();  // Each alone, as it is and negated; then some together.
  for (std::size_t round = 0; round < singles + 120; ++round) {
    Filter filter;
    std::map<std::pair<FilterField, bool>, std::vector<const Choice*>> chosen;
    const std::uint64_t many = round < singles ? 1 : random.below(4);
    for (std::uint64_t n = 0; n < many; ++n) {
      const Choice& choice = choices[round < singles ? round / 2 : random.below(choices.size())];
      const bool negated = round < singles ? round % 2 == 1 : random.one_in(3);
      chosen[{choice.field, negated}].push_back(&choice);
      filter.add(choice.field, choice.text, negated);
    }
    if (random.one_in(3)) filter.read_only = random.one_in(2);
    if (random.one_in(3))
      filter.since = 1714557600000 + static_cast<text::Timestamp>(random.below(30)) * text::kDay / 10;
    if (random.one_in(3))
      filter.until = 1714557600000 + static_cast<text::Timestamp>(random.below(30)) * text::kDay / 10;
    std::vector<std::string> expected;
    for (const std::string& json : filled.events) {
      const text::Timestamp time = *text::parse_timestamp(*at(json, "eventTime"));
      bool passes = (!filter.since || time >= *filter.since) && (!filter.until || time < *filter.until);
      if (passes && filter.read_only) passes = at(json, "readOnly") == (*filter.read_only ? "true" : "false");
      for (const auto& [field, tests] : chosen) {
        if (!passes) break;
        const bool any =
            std::any_of(tests.begin(), tests.end(), [&](const Choice* choice) { return choice->test(json); });
        passes = any != field.second;
      }
      if (passes) expected.push_back(json);
    }
    std::string asked;
    for (const auto& field : filter.fields) {
      for (const auto& text : field.texts) asked += signed_filter_name({field.field, field.negated}) + "=" + text + " ";
    }
    CAPTURE(asked);
    const auto found = filled.list(filter);
    CHECK(found.size() == expected.size());
    REQUIRE(sorted(found) == sorted(expected));
    std::uint64_t counted = 0;
    for (const auto& row : count_events(filled.store.snapshot(), filter, {})) counted += row.count;
    CHECK(counted == expected.size());
  }
}
