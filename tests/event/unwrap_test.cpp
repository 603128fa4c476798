#include "event/unwrap.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "event/wrapper.h"
#include "tests/support/padded.h"
#include "text/json_text.h"

namespace text = trailkeeper::text;
using namespace trailkeeper::event;
using trailkeeper::tests::Padded;

namespace {

class Collector : public DocumentVisitor {
 public:
  void on_event(const Record& record, std::size_t offset) override {
    events.emplace_back(record.bytes);
    event_offsets.push_back(offset);
  }
  void on_reject(std::string_view bytes, std::size_t offset, Reason reason) override {
    rejects.emplace_back(bytes);
    reject_offsets.push_back(offset);
    reasons.push_back(reason);
  }

  std::vector<std::string> events;
  std::vector<std::size_t> event_offsets;
  std::vector<std::string> rejects;
  std::vector<std::size_t> reject_offsets;
  std::vector<Reason> reasons;
};

Collector unwrapped(std::string_view document) {
  Unwrapper unwrapper;
  Collector collector;
  unwrapper.unwrap(Padded{document}, collector);
  return collector;
}

std::string event(int number) {
  return R"({"eventVersion":"1.09","eventTime":"2024-05-01T10:00:00Z","eventName":"E)" + std::to_string(number) +
         R"(","requestParameters":{"text":"caf\u00e9 \"quoted\" \\ back"}})";
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out.push_back(kAlphabet[bits >> (count - 6) & 63U]);
  }
  if (count > 0) out.push_back(kAlphabet[bits << (6 - count) & 63U]);
  while (out.size() % 4 != 0) out.push_back('=');
  return out;
}

std::string quoted(std::string_view text) {
  std::string out;
  text::append_quoted(text, out);
  return out;
}

std::string log_message(const std::vector<std::string>& messages, const std::string& type = "DATA_MESSAGE") {
  std::string out = R"({"messageType":")" + type +
                    R"(","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[)";
  for (std::size_t i = 0; i < messages.size(); ++i) {
    out += (i == 0 ? "" : ",") + std::string{R"({"id":"3","timestamp":1714557600000,"message":)"} +
           quoted(messages[i]) + "}";
  }
  return out + "]}";
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a bare record is itself") {
  const auto found = unwrapped(event(1));
  CHECK(found.events == Texts{event(1)});
  CHECK(found.event_offsets[0] == 0);
  CHECK(found.rejects.empty());
}

TEST_CASE("EventBridge: the record is the detail, byte for byte") {
  const std::string head =
      R"({"version":"0","id":"7","detail-type":"AWS API Call via CloudTrail","source":"aws.activate","account":"1","time":"2024-05-01T10:00:00Z","region":"us-east-1","resources":[],"detail":)";
  const auto found = unwrapped(head + event(1) + "}");
  CHECK(found.events == Texts{event(1)});
  CHECK(found.event_offsets[0] == head.size());
  const std::string spaced = "{ \"eventTime\" : \"2024-05-01T10:00:00Z\" ,\n \"eventName\" : \"X\" }";
  CHECK(unwrapped("{\"detail-type\":\"x\", \"detail\" : " + spaced + " , \"version\":\"0\"}").events == Texts{spaced});
}

TEST_CASE("EventBridge: what isn't an event inside is rejected as what it is") {
  CHECK(unwrapped(R"({"detail-type":"x","detail":{"eventName":"X"}})").reasons == std::vector{Reason::bad_event_time});
  CHECK(unwrapped(R"({"detail-type":"EC2 Instance State-change","detail":{"state":"running"}})").reasons ==
        std::vector{Reason::no_event_name});
  CHECK(unwrapped(R"({"detail-type":"x","detail":"text"})").reasons == std::vector{Reason::no_event_name});
}

TEST_CASE("CloudWatch Logs: each message is a record, its string's escapes taken off once") {
  const auto found = unwrapped(log_message({event(1), event(2)}));
  CHECK(found.events == Texts{event(1), event(2)});
  CHECK(found.rejects.empty());
  CHECK(unwrapped(log_message({event(1) + "\n"})).events == Texts{event(1)});
}

TEST_CASE("CloudWatch Logs: the probe holds nothing, whatever came before it") {
  CHECK(unwrapped(log_message({"CWL CONTROL MESSAGE: Checking health of destination Firehose."}, "CONTROL_MESSAGE"))
            .events.empty());
  Unwrapper unwrapper;
  Collector collector;
  for (int i = 0; i < 3; ++i) {
    unwrapper.unwrap(Padded{log_message({"probe"}, "CONTROL_MESSAGE")}, collector);
    unwrapper.unwrap(Padded{log_message({"lost?"})}, collector);
    unwrapper.unwrap(Padded{log_message({event(i)}, "CONTROL_MESSAGE")}, collector);
    unwrapper.unwrap(Padded{log_message({event(i)})}, collector);
  }
  CHECK(collector.events == Texts{event(0), event(1), event(2)});
  CHECK(collector.rejects == Texts{"lost?", "lost?", "lost?"});
}

TEST_CASE("CloudWatch Logs: a message that isn't JSON is rejected with its own bytes, the others stay") {
  const auto found = unwrapped(log_message({event(1), "START RequestId", event(2)}));
  CHECK(found.events == Texts{event(1), event(2)});
  REQUIRE(found.rejects.size() == 1);
  CHECK(found.rejects[0] == "START RequestId");
}

TEST_CASE("one log event by itself") {
  const auto found = unwrapped(R"({"id":"1","timestamp":1,"message":)" + quoted(event(1)) + "}");
  CHECK(found.events == Texts{event(1)});
}

TEST_CASE("LookupEvents: CloudTrailEvent is the record, in the page or alone") {
  const std::string one =
      R"({"EventId":"x","EventName":"E1","ReadOnly":"true","EventTime":1714557600.0,"Resources":[],"CloudTrailEvent":)" +
      quoted(event(1)) + "}";
  CHECK(unwrapped("{\"Events\":[" + one + "],\"NextToken\":\"t\"}").events == Texts{event(1)});
  CHECK(unwrapped(one).events == Texts{event(1)});
}

TEST_CASE("Records as one document") {
  const auto found = unwrapped("{\"Records\":[" + event(1) + ", {\"broken\":} ," + event(2) + "]}");
  // The container itself isn't JSON then; the framer streams such a file, the unwrapper is given whole documents.
  CHECK(found.events.size() + found.rejects.size() >= 1);
  CHECK(unwrapped("{\"x\":1,\"Records\":[" + event(1) + "," + event(2) + "]}").events == Texts{event(1), event(2)});
  CHECK(unwrapped("{\"Records\":[]}").rejects.empty());
}

