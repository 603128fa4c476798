// LookupEvents: what AWS's API reference promises, and where Trailkeeper does more.
#include "query/lookup_events.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <set>

#include "query/known_secrets.h"
#include "tests/support/filled_store.h"
#include "tests/support/random_event.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

namespace {

std::string event_of(int number, const std::string& time, const std::string& members) {
  char id[40];
  std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012d", number);
  return R"({"eventTime":")" + time + R"(","eventID":")" + id + "\"" + (members.empty() ? "" : "," + members) + "}";
}

/// An answer, taken apart.
struct Parsed {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  int status;
  std::string type;

  explicit Parsed(const LookupAnswer& answer) : status(answer.status), type(answer.error) {
    root = parser.parse(answer.body).value();
  }
  [[nodiscard]] std::string text(std::string_view pointer) const {
    std::string_view value;
    return root.at_pointer(pointer).get_string().get(value) ? std::string{} : std::string{value};
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    const simdjson::dom::array events = root["Events"].get_array().value();
    for (const simdjson::dom::element event : events) {
      std::string_view name;
      names.emplace_back(event["EventName"].get_string().get(name) ? std::string_view{} : name);
    }
    return names;
  }
};

std::vector<std::string> names(FilledStore& filled, const std::string& request) {
  const LookupAnswer answer = lookup_events(filled.store.snapshot(), request);
  CHECK(answer.status == 200);
  return Parsed{answer}.names();
}

std::string attribute(const std::string& key, const std::string& value) {
  return R"({"AttributeKey":")" + key + R"(","AttributeValue":")" + value + "\"}";
}

std::string lookup(const std::string& attributes) { return "{\"LookupAttributes\":[" + attributes + "]}"; }

using Names = std::vector<std::string>;

constexpr std::string_view kAlice =
    R"("eventName":"RunInstances","eventSource":"ec2.amazonaws.com","readOnly":false,"eventCategory":"Management","userIdentity":{"type":"IAMUser","userName":"alice","accessKeyId":"AKIAALICE"},"resources":[{"ARN":"arn:aws:ec2:eu-west-1:1:instance/i-1","type":"AWS::EC2::Instance"}])";
constexpr std::string_view kBob =
    R"("eventName":"GetObject*","eventSource":"s3.amazonaws.com","readOnly":true,"eventCategory":"Management","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/Dev/bob","accessKeyId":"ASIABOB","sessionContext":{"sessionIssuer":{"userName":"Dev"}}})";

}  // namespace

TEST_CASE("an event has AWS's members; CloudTrailEvent is the record as it was stored") {
  FilledStore filled;
  const std::string json = event_of(1, "2024-05-01T10:00:00Z", std::string{kAlice});
  filled.add({json});
  const Parsed answer{lookup_events(filled.store.snapshot(), "{}")};
  CHECK(answer.text("/Events/0/EventId") == "00000000-0000-4000-8000-000000000001");
  CHECK(answer.text("/Events/0/EventName") == "RunInstances");
  CHECK(answer.text("/Events/0/EventSource") == "ec2.amazonaws.com");
  CHECK(answer.text("/Events/0/ReadOnly") == "false");
  CHECK(answer.text("/Events/0/AccessKeyId") == "AKIAALICE");
  CHECK(answer.text("/Events/0/Username") == "alice");
  CHECK(answer.text("/Events/0/Resources/0/ResourceType") == "AWS::EC2::Instance");
  CHECK(answer.text("/Events/0/Resources/0/ResourceName") == "arn:aws:ec2:eu-west-1:1:instance/i-1");
  CHECK(answer.text("/Events/0/CloudTrailEvent") == json);
  CHECK(answer.root.at_pointer("/Events/0/EventTime").get_int64().value() == 1714557600);
  CHECK(answer.root["NextToken"].error() == simdjson::NO_SUCH_FIELD);
}

