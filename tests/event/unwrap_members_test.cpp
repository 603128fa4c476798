#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "event/unwrap.h"
#include "event/wrapper.h"
#include "tests/event/unwrapped.h"
#include "tests/support/padded.h"

using namespace trailkeeper::event;
using namespace trailkeeper::tests;

TEST_CASE("every row of the table, with each kind of value it takes, gives the event inside, byte for byte") {
  for (const Wrapper& row : wrappers()) {
    CAPTURE(row.member);
    std::string head = "{\"other\":[1,{}],";
    if (!row.beside.empty()) head += json_string(row.beside) + ":\"x\",";
    head += json_string(row.member) + ":";
    if ((row.values & kObjectValue) != 0) CHECK(unwrapped(head + event(1) + "}").events == Texts{event(1)});
    if ((row.values & kArrayValue) != 0) {
      CHECK(unwrapped(head + "[" + event(1) + "," + event(2) + "]}").events == Texts{event(1), event(2)});
    }
    if ((row.values & kTextValue) != 0) {
      CHECK(unwrapped(head + json_string(event(1)) + "}").events == Texts{event(1)});
      CHECK(unwrapped(head + json_string(event(1) + event(2) + "\n" + event(3)) + "}").events ==
            Texts{event(1), event(2), event(3)});
      CHECK(unwrapped(head + json_string("\xEF\xBB\xBF @cee: " + event(1)) + "}").events == Texts{event(1)});
      std::string encoded = base64(event(1));
      CHECK(unwrapped(head + json_string(encoded) + "}").events == Texts{event(1)});
      CHECK(unwrapped(head + json_string(encoded.substr(0, encoded.find('='))) + "}").events == Texts{event(1)});
      for (std::size_t at = 60; at < encoded.size(); at += 62) encoded.insert(at, "\r\n");
      std::replace(encoded.begin(), encoded.end(), '+', '-');
      std::replace(encoded.begin(), encoded.end(), '/', '_');
      CHECK(unwrapped(head + json_string(encoded) + "}").events == Texts{event(1)});
    }
    CHECK(unwrapped(head + "null}").reasons == std::vector{Reason::no_event_name});
    CHECK(unwrapped(head + "17}").reasons == std::vector{Reason::no_event_name});
  }
}

TEST_CASE("of several members the one that holds a record counts; none: the object is rejected") {
  CHECK(unwrapped(R"({"message":"text","log":)" + json_string(event(1)) + "}").events == Texts{event(1)});
  CHECK(unwrapped(R"({"event":{"action":"x"},"message":)" + json_string(event(1)) + "}").events == Texts{event(1)});
  CHECK(unwrapped(R"({"log":{"level":"info"},"message":)" + json_string(event(1)) + "}").events == Texts{event(1)});
  CHECK(unwrapped(R"({"message":{"msg":)" + json_string(event(1)) + "}}").events == Texts{event(1)});
  const auto none = unwrapped(R"({"message":"text","log":"more"})");
  CHECK(none.rejects == Texts{R"({"message":"text","log":"more"})"});
  CHECK(none.reasons == std::vector{Reason::no_event_name});
}

TEST_CASE("an array of documents hides nothing that stands beside it") {
  for (const Wrapper& row : wrappers()) {
    if (!row.certain || (row.values & kArrayValue) == 0) continue;
    CAPTURE(row.member);
    const std::string head = "{\"other\":[],\"" + std::string{row.member} + "\":";
    const std::string message = R"(,"message":)" + json_string(event(1)) + "}";
    for (const std::string& list : {std::string{"[]"}, std::string{"[1]"}, "[" + event(2) + "]"}) {
      CAPTURE(list);
      const auto found = unwrapped(head + list + message);
      CHECK(std::count(found.events.begin(), found.events.end(), event(1)) == 1);
      CHECK(found.events.size() + found.rejects.size() == (list == "[]" ? 1 : 2));
      // The event is anywhere; or nothing says that it is one.
      CHECK(unwrapped(head + list + R"(,"else":)" + event(1) + "}").events.size() == 1);
      if (list.size() > 3) continue;
      const std::string told = head + list + R"(,"a":"text","b":)" + json_string(event(1)) + "}";
      CHECK(unwrapped(told).rejects.back() == told);
      const std::string text = head + list + R"(,"message":"text"})";
      CHECK(unwrapped(text).rejects.back() == text);
    }
    CHECK(unwrapped(head + "[]}").rejects.empty());
    CHECK(unwrapped(head + "[],\"NextToken\":\"x\",\"status\":{\"took\":1}}").rejects.empty());
  }
  const auto probe = unwrapped(R"({"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"p"}],"message":)" +
                               json_string(event(1)) + "}");
  CHECK(probe.events == Texts{event(1)});
}