TEST_CASE("envelopes inside each other") {
  const std::string bridge = R"({"detail-type":"x","detail":)" + event(1) + "}";
  CHECK(unwrapped("{\"Records\":[" + bridge + "]}").events == Texts{event(1)});
  CHECK(unwrapped(log_message({"{\"Records\":[" + bridge + "," + event(2) + "]}"})).events ==
        Texts{event(1), event(2)});
  CHECK(unwrapped(log_message({log_message({event(1), event(2)}), event(3)})).events ==
        Texts{event(1), event(2), event(3)});
}

TEST_CASE("too many levels end in a rejected record, not in a deep stack") {
  std::string document = event(1);
  for (int i = 0; i < 12; ++i) document = R"({"detail-type":"x","detail":)" + document + "}";
  const auto found = unwrapped(document);
  CHECK(found.events.empty());
  CHECK(found.reasons == std::vector{Reason::broken_envelope});
}

TEST_CASE("an event that has a member named detail, Records or message stays an event") {
  const std::string odd =
      R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"X","detail":{"a":1},"detail-type":"t","Records":[],"message":"m","id":"1","CloudTrailEvent":"c","timeWindow":{},"digestStartTime":"d"})";
  CHECK(unwrapped(odd).events == Texts{odd});
}

TEST_CASE("broken documents are rejected whole") {
  const auto found = unwrapped("{\"a\":}");
  CHECK(found.rejects == Texts{"{\"a\":}"});
  CHECK(found.reasons == std::vector{Reason::broken_json});
  CHECK(
      unwrapped("{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"id\":\"1\",\"message\":\"\"}]}").reasons.size() ==
      1);
}

TEST_CASE("every row of the table, with each kind of value it takes, gives the event inside, byte for byte") {
  for (const Wrapper& row : wrappers()) {
    CAPTURE(row.member);
    std::string head = "{\"other\":[1,{}],";
    if (!row.beside.empty()) head += quoted(row.beside) + ":\"x\",";
    head += quoted(row.member) + ":";
    if ((row.values & kObjectValue) != 0) CHECK(unwrapped(head + event(1) + "}").events == Texts{event(1)});
    if ((row.values & kArrayValue) != 0) {
      CHECK(unwrapped(head + "[" + event(1) + "," + event(2) + "]}").events == Texts{event(1), event(2)});
    }
    if ((row.values & kListsValue) != 0) {
      CHECK(unwrapped(head + R"({"a":[)" + event(1) + R"(],"b":[)" + event(2) + "," + event(3) + "]}}").events ==
            Texts{event(1), event(2), event(3)});
    }
    if ((row.values & kTextValue) != 0) {
      CHECK(unwrapped(head + quoted(event(1)) + "}").events == Texts{event(1)});
      CHECK(unwrapped(head + quoted(event(1) + event(2) + "\n" + event(3)) + "}").events ==
            Texts{event(1), event(2), event(3)});
      CHECK(unwrapped(head + quoted("\xEF\xBB\xBF @cee: " + event(1)) + "}").events == Texts{event(1)});
      std::string encoded = base64(event(1));
      CHECK(unwrapped(head + quoted(encoded) + "}").events == Texts{event(1)});
      CHECK(unwrapped(head + quoted(encoded.substr(0, encoded.find('='))) + "}").events == Texts{event(1)});
      for (std::size_t at = 60; at < encoded.size(); at += 62) encoded.insert(at, "\r\n");
      std::replace(encoded.begin(), encoded.end(), '+', '-');
      std::replace(encoded.begin(), encoded.end(), '/', '_');
      CHECK(unwrapped(head + quoted(encoded) + "}").events == Texts{event(1)});
    }
    CHECK(unwrapped(head + "null}").reasons == std::vector{Reason::no_event_name});
    CHECK(unwrapped(head + "17}").reasons == std::vector{Reason::no_event_name});
  }
}

TEST_CASE("of several members the one that holds a record counts; none: the object is rejected") {
  CHECK(unwrapped(R"({"message":"text","log":)" + quoted(event(1)) + "}").events == Texts{event(1)});
  CHECK(unwrapped(R"({"event":{"action":"x"},"message":)" + quoted(event(1)) + "}").events == Texts{event(1)});
  CHECK(unwrapped(R"({"log":{"level":"info"},"message":)" + quoted(event(1)) + "}").events == Texts{event(1)});
  CHECK(unwrapped(R"({"message":{"msg":)" + quoted(event(1)) + "}}").events == Texts{event(1)});
  const auto none = unwrapped(R"({"message":"text","log":"more"})");
  CHECK(none.rejects == Texts{R"({"message":"text","log":"more"})"});
  CHECK(none.reasons == std::vector{Reason::no_event_name});
}

TEST_CASE("an array of documents hides nothing that stands beside it") {
  for (const Wrapper& row : wrappers()) {
    if (!row.certain || (row.values & kArrayValue) == 0) continue;
    CAPTURE(row.member);
    const std::string head = "{\"other\":[],\"" + std::string{row.member} + "\":";
    const std::string message = R"(,"message":)" + quoted(event(1)) + "}";
    for (const std::string& list : {std::string{"[]"}, std::string{"[1]"}, "[" + event(2) + "]"}) {
      CAPTURE(list);
      const auto found = unwrapped(head + list + message);
      CHECK(std::count(found.events.begin(), found.events.end(), event(1)) == 1);
      CHECK(found.events.size() + found.rejects.size() == (list == "[]" ? 1 : 2));
      // The event is anywhere; or nothing says that it is one.
      CHECK(unwrapped(head + list + R"(,"else":)" + event(1) + "}").events.size() == 1);
      if (list.size() > 3) continue;
      const std::string told = head + list + R"(,"a":"text","b":)" + quoted(event(1)) + "}";
      CHECK(unwrapped(told).rejects.back() == told);
      const std::string text = head + list + R"(,"message":"text"})";
      CHECK(unwrapped(text).rejects.back() == text);
    }
    CHECK(unwrapped(head + "[]}").rejects.empty());
    CHECK(unwrapped(head + "[],\"NextToken\":\"x\",\"status\":{\"took\":1}}").rejects.empty());
  }
  const auto probe = unwrapped(R"({"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"p"}],"message":)" +
                               quoted(event(1)) + "}");
  CHECK(probe.events == Texts{event(1)});
}