TEST_CASE("every attribute finds its events; values are no globs; several are ANDed") {
  FilledStore filled;
  filled.add({event_of(1, "2024-05-01T10:00:00Z", std::string{kAlice}),
              event_of(2, "2024-05-01T10:00:01Z", std::string{kBob})});
  const Names alice{"RunInstances"};
  const Names bob{"GetObject*"};
  CHECK(names(filled, "{}") == Names{"GetObject*", "RunInstances"});
  CHECK(names(filled, "") == Names{"GetObject*", "RunInstances"});
  CHECK(names(filled, lookup(attribute("EventId", "00000000-0000-4000-8000-000000000001"))) == alice);
  CHECK(names(filled, lookup(attribute("EventName", "RunInstances"))) == alice);
  CHECK(names(filled, lookup(attribute("EventName", "GetObject*"))) == bob);
  CHECK(names(filled, lookup(attribute("EventName", "Run*"))).empty());
  CHECK(names(filled, lookup(attribute("EventName", "RunInstance?"))).empty());
  CHECK(names(filled, lookup(attribute("ReadOnly", "true"))) == bob);
  CHECK(names(filled, lookup(attribute("ReadOnly", "false"))) == alice);
  CHECK(names(filled, lookup(attribute("Username", "alice"))) == alice);
  CHECK(names(filled, lookup(attribute("Username", "bob"))) == bob);
  CHECK(names(filled, lookup(attribute("Username", "Dev"))).empty());
  CHECK(names(filled, lookup(attribute("ResourceType", "AWS::EC2::Instance"))) == alice);
  CHECK(names(filled, lookup(attribute("ResourceName", "i-1"))) == alice);
  CHECK(names(filled, lookup(attribute("ResourceName", "arn:aws:ec2:eu-west-1:1:instance/i-1"))) == alice);
  CHECK(names(filled, lookup(attribute("EventSource", "s3.amazonaws.com"))) == bob);
  CHECK(names(filled, lookup(attribute("AccessKeyId", "ASIABOB"))) == bob);
  CHECK(names(filled, lookup(attribute("AccessKeyId", "ASIABOB") + "," + attribute("ReadOnly", "true"))) == bob);
  CHECK(names(filled, lookup(attribute("AccessKeyId", "ASIABOB") + "," + attribute("ReadOnly", "false"))).empty());
  CHECK(names(filled, lookup(attribute("ReadOnly", "true") + "," + attribute("ReadOnly", "false"))).empty());
  CHECK(names(filled, lookup(attribute("Username", "bob") + "," + attribute("Username", "alice"))).empty());
}

TEST_CASE("Username: what is found is what is shown, for every kind of caller") {
  FilledStore filled;
  RandomEvents random{5};
  std::vector<std::string> events;
  for (int i = 0; i < 400; ++i) events.push_back(random.event());
  events.push_back(
      event_of(1, "2024-05-01T10:00:00Z", R"("eventName":"N","userIdentity":{"type":"Root","userName":""})"));
  events.push_back(event_of(2, "2024-05-01T10:00:00Z",
                            R"("eventName":"N","userIdentity":{"type":"AWSService","invokedBy":"ec2.amazonaws.com"})"));
  events.push_back(event_of(
      3, "2024-05-01T10:00:00Z",
      R"("eventName":"N","userIdentity":{"type":"AssumedRole","arn":"arn:aws:iam::1:role/X","sessionContext":{"sessionIssuer":{"userName":"X"}}})"));
  filled.add(events);
  const auto users_of = [&](const std::string& attributes) {
    std::multiset<std::string> users;
    std::string token;
    do {
      const std::string next = token.empty() ? "" : ",\"NextToken\":\"" + token + "\"";
      const Parsed page{
          lookup_events(filled.store.snapshot(), "{\"LookupAttributes\":[" + attributes + "]" + next + "}")};
      REQUIRE(page.status == 200);
      for (std::size_t i = 0; i < page.names().size(); ++i)
        users.insert(page.text("/Events/" + std::to_string(i) + "/Username"));
      token = page.text("/NextToken");
    } while (!token.empty());
    return users;
  };
  const auto all = users_of("");
  CHECK(all.contains("root"));
  CHECK(all.contains("X"));
  CHECK(all.contains("ec2.amazonaws.com"));
  for (const std::string& user : std::set<std::string>(all.begin(), all.end())) {
    if (user.empty()) continue;
    const auto found = users_of(attribute("Username", user));
    CHECK(found.size() == all.count(user));
    CHECK(found.count(user) == found.size());
  }
}

