#include "event/framer.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/event/framed.h"

using namespace trailkeeper::event;
using namespace trailkeeper::tests;

TEST_CASE("NDJSON: a frame a line, with and without a last line feed, LF and CRLF, empty lines") {
  const std::vector<std::string> both{record(1), record(2)};
  CHECK(texts_of(frames_of(record(1) + "\n" + record(2) + "\n")) == both);
  CHECK(texts_of(frames_of(record(1) + "\n" + record(2))) == both);
  CHECK(texts_of(frames_of(record(1) + "\r\n" + record(2) + "\r\n")) == both);
  CHECK(texts_of(frames_of("\n\n" + record(1) + "\n\r\n \t\n" + record(2) + "\n\n")) == both);
  CHECK(outcome(record(1) + "\n" + record(2)) == "good good");
}

TEST_CASE("of text's rows, one with a record where a stranger writes is no document") {
  std::string cell;
  for (const char c : record(1)) cell += c == '"' ? std::string{"\"\""} : std::string{c};
  cell = "\"" + cell + "\"";
  CHECK(outcome("\"@timestamp\",userAgent\n2024-05-01," + cell + "\n") == "not-an-object not-an-object");
  CHECK(outcome("# export\nt;user_agent.original\r\n1;" + cell + "\r\n") == "not-an-object not-an-object");
  CHECK(outcome("t\tn\tuserIdentity.userName\n1\t2\t" + record(1) + "\n") == "not-an-object not-an-object");
  CHECK(outcome("userAgent,@message\n" + cell + "," + cell + "\nx," + cell + "\n\"a {\"\"b\"\":1}\"," + cell + "\n") ==
        "not-an-object good good");
  CHECK(outcome("eventJson,userAgent\n" + cell + ",x\n" + cell + "," + cell + "\n") == "good not-an-object");
  CHECK(outcome("_raw,host\n" + cell + ",h\n") == "good");
  CHECK(outcome("t\teventJson\n1\t" + record(1) + "\n") == "good");
  // Rows of an object that is too large to be one document.
  std::string rows;
  for (int i = 0; i < 20'000; ++i) rows += R"([1,"{\"eventName\":\"X\",\"eventTime\":\"2024-05-01T10:00:00Z\"}"],)";
  rows += "[1,2]]}";
  CHECK(outcome(R"({"columns":[{"name":"n"},{"name":"userAgent"}],"rows":[)" + rows) == "too-large");
  CHECK(frames_of(R"({"columns":[{"name":"n"},{"name":"message"}],"rows":[)" + rows).size() > 20'000);
  CHECK(frames_of(R"({"fields":[{"name":"user"}],"messages":[)" + rows).size() > 20'000);
}

TEST_CASE("documents on one line, with a comma or a record separator between them") {
  const std::vector<std::string> both{record(1), record(2)};
  CHECK(texts_of(frames_of(record(1) + record(2))) == both);
  CHECK(texts_of(frames_of(record(1) + " " + record(2))) == both);
  CHECK(texts_of(frames_of(record(1) + ",\n" + record(2))) == both);
  CHECK(texts_of(frames_of("\x1E" + record(1) + "\n\x1E" + record(2) + "\n")) == both);
}

TEST_CASE("a byte order mark is no part of the first record") {
  CHECK(texts_of(frames_of("\xEF\xBB\xBF" + record(1))) == std::vector<std::string>{record(1)});
  CHECK(frames_of("\xEF\xBB\xBF" + record(1))[0].offset == 3);
  CHECK(texts_of(frames_of("\xEF\xBB\xBF{\"Records\":[" + record(1) + "]}")) == std::vector<std::string>{record(1)});
  CHECK(frames_of("\xEF\xBB\xBF").empty());
}

TEST_CASE("nothing but white space holds nothing") {
  CHECK(frames_of("").empty());
  CHECK(frames_of(" \r\n\t\n").empty());
  CHECK(frames_of("[]").empty());
  CHECK(frames_of("[ ]\n").empty());
}

TEST_CASE("pretty-printed documents, indented or not") {
  const std::string indented =
      "{\n  \"a\": {\n    \"b\": [\n      {\n        \"c\": 1\n      },\n      {}\n    ]\n  }\n}";
  const std::string flat = "{\n\"a\":\n{\n\"b\": [\n{\n\"c\": 1\n},\n{\n\"d\": 2\n}\n]\n}\n}";
  CHECK(texts_of(frames_of(indented + "\n" + indented + "\n")) == std::vector<std::string>{indented, indented});
  CHECK(texts_of(frames_of(flat + "\n" + flat)) == std::vector<std::string>{flat, flat});
  CHECK(outcome(flat + "\n" + flat) == "good good");
}

TEST_CASE("arrays of documents, and Records and Events around them") {
  const std::vector<std::string> both{record(1), record(2)};
  CHECK(texts_of(frames_of("[" + record(1) + "," + record(2) + "]")) == both);
  CHECK(texts_of(frames_of("[\n" + record(1) + " ,\n  " + record(2) + "\n]\n")) == both);
  CHECK(texts_of(frames_of("{\"Records\":[" + record(1) + "," + record(2) + "]}")) == both);
  CHECK(texts_of(frames_of("{ \"Records\" : [ " + record(1) + " , " + record(2) + " ] }\n")) == both);
  // What stands behind the array is a document, too; an object with an empty array is one.
  CHECK(texts_of(frames_of("{\"Events\":[" + record(1) + "],\"NextToken\":\"x{[\"}\n" + record(2))) ==
        std::vector<std::string>{record(1), "],\"NextToken\":\"x{[\"}", record(2)});
  CHECK(texts_of(frames_of(R"({"Records":[ ],"a":1})")) == std::vector<std::string>{R"({"Records":[ ],"a":1})"});
}

TEST_CASE("several Records files one after the other") {
  const std::string file = "{\"Records\":[" + record(1) + "," + record(2) + "]}";
  const std::vector<std::string> all{record(1), record(2), record(1), record(2)};
  CHECK(texts_of(frames_of(file + file)) == all);
  CHECK(texts_of(frames_of(file + "\n" + file + "\n")) == all);
  CHECK(texts_of(frames_of("[" + record(1) + "," + record(2) + "]\n[" + record(1) + "," + record(2) + "]")) == all);
}

TEST_CASE("text before the first document is one frame, its front") {
  const std::string good = record(1);
  std::string flow_log = "version account-id interface-id\n";
  for (int i = 0; i < 1000; ++i)
    flow_log += "2 111122223333 eni-1 198.51.100.1 203.0.113.1 443 1 6 1 1 1 1 ACCEPT OK\n";
  const auto only_text = frames_of(flow_log);
  REQUIRE(only_text.size() == 1);
  CHECK(only_text[0].reason == Reason::not_an_object);
  CHECK(only_text[0].text.size() <= Framer::kKeptText);
  CHECK(flow_log.starts_with(only_text[0].text));
  CHECK(outcome(flow_log + good + "\n" + good) == "not-an-object good good");
  CHECK(outcome("one\ntwo\n" + good + "\nthree\nfour\n") == "not-an-object good not-an-object not-an-object");
  CHECK(outcome("[2024-06-01 10:00:00] INFO started\n[2024-06-01 10:00:01] INFO more\n") == "not-an-object");
}

TEST_CASE("lines with a document in them, exports' labels, and rows without records") {
  const std::string good = record(1);
  CHECK(outcome("2024-06-01T10:00:00.000Z " + good + "\n2024-06-01T10:00:01.000Z " + good) == "good good");
  CHECK(outcome("EVENTS\tAKIA\t" + good + "\tid\nRESOURCES\tAWS::S3::Bucket\tb\nNEXTTOKEN\tx\n") == "good");
  CHECK(outcome("time;raw\n2024-06-01;\"{\"\"eventVersion\"\":\"\"1\"\"}\"\n") == "good");
  CHECK(outcome("eventJson\n\"{\"\"eventVersion\"\":\"\"1\"\"}\"\n") == "good");
  CHECK(outcome("eventversion,useridentity,eventtime,eventname\n1.08,\"{type=IAMUser}\",t,x\n1.08,{},t,x\n") ==
        "flattened-row");
  CHECK(outcome("[\n  \"{\\\"eventVersion\\\":1}\",\n  \"{}\", \"no\"]") == "good good not-an-object");
}

TEST_CASE("a byte order mark before each of the documents that were joined") {
  const std::string mark = "\xEF\xBB\xBF";
  CHECK(texts_of(frames_of(mark + record(1) + "\n" + mark + record(2) + mark + record(1))) ==
        std::vector<std::string>{record(1), record(2), record(1)});
}

TEST_CASE("find_document_array") {
  CHECK(find_document_array(R"({"Records":[1]})")->begin == 12);
  CHECK(find_document_array(R"({"a":{"Records":[1]},"b":"x,\"y","logEvents": [2]})")->begin == 47);
  CHECK_FALSE(find_document_array(R"({"Records":{}})").has_value());
  CHECK_FALSE(find_document_array(R"({"a":["Records"]})").has_value());
  CHECK_FALSE(find_document_array(R"({)").has_value());
  CHECK_FALSE(find_document_array(R"({"a)").has_value());
  CHECK_FALSE(find_document_array(R"({"a\)").has_value());
}