TEST_CASE("of repeated keys, and of several members, each that holds an event counts") {
  const std::string a = event(1);
  const std::string b = event(2);
  for (const std::string& document : Texts{
           R"({"Records":[)" + a + R"(],"Records":[)" + b + "]}",
           R"({"Records":[)" + a + R"(],"Records":)" + b + "}",
           R"({"message":)" + quoted(a) + R"(,"message":)" + quoted(b) + "}",
           R"({"message":)" + quoted(a) + R"(,"message":)" + b + R"(,"message":1})",
           R"({"event":)" + a + R"(,"event":)" + b + "}",
           R"({"Records":[)" + a + R"(],"logEvents":[{"message":)" + quoted(b) + "}]}",
           R"({"message":)" + quoted(a) + R"(,"event":)" + b + "}",
           R"({"detail-type":"x","detail":)" + a + R"(,"detail":)" + b + "}",
       }) {
    CAPTURE(document);
    const auto found = unwrapped(document);
    CHECK(found.events.size() == 2);
    CHECK(std::count(found.events.begin(), found.events.end(), a) == 1);
    CHECK(std::count(found.events.begin(), found.events.end(), b) == 1);
    CHECK(found.rejects.empty());
  }
  // winston's logger for Splunk writes each event twice.
  const std::string copies = R"({"message":{"msg":)" + quoted(a) + R"(,"meta":{"message":)" + quoted(a) +
                             R"(,"level":"info"}},"severity":"info"})";
  CHECK(unwrapped(copies).events == Texts{a});
  CHECK(unwrapped(copies).rejects.empty());
  const std::string twice = R"({"a":)" + a + R"(,"a":)" + b + "}";
  CHECK(unwrapped(twice).rejects == Texts{twice});
  // What stands beside an event is no loss.
  CHECK(unwrapped(R"({"message":)" + quoted(a) + R"(,"data":"{\"a\":1}","log":{"level":"info"}})").rejects.empty());
  // An object that only looks as if it held one hides none.
  CHECK(unwrapped(R"({"Message":"{\"a\":1}","message":)" + quoted(a) + "}").events == Texts{a});
  CHECK(unwrapped(R"({"detail-type":"x","detail":{"state":1},"cloudtrail":)" + a + "}").events == Texts{a});
}

TEST_CASE("what begins as a record beside an event, and is none, is rejected with its reason") {
  const std::string a = event(1);
  const std::string b = event(2);
  const std::string cut = b.substr(0, b.size() - 5);
  std::string late = b;
  late.replace(late.find("2024-05"), 7, "2024-19");
  const std::string flat = R"({"eventName":"X","eventTime":"2024-05-01T10:00:00Z","eventID":"1"})";
  const auto rejected = [&](const std::string& document) {
    CAPTURE(document);
    const auto found = unwrapped(document);
    CHECK(found.events == Texts{a});
    REQUIRE(found.rejects.size() == 1);
    return std::pair{found.rejects[0], found.reasons[0]};
  };
  using Rejected = std::pair<std::string, Reason>;
  CHECK(rejected(R"({"message":)" + quoted(a) + R"(,"log":)" + quoted(cut) + "}") ==
        Rejected{cut, Reason::broken_json});
  CHECK(rejected(R"({"message":)" + quoted(a) + R"(,"log":)" + quoted(late) + "}") ==
        Rejected{late, Reason::bad_event_time});
  CHECK(rejected(R"({"log":)" + quoted(b + " is no user") + R"(,"message":)" + quoted(a) + "}") ==
        Rejected{b + " is no user", Reason::not_an_object});
  CHECK(rejected(R"({"log":)" + quoted(base64(cut)) + R"(,"message":)" + quoted(a) + "}") ==
        Rejected{cut, Reason::broken_json});
  CHECK(rejected(R"({"result":)" + flat + R"(,"message":)" + quoted(a) + "}") == Rejected{flat, Reason::flattened_row});
  CHECK(rejected(R"({"Events":[)" + a + R"(],"result":{"result":)" + flat + "}}").second == Reason::flattened_row);
  CHECK(rejected(R"({"eventJson":)" + quoted(cut) + R"(,"eventJson":)" + quoted(a) + "}").second ==
        Reason::broken_json);
  // Where none gives an event, each does.
  const auto none = unwrapped(R"({"message":)" + quoted(cut) + R"(,"log":)" + quoted(late) + "}");
  CHECK(none.events.empty());
  CHECK(none.rejects == Texts{cut, late});
}

TEST_CASE("whether an array is taken doesn't depend on its length") {
  const auto list = [](const std::string& before, const std::string& behind, int count) {
    std::string out;
    for (int i = 1; i <= count; ++i) out += (i == 1 ? "" : ",") + before + quoted(event(i)) + behind;
    return out;
  };
  struct Case {
    std::string head, before, behind, tail;
  };
  for (
      const Case& one : std::vector<Case>{
          {R"({"resourceLogs":[{"resource":{"attributes":[{"key":"k","value":{"stringValue":"v"}}]},"scopeLogs":[{"logRecords":[)",
           R"({"timeUnixNano":"1","severityText":"INFO","body":{"stringValue":)", "}}", "]}]}]}"},
          {R"([{"common":{"attributes":{"h":"x"}},"logs":[)", R"({"timestamp":1,"message":)", "}", "]}]"},
          {R"({"tables":[{"name":"PrimaryResult","columns":[{"name":"T"}],"rows":[)", R"(["2024-01-01T00:00:00Z",)",
           "]", "]}]}"},
          {R"({"messages":[)", R"({"map":{"_sourcename":"x","n":"2","_raw":)", "}}", R"(],"fields":[]})"},
          {R"({"messages":[)", R"({"index":"g","message":{"_id":"1","source":"x","message":)", "}}", "]}"},
          {R"({"status":"success","data":{"resultType":"streams","result":[{"stream":{"a":"b"},"values":[)",
           R"(["1717236000000000000",)", "]", "]}]}}"},
          {R"({"schema":[{"name":"m"}],"datarows":[)", R"([7,)", "]", "]}"},
          {R"({"records":[)", R"({"category":"c","properties":{"pod":"p","log":)", "}}", "]}"},
          {R"({"a":{"b":[)", R"({"ts":1717236000,"x":)", "}", "]}}"},
          {R"({"a":[)", "", "", "]}"},
      }) {
    for (const int count : {1, 2, 3}) {
      const std::string document = one.head + list(one.before, one.behind, count) + one.tail;
      CAPTURE(document);
      const auto found = unwrapped(document);
      CHECK(found.events.size() == static_cast<std::size_t>(count));
      CHECK(found.rejects.empty());
    }
  }
  // A caller's own words stay his, and other text beside a record says that somebody reports it.
  for (const std::string& document :
       Texts{R"({"requestParameters":{"logs":[{"message":)" + list("", "", 1) + "}]}}",
             R"({"response_elements":{"a":[)" + list("", "", 2) + "]}}",
             R"({"serviceEventDetails":{"a":)" + list("", "", 1) + "}}",
             R"({"request_parameters":{"a":[)" + list("", "", 2) + "]}}",
             R"({"eventName":"X","responseElements":{"resourceLogs":[)" + list("", "", 2) + "]}}",
             R"({"a":["x",)" + list("", "", 2) + "]}", R"({"query":[)" + list("", "", 2) + "]}",
             R"({"a":[)" + list("", "", 1) + R"(],"host":"h"})"}) {
    CAPTURE(document);
    CHECK(unwrapped(document).events.empty());
    CHECK(unwrapped(document).rejects.size() == 1);
  }
}

TEST_CASE("a bulk body's action lines are no records") {
  for (const std::string& line : Texts{R"({"index":{"_index":"i","_id":"1"}})", R"({ "create" : { } })"}) {
    CHECK(unwrapped(line).rejects.empty());
  }
  for (const std::string& line : Texts{R"({"index":{"a":1}})", R"({"index":"x"})", R"({"index":{"_id":"1"},"a":1})",
                                       R"({"create":{"_id":"1"},"message":"m"})"}) {
    CHECK(unwrapped(line).rejects == Texts{line});
  }
}

TEST_CASE("what could not be delivered, and what others encode, is taken with text beside it") {
  for (const std::string& document :
       Texts{R"({"attemptsMade":4,"errorCode":"403","errorMessage":"m","rawData":)" + quoted(base64(event(1))) + "}",
             R"({"specversion":"1.0","type":"t","source":"x","data_base64":)" + quoted(base64(event(1))) + "}",
             R"({"insertId":"x","logName":"n","textPayload":)" + quoted(event(1)) + "}",
             R"({"insert_id":"x","n":3,"raw":)" + quoted(event(1)) + "}"}) {
    CAPTURE(document);
    CHECK(unwrapped(document).events == Texts{event(1)});
    CHECK(unwrapped(document).rejects.empty());
  }
}

TEST_CASE("what stands behind an array of documents is looked at as if it stood in the object") {
  const auto found = unwrapped(R"(],"message":)" + quoted(event(1)) + "}");
  CHECK(found.events == Texts{event(1)});
  CHECK(unwrapped(R"(],"logEvents":[)" + event(1) + R"(],"x":{"y":"}"}}})").events == Texts{});
  CHECK(unwrapped(R"(],"logEvents":[)" + event(1) + R"(],"x":{"y":"}"}})").events == Texts{event(1)});
  CHECK(unwrapped(R"(],"total":1},"message":)" + quoted(event(1)) + "}").events.size() == 1);
  CHECK(unwrapped(R"(],"NextToken":"x"})").rejects.empty());
  const std::string other = R"(],"a":"text","b":)" + quoted(event(1)) + "}";
  CHECK(unwrapped(other).rejects == Texts{other});
  CHECK(unwrapped(R"(],"a":tru})").reasons == std::vector{Reason::broken_json});
}

