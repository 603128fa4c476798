#include "event/unwrap.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/event/unwrapped.h"
#include "tests/support/padded.h"

using namespace trailkeeper::event;
using namespace trailkeeper::tests;

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
  const auto found = unwrapped(R"({"id":"1","timestamp":1,"message":)" + json_string(event(1)) + "}");
  CHECK(found.events == Texts{event(1)});
}

TEST_CASE("LookupEvents: CloudTrailEvent is the record, in the page or alone") {
  const std::string one =
      R"({"EventId":"x","EventName":"E1","ReadOnly":"true","EventTime":1714557600.0,"Resources":[],"CloudTrailEvent":)" +
      json_string(event(1)) + "}";
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

TEST_CASE("what Lambda, SQS, SNS, Kinesis and CloudWatch Logs put around each other") {
  const std::string sns = R"({"Type":"Notification","Message":)" + json_string(event(1)) + "}";
  CHECK(
      unwrapped(R"({"Records":[{"messageId":"0","eventSource":"aws:sqs","body":)" + json_string(sns) + "}]}").events ==
      Texts{event(1)});
  CHECK(unwrapped(R"({"Records":[{"EventSource":"aws:sns","Sns":)" + sns + "}]}").events == Texts{event(1)});
  CHECK(unwrapped(R"({"Records":[{"eventName":"aws:kinesis:record","eventID":"s:1","kinesis":{"data":)" +
                  json_string(base64(event(1))) + "}}]}")
            .events == Texts{event(1)});
  CHECK(unwrapped(R"({"awslogs":{"data":)" + json_string(base64(log_message({event(1), event(2)}))) + "}}").events ==
        Texts{event(1), event(2)});
}

TEST_CASE("what Loki, Datadog, GELF, journald and a multi-search put around them") {
  const std::string text = json_string(event(1));
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
  const std::string sns = R"({"Type":"Notification","Message":)" + json_string(records) + "}";
  const std::string bridge =
      R"({"detail-type":"Object Created","source":"aws.s3","detail":{"version":"0","bucket":{"name":"b"},"object":{"key":"k"}}})";
  for (const std::string& document :
       {record, records, sns, R"({"Records":[{"body":)" + json_string(sns) + "}]}", bridge,
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
         {confirmation, R"({"Records":[{"messageId":"m","body":)" + json_string(confirmation) + "}]}",
          R"({"Messages":[{"Body":)" + json_string(confirmation) + "}]}"}) {
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

TEST_CASE("exports: columns beside the record are no loss, a row without one is") {
  CHECK(unwrapped("[\"2024-06-01\",null,7," + json_string(event(1)) + "]").events == Texts{event(1)});
  CHECK(unwrapped("[\"2024-06-01\",null,7," + json_string(event(1)) + "]").rejects.empty());
  CHECK(unwrapped("[\"2024-06-01\",null,7]").reasons == std::vector{Reason::not_an_object});
  CHECK(unwrapped(R"({"results":[[{"field":"@timestamp","value":"t"},{"field":"@message","value":)" +
                  json_string(event(1)) + R"(},{"field":"@ptr","value":"x"}]],"status":"Complete"})")
            .events == Texts{event(1)});
  CHECK(unwrapped(R"({"eventName":"X","eventTime":"2024-05-01T10:00:00Z","eventJson":)" + json_string(event(1)) + "}")
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
  CHECK(unwrapped("{\"result\":" + flat + ",\"_raw\":" + json_string(event(1)) + "}}").events == Texts{event(1)});
  const std::string columns = R"([{"eventName":"X"},{"eventTime":"2024-05-01 10:00:00.000"}])";
  CHECK(unwrapped(R"({"QueryResultRows":[)" + columns + "]}").reasons == std::vector{Reason::flattened_row});
  const std::string some = R"({"eventName":"X","eventTime":"2024-05-01T10:00:00Z","eventID":"1","tags":["a"]})";
  CHECK(unwrapped(R"({"result":)" + some + "}").reasons == std::vector{Reason::flattened_row});
  CHECK(unwrapped(R"({"event":)" + some + "}").events == Texts{some});
  CHECK(unwrapped(R"({"result":)" + event(1) + "}").events == Texts{event(1)});
  CHECK(unwrapped(R"([[{"a":1}]])").reasons == std::vector{Reason::not_an_object});
}

TEST_CASE("lines and strings that hold a record") {
  CHECK(unwrapped(json_string(event(1))).events == Texts{event(1)});
  CHECK(unwrapped(json_string(json_string(event(1)))).events == Texts{event(1)});
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