TEST_CASE(
    "management events by default, those of before there were categories included; insight events when asked for") {
  FilledStore filled;
  const std::string time = "2024-05-01T10:00:0";
  filled.add(
      {event_of(1, time + "1Z", R"("eventName":"Managed","eventCategory":"Management")"),
       event_of(2, time + "2Z", R"("eventName":"Data","eventCategory":"Data")"),
       event_of(3, time + "3Z", R"("eventName":"Network","eventCategory":"NetworkActivity")"),
       event_of(4, time + "4Z", R"("eventName":"Old")"),
       event_of(5, time + "5Z", R"("eventName":"OldData","managementEvent":false)"),
       event_of(
           6, time + "6Z",
           R"("eventType":"AwsCloudTrailInsight","eventCategory":"Insight","insightDetails":{"eventName":"RunInstances","eventSource":"ec2.amazonaws.com"})")});
  CHECK(names(filled, "{}") == Names{"Old", "Managed"});
  CHECK(names(filled, R"({"EventCategory":null})") == Names{"Old", "Managed"});
  CHECK(names(filled, R"({"EventCategory":"insight"})") == Names{"RunInstances"});
  const auto insight = [&](const std::string& key, const std::string& value) {
    return names(filled, R"({"EventCategory":"insight","LookupAttributes":[)" + attribute(key, value) + "]}");
  };
  CHECK(insight("EventName", "RunInstances") == Names{"RunInstances"});
  CHECK(insight("EventName", "StopInstances").empty());
  CHECK(insight("EventSource", "ec2.amazonaws.com") == Names{"RunInstances"});
  CHECK(insight("EventId", "00000000-0000-4000-8000-000000000006") == Names{"RunInstances"});
  CHECK(insight("EventId", "00000000-0000-4000-8000-000000000001").empty());
}

TEST_CASE("both ends of a time range are inclusive by the second") {
  FilledStore filled;
  std::vector<std::string> events;
  for (int i = 0; i < 5; ++i) {
    events.push_back(
        event_of(i, "2024-05-01T10:00:0" + std::to_string(i) + "Z", "\"eventName\":\"" + std::to_string(i) + "\""));
  }
  filled.add(events);
  CHECK(names(filled, R"({"StartTime":1714557601,"EndTime":1714557603})") == Names{"3", "2", "1"});
  CHECK(names(filled, R"({"StartTime":1714557601.9,"EndTime":1714557603.001})") == Names{"3", "2", "1"});
  CHECK(names(filled, R"({"StartTime":1.714557602E9,"EndTime":1714557602})") == Names{"2"});
  CHECK(names(filled, R"({"EndTime":1714557600})") == Names{"0"});
  CHECK(names(filled, R"({"StartTime":1714557605})").empty());
}