TEST_CASE("words behind JSON say that somebody else's text holds it") {
  const std::string one = event(1);
  for (const std::string& text : Texts{
           "Invalid user " + one + " from 198.51.100.7 port 40022",
           "1.2.3.4 - - GET /?a=" + one + " 404",
           one + " from 198.51.100.7",
           one + "\t" + one + " x",
           "GET /?a=" + one + "&b=1",
           one + "] is no user",
           one + "\" is no user",
           one + "{ is no user",
           one + "{ is no user}",
           one + std::string("\0 is no user", 13),
           one + "\xEF\xBB\xBF is no user",
           one + ",{\"a\":1},\" is no user",
           "[" + one + "] is no user",
           "[" + one + ", is no user]",
           "{\"Records\":[" + one + "]} is no user",
           "{\"Records\":[" + one + "] is no user}",
           one + "\nis no user",
           one + "\n{\"a\":\" is no user",
           "Invalid user x\n" + one + "\nfrom 1.2.3.4",
           "a\t" + one + "\tfrom 1.2.3.4",
       }) {
    CAPTURE(text);
    if (!text.starts_with('{')) CHECK(unwrapped(text).events.empty());
    for (const std::string member : {"message", "log", "other"}) {
      const std::string document = "{\"" + member + "\":" + quoted(text) + "}";
      CHECK(unwrapped(document).events.empty());
      CHECK(unwrapped(document).rejects.size() == 1);
      CHECK(unwrapped(R"({"Records":[)" + document + "]}").events.empty());
    }
  }
  std::string cell;
  for (const char c : one) cell += c == '"' ? std::string{"\"\""} : std::string{c};
  CHECK(unwrapped("Invalid user ,\"" + cell + "\", from 1.2.3.4").events.empty());
  CHECK(unwrapped("Invalid user ,\"" + cell + "\",1 404 17").events.empty());
  CHECK(unwrapped("Invalid user \"" + cell + "\" x").events.empty());
  // Words in front are a log's, white space is nobody's, cells are an export's.
  for (const std::string& text : Texts{
           "2024-06-01T10:00:00.000Z INFO " + one + " \r\n",
           "Ada\t" + one + "\t0-0\t2024-06-01 10:00:00.000",
           "EVENTS\tAKIA\t" + one + "\t0-0\tAda Lovelace",
           "1,\"" + cell + "\",\"one two\",2024-06-01 10:00:00.000,,x",
           one + "\n",
       }) {
    CAPTURE(text);
    CHECK(unwrapped(R"({"message":)" + quoted(text) + "}").events == Texts{one});
  }
  std::string second;
  for (const char c : event(2)) second += c == '"' ? std::string{"\"\""} : std::string{c};
  CHECK(unwrapped("1,\"" + cell + "\",\"" + second + "\"").events == Texts{one, event(2)});
  CHECK(unwrapped("1,\"{\"\"type\"\":1}\",\"" + cell + "\"").events == Texts{one});
}

TEST_CASE("what a caller said in a record is no event, however deep, and however the members are spelled") {
  const std::string forged =
      R"({"eventName":"StopLogging","eventTime":"2024-03-03T03:03:03Z","eventSource":"cloudtrail.amazonaws.com"})";
  for (const std::string member : {"requestParameters", "responseElements", "request_parameters", "RequestParameters",
                                   "additionalEventData", "serviceEventDetails", "userIdentity"}) {
    CAPTURE(member);
    for (const std::string& time : Texts{R"("@timestamp":"2024-03-03T03:03:03Z")", R"("eventTime":1709000000)"}) {
      const std::string record =
          R"({"eventName":"TagResource",)" + time + ",\"" + member + R"(":{"tags":)" + forged + "}}";
      for (const std::string& document :
           Texts{record, R"({"host":"h","aws":{"cloudtrail":)" + record + "}}", R"({"host":"h","ct":)" + record + "}",
                 R"({"message":)" + quoted(R"({"host":"h","ct":)" + record + "}") + "}"}) {
        CAPTURE(document);
        CHECK(unwrapped(document).events.empty());
        CHECK(unwrapped(document).rejects.size() == 1);
      }
    }
  }
}

