#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "event/unwrap.h"
#include "tests/event/unwrapped.h"

using namespace trailkeeper::event;
using namespace trailkeeper::tests;

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
      const std::string document = "{\"" + member + "\":" + json_string(text) + "}";
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
    CHECK(unwrapped(R"({"message":)" + json_string(text) + "}").events == Texts{one});
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
                 R"({"message":)" + json_string(R"({"host":"h","ct":)" + record + "}") + "}"}) {
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
           "{\"e\":" + json_string(one) + "}",
           "{\"a\":[" + json_string(one) + "]}",
           "{\"e\":" + json_string("\n " + one + "\n") + "}",
           "{\"ts\":1717236000,\"at\":\"2024-06-01T10:00:00.123Z\",\"more\":[true,null,{}],\"raw event\":" +
               json_string(one) + "}",
           R"({"id":"4839af5e-7b6a-4353-a5ef-41febc9a9fa8","e":{"f":)" + json_string(one) + "}}",
           "{\"e\":" + json_string("{\"f\":" + json_string("{\"g\":" + json_string(one) + "}") + "}") + "}",
           "{\"e\":" + json_string(R"({"detail-type":"x","detail":)" + one + "}") + "}",
           R"({"host":"h","tags":["a","b"],"aws":{"cloudtrail":)" + one + "}}",
           R"({"host":"h","a.b":{"c\\d":)" + one + "}}",
           R"({"a":{"eventName":"x"},"b":{"eventTime":"2024-05-01T10:00:00Z"},"c":)" + one + "}",
           // Beside what a shipper made of it.
           R"({"eventName":"E1","event":{"original":)" + json_string(one) + R"(,"action":"E1"},"host":"h"})",
           R"({"eventName":"E1","event.original":)" + json_string(one) + "}",
           R"({"eventName":"E1","eventTime":1717236000,"message":)" + json_string(one) + "}",
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
           R"({"host":"h","args":)" + json_string(one) + "}",
           R"({"timestamp":1,"httpRequest":{"uri":"/","args":)" + json_string(one) + "}}",
           R"({"request":["GET"],"user_agent":)" + json_string(one) + "}",
           R"({"time":"2024-06-01T10:00:00Z","id":"4839af5e-7b6a-4353-a5ef-41febc9a9fa8","user_agent":)" +
               json_string(one) + "}",
           R"({"time":1717236000,"http":{"ua":)" + json_string(one) + "}}",
           R"({"ts":1,"status":404,"e":)" + json_string(one) + "}",
           // Several, and what isn't one.
           "{\"a\":" + json_string(one) + ",\"b\":" + json_string(event(2)) + "}",
           "{\"a\":" + one + ",\"b\":" + event(2) + "}",
           "{\"a\":[" + one + "]}",
           "{\"a\":" + json_string("q=" + one) + "}",
           "{\"a\":" + json_string(one + "x") + "}",
           "{\"a\":" + json_string(one.substr(0, one.size() - 1)) + "}",
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
  for (const std::string& value : {one, json_string(one)}) {
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
      const std::string text =
          R"({"messageType":"DATA_MESSAGE","logEvents":[{"message":)" + json_string(document) + "}]}";
      CHECK(unwrapped(text).events.empty());
    }
  }
  // Envelopes that look like it.
  for (
      const std::string& document : Texts{
          R"({"version":"1.0","requestContext":{"condition":"RetriesExhausted"},"requestPayload":{"detail-type":"x","detail":)" +
              one + R"(},"responsePayload":{"errorMessage":"x"}})",
          R"({"requestContext":{"requestId":"x"},"requestPayload":{"awslogs":{"data":)" +
              json_string(base64(log_message({one}))) + R"(}},"responsePayload":{}})",
          R"({"messageId":"1","body":)" + json_string(one) + R"(,"eventSource":"aws:sqs","attributes":{}})",
          R"({"topic":"t","headers":[{"k":"v"}],"payload":)" + json_string(one) + "}",
          R"({"requestId":"r","timestamp":1,"records":[{"data":)" + json_string(base64(one)) + "}]}",
          R"({"http":{"method":"POST"},"user_agent":{"original":"x"},"event":{"original":)" + json_string(one) + "}}",
          R"({"security":{"cloudtrail":)" + one + "}}",
      }) {
    CAPTURE(document);
    CHECK(unwrapped(document).events == Texts{one});
    CHECK(unwrapped(document).rejects.empty());
  }
}

TEST_CASE("a name beside a value counts as a member's name: what a stranger sent is no event") {
  const std::string one = event(1);
  const std::string text = json_string(one);
  for (const std::string& name : Texts{"userAgent", "userIdentity.userName", "user-agent", "requestParameters.key",
                                       "note", "url", "user_agent.original", "body"}) {
    CAPTURE(name);
    for (const std::string& label : Texts{"field", "name", "key", "Name"}) {
      const std::string labelled = "{" + json_string(label) + ":" + json_string(name) + R"(,"value":)" + text + "}";
      CHECK(unwrapped(labelled).events.empty());
      CHECK(unwrapped(labelled).rejects == Texts{labelled});
      CHECK(unwrapped(R"([{"name":"host","value":"x"},)" + labelled + "]").events.empty());
      CHECK(unwrapped(R"({"results":[[{"field":"@timestamp","value":"2024-05-01 10:00:00.000"},)" + labelled +
                      R"(,{"field":"n","value":"1"}]],"status":"Complete"})")
                .events.empty());
      CHECK(unwrapped("{" + json_string(label) + ":" + json_string(name) + R"(,"value":{"stringValue":)" + text + "}}")
                .events.empty());
    }
    if (name == "note" || name == "body") continue;
    const std::string column = R"({"name":)" + json_string(name) + R"(,"type":"string"})";
    for (const std::string& document : Texts{
             R"({"columns":[)" + column + R"(],"values":[[)" + text + "]]}",
             R"({"columns":[{"name":"@timestamp"},)" + column + R"(],"values":[["2024-05-01T10:00:00.000Z",)" + text +
                 "]]}",
             R"({"columns":[)" + column + R"(,{"name":"n"}],"rows":[[)" + text + ",3]]}",
             R"({"tables":[{"name":"P","columns":[{"ColumnName":"T"},)" + column +
                 R"(],"rows":[["2024-05-01T10:00:00Z",)" + text + "]]}]}",
             R"({"schema":[)" + column + R"(],"datarows":[[)" + text + "]]}",
             R"({"fields":["_time",)" + json_string(name) + R"(],"rows":[["2024-05-01T10:00:00Z",)" + text + "]]}",
             R"({"columns":[)" + json_string(name) + R"(],"data":[[)" + text + "]]}",
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

TEST_CASE("a row in which something else is said than times and numbers is a log's: a cell of it is no record") {
  for (const std::string& row :
       Texts{R"(["198.51.100.7","GET /",)" + json_string(event(1)) + "]",
             R"([["198.51.100.7","GET /",)" + json_string(event(1)) + "]]", R"(["GET /",)" + event(1) + "]",
             R"({"columns":[{"name":"ip"},{"name":"agent"}],"rows":[["x",)" + json_string(event(1)) + "]]}"}) {
    CAPTURE(row);
    CHECK(unwrapped(row).events.empty());
    CHECK_FALSE(unwrapped(row).rejects.empty());
  }
  CHECK(unwrapped(R"({"rows":[["2024-06-01T10:00:00Z",17,)" + json_string(event(1)) + "]]}").events == Texts{event(1)});
}