TEST_CASE("of repeated keys, and of several members, each that holds an event counts") {
  const std::string a = event(1);
  const std::string b = event(2);
  for (const std::string& document : Texts{
           R"({"Records":[)" + a + R"(],"Records":[)" + b + "]}",
           R"({"Records":[)" + a + R"(],"Records":)" + b + "}",
           R"({"message":)" + json_string(a) + R"(,"message":)" + json_string(b) + "}",
           R"({"message":)" + json_string(a) + R"(,"message":)" + b + R"(,"message":1})",
           R"({"event":)" + a + R"(,"event":)" + b + "}",
           R"({"Records":[)" + a + R"(],"logEvents":[{"message":)" + json_string(b) + "}]}",
           R"({"message":)" + json_string(a) + R"(,"event":)" + b + "}",
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
  const std::string copies = R"({"message":{"msg":)" + json_string(a) + R"(,"meta":{"message":)" + json_string(a) +
                             R"(,"level":"info"}},"severity":"info"})";
  CHECK(unwrapped(copies).events == Texts{a});
  CHECK(unwrapped(copies).rejects.empty());
  const std::string twice = R"({"a":)" + a + R"(,"a":)" + b + "}";
  CHECK(unwrapped(twice).rejects == Texts{twice});
  // What stands beside an event is no loss.
  CHECK(
      unwrapped(R"({"message":)" + json_string(a) + R"(,"data":"{\"a\":1}","log":{"level":"info"}})").rejects.empty());
  // An object that only looks as if it held one hides none.
  CHECK(unwrapped(R"({"Message":"{\"a\":1}","message":)" + json_string(a) + "}").events == Texts{a});
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
  CHECK(rejected(R"({"message":)" + json_string(a) + R"(,"log":)" + json_string(cut) + "}") ==
        Rejected{cut, Reason::broken_json});
  CHECK(rejected(R"({"message":)" + json_string(a) + R"(,"log":)" + json_string(late) + "}") ==
        Rejected{late, Reason::bad_event_time});
  CHECK(rejected(R"({"log":)" + json_string(b + " is no user") + R"(,"message":)" + json_string(a) + "}") ==
        Rejected{b + " is no user", Reason::not_an_object});
  CHECK(rejected(R"({"log":)" + json_string(base64(cut)) + R"(,"message":)" + json_string(a) + "}") ==
        Rejected{cut, Reason::broken_json});
  CHECK(rejected(R"({"result":)" + flat + R"(,"message":)" + json_string(a) + "}") ==
        Rejected{flat, Reason::flattened_row});
  CHECK(rejected(R"({"Events":[)" + a + R"(],"result":{"result":)" + flat + "}}").second == Reason::flattened_row);
  CHECK(rejected(R"({"eventJson":)" + json_string(cut) + R"(,"eventJson":)" + json_string(a) + "}").second ==
        Reason::broken_json);
  // Where none gives an event, each does.
  const auto none = unwrapped(R"({"message":)" + json_string(cut) + R"(,"log":)" + json_string(late) + "}");
  CHECK(none.events.empty());
  CHECK(none.rejects == Texts{cut, late});
}

TEST_CASE("whether an array is taken doesn't depend on its length") {
  const auto list = [](const std::string& before, const std::string& behind, int count) {
    std::string out;
    for (int i = 1; i <= count; ++i) out += (i == 1 ? "" : ",") + before + json_string(event(i)) + behind;
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
  for (const std::string& document : Texts{
           R"({"attemptsMade":4,"errorCode":"403","errorMessage":"m","rawData":)" + json_string(base64(event(1))) + "}",
           R"({"specversion":"1.0","type":"t","source":"x","data_base64":)" + json_string(base64(event(1))) + "}",
           R"({"insertId":"x","logName":"n","textPayload":)" + json_string(event(1)) + "}",
           R"({"insert_id":"x","n":3,"raw":)" + json_string(event(1)) + "}"}) {
    CAPTURE(document);
    CHECK(unwrapped(document).events == Texts{event(1)});
    CHECK(unwrapped(document).rejects.empty());
  }
}

TEST_CASE("what stands behind an array of documents is looked at as if it stood in the object") {
  const auto found = unwrapped(R"(],"message":)" + json_string(event(1)) + "}");
  CHECK(found.events == Texts{event(1)});
  CHECK(unwrapped(R"(],"logEvents":[)" + event(1) + R"(],"x":{"y":"}"}}})").events == Texts{});
  CHECK(unwrapped(R"(],"logEvents":[)" + event(1) + R"(],"x":{"y":"}"}})").events == Texts{event(1)});
  CHECK(unwrapped(R"(],"total":1},"message":)" + json_string(event(1)) + "}").events.size() == 1);
  CHECK(unwrapped(R"(],"NextToken":"x"})").rejects.empty());
  const std::string other = R"(],"a":"text","b":)" + json_string(event(1)) + "}";
  CHECK(unwrapped(other).rejects == Texts{other});
  CHECK(unwrapped(R"(],"a":tru})").reasons == std::vector{Reason::broken_json});
}

TEST_CASE("events under many names in each other end where all wrappers do, and soon") {
  // Each level holds what is next under a known name as an object, and under another as text.
  std::string deep = R"({"eventName":"X","eventTime":"never"})";
  for (int i = 0; i < 9; ++i) {
    deep = "{\"message\":{\"message\":{\"e\":" + json_string(deep) + "}}}";
    const auto found = unwrapped(deep);
    CHECK(found.events.empty());
    CHECK(found.rejects.size() == 1);
  }
  std::string nested = R"({"eventName":"X","eventTime":"never"})";
  for (int i = 0; i < 60; ++i) nested = "{\"eventName\":\"X\",\"eventTime\":\"never\",\"a\":" + nested + "}";
  CHECK(unwrapped(nested).events.empty());
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