TEST_CASE("the only event in an object is taken, whatever its member is called") {
  const std::string one = event(1);
  for (const std::string& document : Texts{
           "{\"e\":" + quoted(one) + "}",
           "{\"a\":[" + quoted(one) + "]}",
           "{\"e\":" + quoted("\n " + one + "\n") + "}",
           "{\"ts\":1717236000,\"at\":\"2024-06-01T10:00:00.123Z\",\"more\":[true,null,{}],\"raw event\":" +
               quoted(one) + "}",
           R"({"id":"4839af5e-7b6a-4353-a5ef-41febc9a9fa8","e":{"f":)" + quoted(one) + "}}",
           "{\"e\":" + quoted("{\"f\":" + quoted("{\"g\":" + quoted(one) + "}") + "}") + "}",
           "{\"e\":" + quoted(R"({"detail-type":"x","detail":)" + one + "}") + "}",
           R"({"host":"h","tags":["a","b"],"aws":{"cloudtrail":)" + one + "}}",
           R"({"host":"h","a.b":{"c\\d":)" + one + "}}",
           R"({"a":{"eventName":"x"},"b":{"eventTime":"2024-05-01T10:00:00Z"},"c":)" + one + "}",
           // Beside what a shipper made of it.
           R"({"eventName":"E1","event":{"original":)" + quoted(one) + R"(,"action":"E1"},"host":"h"})",
           R"({"eventName":"E1","event.original":)" + quoted(one) + "}",
           R"({"eventName":"E1","eventTime":1717236000,"message":)" + quoted(one) + "}",
           R"({"eventName":"E1","eventTime":"yesterday","cloudtrail":)" + one + "}",
           R"({"eventname":"E1","cloudtrail":)" + one + "}",
           R"({"message":"text","other":)" + one + "}",
           R"({"message":{"other":)" + one + R"(},"log":"text"})",
       }) {
    CAPTURE(document);
    const auto found = unwrapped(document);
    CHECK(found.events == Texts{one});
    CHECK(found.rejects.empty());
  }
  const std::string document = R"({"host":"h","aws":{"cloudtrail":)" + one + "}}";
  CHECK(unwrapped(document).event_offsets[0] == document.find(one));
}

TEST_CASE("what others report beside other text, and what is ambiguous, is no event") {
  const std::string one = event(1);
  for (const std::string& document : Texts{
           // A visitor's words: all of an event, in a member of a log.
           R"({"host":"h","args":)" + quoted(one) + "}",
           R"({"timestamp":1,"httpRequest":{"uri":"/","args":)" + quoted(one) + "}}",
           R"({"request":["GET"],"user_agent":)" + quoted(one) + "}",
           R"({"time":"2024-06-01T10:00:00Z","id":"4839af5e-7b6a-4353-a5ef-41febc9a9fa8","user_agent":)" + quoted(one) +
               "}",
           R"({"time":1717236000,"http":{"ua":)" + quoted(one) + "}}",
           R"({"ts":1,"status":404,"e":)" + quoted(one) + "}",
           // Several, and what isn't one.
           "{\"a\":" + quoted(one) + ",\"b\":" + quoted(event(2)) + "}",
           "{\"a\":" + one + ",\"b\":" + event(2) + "}",
           "{\"a\":[" + one + "]}",
           "{\"a\":" + quoted("q=" + one) + "}",
           "{\"a\":" + quoted(one + "x") + "}",
           "{\"a\":" + quoted(one.substr(0, one.size() - 1)) + "}",
           R"({"a":"{ ($.eventName = X) && ($.eventTime = *) }"})",
           R"({"a":{"eventName":"X","eventTime":"never"}})",
           R"({"a":{"eventName":["X"],"eventTime":"2024-05-01T10:00:00Z"}})",
           // A record's own members.
           R"({"eventVersion":"1.08","requestParameters":{"pattern":)" + one + "}}",
       }) {
    CAPTURE(document);
    const auto found = unwrapped(document);
    CHECK(found.events.empty());
    CHECK(found.rejects == Texts{document});
    CHECK(found.reasons == std::vector{Reason::no_event_name});
  }
  const std::string no_time = R"({"eventName":"X","requestParameters":{"pattern":)" + one + "}}";
  CHECK(unwrapped(no_time).reasons == std::vector{Reason::bad_event_time});
  // What services tell Lambda stays what it is.
  CHECK(unwrapped(R"({"eventSource":"aws:dynamodb","eventName":"INSERT","message":"m","dynamodb":{}})").reasons ==
        std::vector{Reason::service_notification});
}

TEST_CASE("what a request or an answer says is no event, whatever logs it: neither as text nor as an object") {
  const std::string one = event(1);
  for (const std::string& value : {one, quoted(one)}) {
    for (const std::string& document : Texts{
             R"({"kind":"Event","requestURI":"/apis","user":{"username":"m"},"requestObject":)" + value + "}",
             R"({"level":"RequestResponse","responseObject":{"spec":)" + value + "}}",
             R"({"modelId":"m","input":{"inputBodyJson":)" + value + R"(},"output":{"outputBodyJson":{"a":1}}})",
             R"({"message":"HTTP POST","meta":{"req":{"url":"/x","body":)" + value + "}}}",
             R"({"level":30,"req":{"id":1,"body":)" + value + R"(},"msg":"request completed"})",
             R"({"request":{"url":"https://x","data":)" + value + "}}",
             R"({"protoPayload":{"request":)" + value + "}}",
             R"({"operationName":"x","variables":{"input":)" + value + "}}",
             R"({"variables":)" + value + "}",
             R"({"triggerSource":"x","request":{"clientMetadata":)" + value + "}}",
             R"({"httpMethod":"POST","path":"/","requestContext":{"stage":"p"},"body":)" + value + "}",
             R"({"method":"POST","body":)" + value + "}",
             R"({"event":"request","request":"POST /x","data":)" + value + "}",
             R"({"method":"POST","payload":)" + value + "}",
             R"({"http":{"method":"POST","body":)" + value + "}}",
             R"({"http":{"method":"POST","posted":{"a":)" + value + "}}}",
             R"({"time":"x","properties":{"requestBody":)" + value + "}}",
             R"({"response_body":)" + value + "}",
             R"({"res":{"a":)" + value + "}}",
         }) {
      CAPTURE(document);
      CHECK(unwrapped(document).events.empty());
      CHECK(unwrapped(document).rejects == Texts{document});
      const std::string text = R"({"messageType":"DATA_MESSAGE","logEvents":[{"message":)" + quoted(document) + "}]}";
      CHECK(unwrapped(text).events.empty());
    }
  }
  // Envelopes that look like it.
  for (
      const std::string& document : Texts{
          R"({"version":"1.0","requestContext":{"condition":"RetriesExhausted"},"requestPayload":{"detail-type":"x","detail":)" +
              one + R"(},"responsePayload":{"errorMessage":"x"}})",
          R"({"requestContext":{"requestId":"x"},"requestPayload":{"awslogs":{"data":)" +
              quoted(base64(log_message({one}))) + R"(}},"responsePayload":{}})",
          R"({"messageId":"1","body":)" + quoted(one) + R"(,"eventSource":"aws:sqs","attributes":{}})",
          R"({"topic":"t","headers":[{"k":"v"}],"payload":)" + quoted(one) + "}",
          R"({"requestId":"r","timestamp":1,"records":[{"data":)" + quoted(base64(one)) + "}]}",
          R"({"http":{"method":"POST"},"user_agent":{"original":"x"},"event":{"original":)" + quoted(one) + "}}",
          R"({"security":{"cloudtrail":)" + one + "}}",
      }) {
    CAPTURE(document);
    CHECK(unwrapped(document).events == Texts{one});
    CHECK(unwrapped(document).rejects.empty());
  }
}