TEST_CASE("errors have AWS's names, in both spellings of message, with status 400") {
  FilledStore filled;
  filled.add({event_of(1, "2024-05-01T10:00:00Z", std::string{kAlice})});
  struct Case {
    std::string request;
    const char* type;
  };
  for (const Case& c : std::initializer_list<Case>{
           {lookup(attribute("Colour", "red")), "InvalidLookupAttributesException"},
           {lookup(attribute("EventName", "")), "InvalidLookupAttributesException"},
           {lookup(attribute("ReadOnly", "maybe")), "InvalidLookupAttributesException"},
           {lookup(attribute("EventName", std::string(2001, 'x'))), "InvalidLookupAttributesException"},
           {lookup("{}"), "InvalidLookupAttributesException"},
           {R"({"EventCategory":"insight","LookupAttributes":[)" + attribute("Username", "a") + "]}",
            "InvalidLookupAttributesException"},
           {R"({"StartTime":2,"EndTime":1})", "InvalidTimeRangeException"},
           {R"({"StartTime":1e300})", "InvalidTimeRangeException"},
           {R"({"EndTime":-1e300})", "InvalidTimeRangeException"},
           {R"({"MaxResults":0})", "InvalidMaxResultsException"},
           {R"({"MaxResults":51})", "InvalidMaxResultsException"},
           {R"({"MaxResults":-1})", "InvalidMaxResultsException"},
           {R"({"EventCategory":"data"})", "InvalidEventCategoryException"},
           {R"({"NextToken":""})", "InvalidNextTokenException"},
           {R"({"NextToken":"AAAA"})", "InvalidNextTokenException"},
           {R"({"NextToken":")" + std::string(56, 'A') + "\"}", "InvalidNextTokenException"},
           {R"({"StartTime":"2024-05-01"})", "SerializationException"},
           {R"({"MaxResults":"5"})", "SerializationException"},
           {R"({"LookupAttributes":{}})", "SerializationException"},
           {"[]", "SerializationException"},
           {"{", "SerializationException"},
       }) {
    CAPTURE(c.request);
    const LookupAnswer answer = lookup_events(filled.store.snapshot(), c.request);
    const Parsed parsed{answer};
    CHECK(parsed.status == 400);
    CHECK(parsed.type == c.type);
    CHECK(parsed.text("/__type") == c.type);
    CHECK(!parsed.text("/message").empty());
    CHECK(parsed.text("/message") == parsed.text("/Message"));
  }
}

TEST_CASE(
    "pages: each event once, newest first, while others are committed and merged; a token fits its request only") {
  FilledStore filled;
  query::keep_secrets(filled.store);
  RandomEvents random{21};
  const auto fill = [&](int count) {
    std::vector<std::string> events;
    for (int i = 0; i < count; ++i) events.push_back(random.event());
    filled.add(events);
  };
  for (int i = 0; i < 4; ++i) fill(200);
  const auto drain = [&](const std::string& members, const std::function<void()>& between) {
    std::vector<std::string> records;
    std::string token;
    do {
      const std::string next = token.empty() ? "" : ",\"NextToken\":\"" + token + "\"";
      const Parsed page{lookup_events(filled.store.snapshot(), "{" + members + next + "}")};
      REQUIRE(page.status == 200);
      const std::size_t count = page.names().size();
      for (std::size_t i = 0; i < count; ++i)
        records.push_back(page.text("/Events/" + std::to_string(i) + "/CloudTrailEvent"));
      token = page.text("/NextToken");
      if (!token.empty()) CHECK(count == 7);
      between();
    } while (!token.empty());
    return records;
  };
  const auto before = drain("\"MaxResults\":7", [] {});
  CHECK(before.size() > 300);
  int pages = 0;
  const auto during = drain("\"MaxResults\":7", [&] {
    if (++pages % 20 == 0) fill(20);
    if (pages % 30 == 0) filled.writer.merge_once(true);
  });
  const std::set<std::string> unique(during.begin(), during.end());
  CHECK(unique.size() == during.size());
  for (const std::string& record : before) {
    const bool found = unique.contains(record);
    CHECK(found);
  }
  const std::string token =
      Parsed{lookup_events(filled.store.snapshot(), R"({"MaxResults":7,"StartTime":1})")}.text("/NextToken");
  REQUIRE(!token.empty());
  const auto status = [&](const std::string& members) {
    return lookup_events(filled.store.snapshot(), "{" + members + ",\"NextToken\":\"" + token + "\"}").status;
  };
  CHECK(status("\"StartTime\":1") == 200);
  CHECK(status("\"StartTime\":1,\"MaxResults\":50") == 200);
  CHECK(status("\"StartTime\":2") == 400);
  CHECK(status("\"StartTime\":1,\"EndTime\":1914557600") == 400);
  CHECK(status("\"StartTime\":1,\"EventCategory\":\"insight\"") == 400);
  CHECK(status("\"StartTime\":1,\"LookupAttributes\":[" + attribute("EventName", "CreateForm") + "]") == 400);
  FilledStore other;
  CHECK(lookup_events(other.store.snapshot(), R"({"StartTime":1,"NextToken":")" + token + "\"}").status == 400);
}