TEST_CASE("pages, lists and answers of other services, whatever stands around their arrays") {
  const Texts two{event(1), event(2)};
  const std::string objects = "[" + event(1) + "," + event(2) + "]";
  const std::string texts = "[" + quoted(event(1)) + "," + quoted(event(2)) + "]";
  const std::string hits = R"({"took":1,"hits":{"total":{"value":2},"hits":[{"_index":"i","_source":)" + event(1) +
                           R"(},{"_index":"i","_source":)" + event(2) + "}]}}";
  const std::string of_kafka = R"({"topic":"t","partition":0,"offset":1,"key":"k","headers":[],"value":)";
  for (
      const std::string& document : Texts{
          R"({"value":)" + objects + R"(,"Count":2})", R"({"Count":2,"value":)" + texts + "}",
          R"({"@odata.context":"c","value":)" + objects + "}", R"({"items":)" + objects + R"(,"next":null})",
          R"({"entries":)" + objects + "}", R"({"page":)" + hits + R"(,"n":2})",
          R"({"docs":[{"_id":"1","found":true,"_source":)" + event(1) + R"(},{"_id":"2","_source":)" + event(2) + "}]}",
          R"({"Records":)" + quoted(objects) + "}", R"({"records":)" + quoted(objects) + R"(,"n":2})",
          R"({"response":)" + hits + "}", R"({"isPartial":false,"rawResponse":)" + hits + "}",
          R"({"eventSource":"aws:kafka","bootstrapServers":"b","records":{"t-0":[)" + of_kafka +
              quoted(base64(event(1))) + R"(}],"t-1":[)" + of_kafka + quoted(base64(event(2))) + "}]}}",
          R"({"eventSource":"aws:rmq","rmqMessagesByQueue":{"q::/":[{"redelivered":false,"data":)" +
              quoted(base64(event(1))) + R"(},{"data":)" + quoted(base64(event(2))) + "}]}}",
          R"({"Items":[{"id":{"S":"1"},"event":{"S":)" + quoted(event(1)) + R"(}},{"message":{"S":)" +
              quoted(event(2)) + R"(}}],"Count":2,"ScannedCount":2})",
          R"({"Entries":[{"Source":"x","Detail":)" + event(1) + R"(},{"Source":"x","Detail":)" + event(2) + "}]}",
          R"({"Records":[{"eventID":"c4","eventName":"INSERT","eventSource":"aws:dynamodb","dynamodb":{"Keys":{"id":{"N":"1"}},"NewImage":{"id":{"N":"1"},"record":{"S":)" +
              quoted(event(1)) +
              R"(}}}},{"eventSource":"aws:dynamodb","eventName":"REMOVE","dynamodb":{"OldImage":{"data":{"S":)" +
              quoted(event(2)) + "}}}}]}"}) {
    CAPTURE(document);
    CHECK(unwrapped(document).events == two);
    CHECK(unwrapped(document).rejects.empty());
  }
  CHECK(unwrapped(R"({"Item":{"id":{"S":"1"},"event":{"S":)" + quoted(event(1)) + "}}}").events == Texts{event(1)});
  // What somebody sent, or was answered, is none, however it is listed.
  for (const std::string& document :
       Texts{R"({"level":"info","requestParameters":{"items":)" + objects + "}}",
             R"({"method":"POST","items":)" + objects + "}", R"({"url":"/","response":)" + hits + "}",
             R"({"response":{"items":)" + objects + "}}", R"({"field":"userAgent","value":)" + texts + "}",
             R"({"name":"query","value":)" + objects + "}", R"({"headers":{"x":[)" + event(1) + "]}}"}) {
    CAPTURE(document);
    CHECK(unwrapped(document).events.empty());
    CHECK(unwrapped(document).rejects.size() == 1);
  }
  const std::string around = R"({"eventVersion":"1.09","eventTime":"2024-05-01T10:00:00Z","eventName":"PutItem",)"
                             R"("requestParameters":{"Item":{"event":{"S":)" +
                             quoted(event(1)) + R"(}},"items":)" + objects + R"(,"Records":)" + quoted(objects) + "}}";
  CHECK(unwrapped(around).events == Texts{around});
}

TEST_CASE("a name beside a value counts as a member's name: what a stranger sent is no event") {
  const std::string one = event(1);
  const std::string text = quoted(one);
  for (const std::string& name : Texts{"userAgent", "userIdentity.userName", "user-agent", "requestParameters.key",
                                       "note", "url", "user_agent.original", "body"}) {
    CAPTURE(name);
    for (const std::string& label : Texts{"field", "name", "key", "Name"}) {
      const std::string labelled = "{" + quoted(label) + ":" + quoted(name) + R"(,"value":)" + text + "}";
      CHECK(unwrapped(labelled).events.empty());
      CHECK(unwrapped(labelled).rejects == Texts{labelled});
      CHECK(unwrapped(R"([{"name":"host","value":"x"},)" + labelled + "]").events.empty());
      CHECK(unwrapped(R"({"results":[[{"field":"@timestamp","value":"2024-05-01 10:00:00.000"},)" + labelled +
                      R"(,{"field":"n","value":"1"}]],"status":"Complete"})")
                .events.empty());
      CHECK(unwrapped("{" + quoted(label) + ":" + quoted(name) + R"(,"value":{"stringValue":)" + text + "}}")
                .events.empty());
    }
    if (name == "note" || name == "body") continue;
    const std::string column = R"({"name":)" + quoted(name) + R"(,"type":"string"})";
    for (const std::string& document : Texts{
             R"({"columns":[)" + column + R"(],"values":[[)" + text + "]]}",
             R"({"columns":[{"name":"@timestamp"},)" + column + R"(],"values":[["2024-05-01T10:00:00.000Z",)" + text +
                 "]]}",
             R"({"columns":[)" + column + R"(,{"name":"n"}],"rows":[[)" + text + ",3]]}",
             R"({"tables":[{"name":"P","columns":[{"ColumnName":"T"},)" + column +
                 R"(],"rows":[["2024-05-01T10:00:00Z",)" + text + "]]}]}",
             R"({"schema":[)" + column + R"(],"datarows":[[)" + text + "]]}",
             R"({"fields":["_time",)" + quoted(name) + R"(],"rows":[["2024-05-01T10:00:00Z",)" + text + "]]}",
             R"({"columns":[)" + quoted(name) + R"(],"data":[[)" + text + "]]}",
         }) {
      CAPTURE(document);
      CHECK(unwrapped(document).events.empty());
      CHECK_FALSE(unwrapped(document).rejects.empty());
    }
  }
  CHECK(unwrapped(R"({"name":"userAgent","value":)" + one + "}").events.empty());
  for (const std::string& document : Texts{
           R"({"field":"@message","value":)" + text + "}",
           R"({"name":"eventJson","value":)" + text + "}",
           R"({"key":"_raw","value":)" + text + "}",
           R"({"key":"0","value":)" + one + "}",
           R"({"topic":"t","partition":0,"offset":7,"key":"k","value":)" + text + "}",
           R"({"columns":[{"name":"@timestamp"},{"name":"message"}],"values":[["2024-05-01T10:00:00.000Z",)" + text +
               "]]}",
           R"({"tables":[{"columns":[{"name":"n"},{"name":"RawData"},{"name":"UserAgent"}],"rows":[[7,)" + text +
               ",null]]}]}",
           R"({"fields":["_raw","_time"],"rows":[[)" + text + R"(,"2024-05-01T10:00:00Z"]]})",
       }) {
    CAPTURE(document);
    CHECK(unwrapped(document).events == Texts{one});
    CHECK(unwrapped(document).rejects.empty());
  }
}

TEST_CASE("events under many names in each other end where all wrappers do, and soon") {
  // Each level holds what is next under a known name as an object, and under another as text.
  std::string deep = R"({"eventName":"X","eventTime":"never"})";
  for (int i = 0; i < 9; ++i) {
    deep = "{\"message\":{\"message\":{\"e\":" + quoted(deep) + "}}}";
    const auto found = unwrapped(deep);
    CHECK(found.events.empty());
    CHECK(found.rejects.size() == 1);
  }
  std::string nested = R"({"eventName":"X","eventTime":"never"})";
  for (int i = 0; i < 60; ++i) nested = "{\"eventName\":\"X\",\"eventTime\":\"never\",\"a\":" + nested + "}";
  CHECK(unwrapped(nested).events.empty());
}

TEST_CASE("what Lambda, SQS, SNS, Kinesis and CloudWatch Logs put around each other") {
  const std::string sns = R"({"Type":"Notification","Message":)" + quoted(event(1)) + "}";
  CHECK(unwrapped(R"({"Records":[{"messageId":"0","eventSource":"aws:sqs","body":)" + quoted(sns) + "}]}").events ==
        Texts{event(1)});
  CHECK(unwrapped(R"({"Records":[{"EventSource":"aws:sns","Sns":)" + sns + "}]}").events == Texts{event(1)});
  CHECK(unwrapped(R"({"Records":[{"eventName":"aws:kinesis:record","eventID":"s:1","kinesis":{"data":)" +
                  quoted(base64(event(1))) + "}}]}")
            .events == Texts{event(1)});
  CHECK(unwrapped(R"({"awslogs":{"data":)" + quoted(base64(log_message({event(1), event(2)}))) + "}}").events ==
        Texts{event(1), event(2)});
}

TEST_CASE("what Loki, Datadog, GELF, journald and a multi-search put around them") {
  const std::string text = quoted(event(1));
  for (const std::string& document : Texts{
           R"({"streams":[{"stream":{"job":"x"},"values":[["1717236000000000000",)" + text + "]]}]}",
           R"({"data":[{"id":"x","attributes":{"host":"h","message":)" + text + "}}]}",
           R"({"version":"1.1","host":"h","short_message":"s","full_message":)" + text + "}",
           R"({"PRIORITY":"6","_HOSTNAME":"h","MESSAGE":)" + text + "}",
           R"({"took":1,"responses":[{"took":1,"hits":{"total":1,"hits":[{"_source":{"message":)" + text + "}}]}}]}",
       }) {
    CAPTURE(document);
    CHECK(unwrapped(document).events == Texts{event(1)});
    CHECK(unwrapped(document).rejects.empty());
  }
  CHECK(unwrapped(R"({"values":[1,2]})").rejects == Texts{R"({"values":[1,2]})"});
}

TEST_CASE("a notification of a file in S3 is no event, however it comes: one reject that says what it is") {
  const std::string record =
      R"({"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"2024-06-01T15:59:15.977Z","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}})";
  const std::string records = "{\"Records\":[" + record + "]}";
  const std::string sns = R"({"Type":"Notification","Message":)" + quoted(records) + "}";
  const std::string bridge =
      R"({"detail-type":"Object Created","source":"aws.s3","detail":{"version":"0","bucket":{"name":"b"},"object":{"key":"k"}}})";
  for (const std::string& document :
       {record, records, sns, R"({"Records":[{"body":)" + quoted(sns) + "}]}", bridge,
        std::string{R"({"Message":"{\"s3Bucket\":\"b\",\"s3ObjectKey\":[\"AWSLogs/x\"]}"})"},
        std::string{R"({"Service":"Amazon S3","Event":"s3:TestEvent","Time":"t","Bucket":"b"})"}}) {
    CAPTURE(document);
    const auto found = unwrapped(document);
    CHECK(found.events.empty());
    CHECK(found.reasons == std::vector{Reason::s3_notification});
  }
  // CloudTrail's own event of the same call has an eventID.
  std::string own = record.substr(0, record.size() - 1) + R"(,"eventID":"7"})";
  own.replace(own.find("aws:s3"), 6, "s3.amazonaws.com");
  CHECK(unwrapped(own).events == Texts{own});
}

TEST_CASE("what SNS says about a subscription is named, however it comes") {
  for (const std::string type : {"SubscriptionConfirmation", "UnsubscribeConfirmation"}) {
    const std::string confirmation =
        R"({"Type":")" + type +
        R"(","MessageId":"m","Token":"2336412f37","TopicArn":"arn:aws:sns:eu-west-1:111122223333:t","Message":"You have chosen to subscribe to the topic. To confirm the subscription, visit the SubscribeURL included in this message.","SubscribeURL":"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription","Timestamp":"2024-06-01T10:00:00.000Z","SignatureVersion":"1"})";
    for (const std::string& document :
         {confirmation, R"({"Records":[{"messageId":"m","body":)" + quoted(confirmation) + "}]}",
          R"({"Messages":[{"Body":)" + quoted(confirmation) + "}]}"}) {
      CAPTURE(document);
      const auto found = unwrapped(document);
      CHECK(found.events.empty());
      CHECK(found.rejects == Texts{confirmation});
      CHECK(found.reasons == std::vector{Reason::sns_subscription});
    }
  }
  // Each of the names alone says nothing.
  CHECK(unwrapped(R"({"Token":"t","TopicArn":"a","Message":"m"})").reasons == std::vector{Reason::no_event_name});
}

TEST_CASE("a row in which something else is said than times and numbers is a log's: a cell of it is no record") {
  for (const std::string& row :
       Texts{R"(["198.51.100.7","GET /",)" + quoted(event(1)) + "]",
             R"([["198.51.100.7","GET /",)" + quoted(event(1)) + "]]", R"(["GET /",)" + event(1) + "]",
             R"({"columns":[{"name":"ip"},{"name":"agent"}],"rows":[["x",)" + quoted(event(1)) + "]]}"}) {
    CAPTURE(row);
    CHECK(unwrapped(row).events.empty());
    CHECK_FALSE(unwrapped(row).rejects.empty());
  }
  CHECK(unwrapped(R"({"rows":[["2024-06-01T10:00:00Z",17,)" + quoted(event(1)) + "]]}").events == Texts{event(1)});
}

TEST_CASE("exports: columns beside the record are no loss, a row without one is") {
  CHECK(unwrapped("[\"2024-06-01\",null,7," + quoted(event(1)) + "]").events == Texts{event(1)});
  CHECK(unwrapped("[\"2024-06-01\",null,7," + quoted(event(1)) + "]").rejects.empty());
  CHECK(unwrapped("[\"2024-06-01\",null,7]").reasons == std::vector{Reason::not_an_object});
  CHECK(unwrapped(R"({"results":[[{"field":"@timestamp","value":"t"},{"field":"@message","value":)" + quoted(event(1)) +
                  R"(},{"field":"@ptr","value":"x"}]],"status":"Complete"})")
            .events == Texts{event(1)});
  CHECK(unwrapped(R"({"eventName":"X","eventTime":"2024-05-01T10:00:00Z","eventJson":)" + quoted(event(1)) + "}")
            .events == Texts{event(1)});
  CHECK(unwrapped(R"({"eventversion":"1.08","eventname":"X","eventtime":"t"})").reasons ==
        std::vector{Reason::flattened_row});
  const std::string flat = R"({"eventName":"X","eventTime":"2024-05-01T10:00:00Z","userIdentity.arn":"a")";
  for (const std::string member : {"result", "event"}) {
    for (const std::string more : {"}", R"(,"message":"m"})"}) {
      const std::string document = R"({"preview":false,")" + member + "\":" + flat + more + "}";
      CHECK(unwrapped(document).reasons == std::vector{Reason::flattened_row});
      CHECK(unwrapped(document).rejects == Texts{document});
    }
  }
  CHECK(unwrapped("{\"result\":" + flat + ",\"_raw\":" + quoted(event(1)) + "}}").events == Texts{event(1)});
  const std::string columns = R"([{"eventName":"X"},{"eventTime":"2024-05-01 10:00:00.000"}])";
  CHECK(unwrapped(R"({"QueryResultRows":[)" + columns + "]}").reasons == std::vector{Reason::flattened_row});
  const std::string some = R"({"eventName":"X","eventTime":"2024-05-01T10:00:00Z","eventID":"1","tags":["a"]})";
  CHECK(unwrapped(R"({"result":)" + some + "}").reasons == std::vector{Reason::flattened_row});
  CHECK(unwrapped(R"({"event":)" + some + "}").events == Texts{some});
  CHECK(unwrapped(R"({"result":)" + event(1) + "}").events == Texts{event(1)});
  CHECK(unwrapped(R"([[{"a":1}]])").reasons == std::vector{Reason::not_an_object});
}

TEST_CASE("lines and strings that hold a record") {
  CHECK(unwrapped(quoted(event(1))).events == Texts{event(1)});
  CHECK(unwrapped(quoted(quoted(event(1)))).events == Texts{event(1)});
  CHECK(unwrapped("2024-06-01T10:00:00.000Z " + event(1)).events == Texts{event(1)});
  CHECK(unwrapped("EVENTS\tAKIA\t" + event(1) + "\t0-0\tDescribeInstances").events == Texts{event(1)});
  std::string cell;
  for (const char c : event(1)) cell += c == '"' ? std::string{"\"\""} : std::string{c};
  CHECK(unwrapped("2024-06-01,\"" + cell + "\",x").events == Texts{event(1)});
  CHECK(unwrapped("\"" + cell + "\"").events == Texts{event(1)});
  // A record without its opening brace mustn't be taken for one that is inside of it.
  const std::string broken = R"("eventVersion":"1","a":)" + event(1) + "}";
  CHECK(unwrapped(broken).rejects == Texts{broken});
  CHECK(unwrapped("hello {\"a\":1}").rejects == Texts{"hello {\"a\":1}"});
  CHECK(unwrapped("INFO started").reasons == std::vector{Reason::not_an_object});
}

TEST_CASE("what is no event beside very many others in one document is kept as the document, once") {
  std::string records;
  for (int i = 0; i < 5000; ++i) records += "{},";
  const auto found = unwrapped("{\"x\":1,\"Records\":[" + records + event(1) + "]}");
  CHECK(found.events == Texts{event(1)});
  CHECK(found.rejects.size() == Unwrapper::kMaxRejects + 1);
  CHECK(found.rejects.back().starts_with("{\"x\":1,"));
}

TEST_CASE("what is unpacked inside of what was unpacked shares one limit") {
  // Each string unpacks to much that is nothing, and, but for the last, to an object with the next in it.
  std::vector<std::size_t> limits;
  const std::string blanks(std::size_t{6} << 20, ' ');
  Unwrapper unwrapper{[&](std::string_view, std::size_t limit, std::string& out) {
    limits.push_back(limit);
    const std::size_t depth = limits.size();
    const std::string inner =
        R"({"message":")" + base64("packed, to be taken for base64: " + std::to_string(depth)) + "\"}";
    const std::string text = (depth < 4 ? inner : event(1)) + blanks;
    if (text.size() > limit) return false;
    out += text;
    return true;
  }};
  Collector collector;
  const std::string document = R"({"message":")" + base64("packed, to be taken for base64: 0") + "\"}";
  unwrapper.unwrap(Padded{document}, collector);
  REQUIRE(limits.size() >= 3);
  CHECK(limits[0] == Unwrapper::kMaxUnpacked);
  CHECK(limits[1] < Unwrapper::kMaxUnpacked - blanks.size());
  CHECK(limits[2] < Unwrapper::kMaxUnpacked - 2 * blanks.size());
  CHECK(collector.events.empty());
  // The next document has all of it again.
  limits.assign(3, 0);
  unwrapper.unwrap(Padded{document}, collector);
  CHECK(limits[3] == Unwrapper::kMaxUnpacked);
  CHECK(collector.events == Texts{event(1)});
}
