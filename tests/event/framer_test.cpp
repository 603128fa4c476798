#include "event/framer.h"

#include <doctest/doctest.h>

#include <ctime>
#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/padded.h"

using namespace trailkeeper::event;
using trailkeeper::tests::Padded;

namespace {

struct Found {
  std::string text;
  Reason reason;
  std::size_t offset;
  bool operator==(const Found&) const = default;
};

std::ostream& operator<<(std::ostream& out, const std::vector<Found>& found) {
  for (const Found& one : found)
    out << "\n  " << one.offset << " " << reason_code(one.reason) << " <" << one.text.substr(0, 90) << ">";
  return out;
}

/// Frames of a stream that is read in windows: each grows by the next of `steps` bytes until the framer is done with
/// some.
template <typename Next>
std::vector<Found> frames_by(std::string_view stream, Next&& next_step) {
  Framer framer;
  std::vector<Found> found;
  std::size_t begin = 0;
  std::size_t end = 0;
  while (true) {
    end = std::min(stream.size(), end + next_step());
    const bool last = end == stream.size();
    const Padded window{stream.substr(begin, end - begin)};
    std::vector<Frame> frames;
    const std::size_t done = framer.split(window.view(), last, frames);
    REQUIRE(done <= window.view().size());
    for (const Frame& frame : frames) {
      REQUIRE(frame.begin < frame.end);
      REQUIRE(frame.end <= done);
      found.push_back(
          {std::string{window.view().substr(frame.begin, frame.end - frame.begin)}, frame.reason, begin + frame.begin});
    }
    begin += done;
    if (last && begin == stream.size()) return found;
    REQUIRE((!last || done > 0));
  }
}

std::vector<Found> frames_of(std::string_view stream) {
  return frames_by(stream, [&] { return stream.size(); });
}

std::vector<std::string> texts_of(const std::vector<Found>& found) {
  std::vector<std::string> texts;
  for (const Found& one : found) texts.push_back(one.text);
  return texts;
}

/// `good` for each whole record, else the reason's code.
std::string outcome(std::string_view stream) {
  std::string out;
  for (const Found& one : frames_of(stream)) {
    if (!out.empty()) out += " ";
    out += one.reason == Reason::none ? "good" : std::string{reason_code(one.reason)};
  }
  return out;
}

std::string record(int number) {
  return R"({"eventVersion":"1.09","eventName":"E)" + std::to_string(number) +
         R"(","requestParameters":{"a":[1,{"b":"}{]["}]}})";
}

}  // namespace

TEST_CASE("broken elements of an array cost their bytes a few times, however many there are") {
  const auto cost = [](std::size_t size, std::string_view element, std::string_view closing) {
    std::string stream = "{\"Records\":[";
    while (stream.size() < size) stream += element;
    while (stream.size() < 2 * size) stream += closing;
    stream += "x";
    const std::string padded = stream + std::string(kPadding, '\0');
    Framer framer;
    std::vector<Frame> frames;
    std::size_t bytes = 0;
    const std::clock_t begin = std::clock();
    for_each_frame(framer, std::string_view{padded}.substr(0, stream.size()), frames,
                   [&](const Frame& frame) { bytes += frame.end - frame.begin; });
    CHECK(bytes > size / 2);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  for (const std::string_view element :
       {R"({"eventVersion":{,)", R"({"eventVersion":)", R"({"x":[{"eventVersion":1},)", R"({"eventVersion":1]{)"}) {
    for (const std::string_view closing : {"}", "{},", "{\"a\":1]"}) {
      CAPTURE(element);
      CAPTURE(closing);
      CHECK(cost(std::size_t{2} << 20, element, closing) < 2);
    }
  }
}

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

TEST_CASE("NDJSON: a broken line costs only itself") {
  const std::string good = record(1);
  const auto with = [&](const std::string& line) { return good + "\n" + line + "\n" + good + "\n"; };
  SUBCASE("cut short in a string") { CHECK(outcome(with(good.substr(0, 24))) == "good broken-json good"); }
  SUBCASE("cut short between tokens") {
    CHECK(outcome(with(good.substr(0, good.size() - 6))) == "good broken-json good");
  }
  SUBCASE("a missing closing brace") {
    CHECK(outcome(with(good.substr(0, good.size() - 1))) == "good broken-json good");
  }
  SUBCASE("a missing opening brace") { CHECK(outcome(with(good.substr(1))) == "good good good"); }  // See unwrap_test.
  SUBCASE("an extra closing brace") {
    CHECK(outcome(with(good + "}")) == "good not-an-object good");
    CHECK(frames_of(with(good + "}"))[1].text == good + "}");
  }
  SUBCASE("text") { CHECK(outcome(with("2024-05-01 INFO started")) == "good not-an-object good"); }
  SUBCASE("a scalar") { CHECK(outcome(with("null")) == "good not-an-object good"); }
  SUBCASE("text after a record") { CHECK(outcome(good + " trailing\n" + good) == "not-an-object good"); }
  SUBCASE("a raw line feed inside a string") {
    const auto found = frames_of(with(R"({"eventName":"one)"
                                      "\n"
                                      R"(two"})"));
    REQUIRE(found.size() == 4);
    CHECK(found[0].text == good);
    CHECK(found[1].reason == Reason::broken_json);
    CHECK(found[2].reason == Reason::not_an_object);
    CHECK(found[3].text == good);
  }
  SUBCASE("a quote that doesn't close") { CHECK(outcome(with(R"({"a":"b})")) == "good broken-json good"); }
  SUBCASE("a backslash before the last quote") { CHECK(outcome(with(R"({"a":"b\"})")) == "good broken-json good"); }
}

TEST_CASE("a broken first or last line") {
  const std::string good = record(1);
  CHECK(outcome(good.substr(0, 30) + "\n" + good) == "broken-json good");
  CHECK(outcome(good + "\n" + good.substr(0, 30)) == "good truncated");
  CHECK(outcome(good.substr(0, good.size() - 1)) == "truncated");
  CHECK(outcome("{") == "truncated");
  CHECK(outcome("x") == "not-an-object");
}

TEST_CASE("in an array, a broken element costs only itself") {
  const std::string good = record(1);
  for (const bool object : {false, true}) {
    CAPTURE(object);
    const auto in = [&](const std::string& elements) {
      return outcome(object ? "{\"Records\":[" + elements + "]}" : "[" + elements + "]");
    };
    CHECK(in(good + "," + good.substr(0, good.size() - 1) + "," + good + "," + good) == "good broken-json good good");
    CHECK(in(good + "," + good.substr(0, 24) + "," + good + "," + good) == "good broken-json good good");
    CHECK(in(good + ",null," + good) == "good not-an-object good");
    CHECK(in(good + ",17," + good) == "good not-an-object good");
    CHECK(in(good + ",\"a,b]{\"," + good) == "good not-an-object good");
    CHECK(in(good + ",[1]," + good) == "good good good");  // An array is for the parser to refuse.
    CHECK(in(good + ",," + good) == "good good");
    CHECK(in(good + " " + good) == "good good");
    CHECK(in(good + ",garbage" + good) == "good not-an-object good");
    CHECK(in(good + ",\n" + good.substr(0, 24) + "\n,\n" + good) == "good broken-json good");
  }
}

TEST_CASE("a line with words beside a document is one record that is none, however the document is closed") {
  const std::string good = record(1);
  const std::string nul(1, '\0');
  for (const std::string& line : std::vector<std::string>{good + "] is no user",
                                                          good + "\" is no user",
                                                          good + "} is no user",
                                                          good + "{ is no user",
                                                          good + "[ is no user",
                                                          good + "\r is no user",
                                                          good + "\x1E is no user",
                                                          good + nul + " is no user",
                                                          good + "\xEF\xBB\xBF is no user",
                                                          good + ", is no user",
                                                          good + " [] words",
                                                          good + " \"a\" words",
                                                          good + ",{\"a\":1},\" words",
                                                          good + "{ is no user}",
                                                          good + " {\"a\":1 words}",
                                                          good + good + " words",
                                                          "[" + good + "] is no user",
                                                          "[" + good + "," + good + "] is no user",
                                                          "{\"a\":1},[" + good + "] is no user",
                                                          "[[" + good + "]] is no user",
                                                          "{\"Records\":[" + good + "]} is no user",
                                                          "{\"Records\":[" + good + "]}] is no user",
                                                          "{\"Records\":[" + good + "] is no user",
                                                          "{\"Records\":[" + good + "] is no user}",
                                                          "[" + good + ", is no user",
                                                          "[" + good + ", is, no user",
                                                          "[" + good + ",{\"a\":\" is no user",
                                                          "[" + good + ", from {1.2.3.4}",
                                                          "[" + good + ",\"{ is no user"}) {
    CAPTURE(line);
    const std::vector<std::string> expected{good, line, good};
    CHECK(texts_of(frames_of(good + "\n" + line + "\n" + good + "\n")) == expected);
    CHECK(outcome(good + "\n" + line + "\n" + good + "\n") == "good not-an-object good");
    CHECK(outcome(line + "\nOct  1 10:00:00 host sshd[1]: \"\n" + good) == "not-an-object not-an-object good");
    for (std::size_t step = 1; step < 90; ++step) {
      CHECK(texts_of(frames_by(good + "\n" + line + "\n" + good + "\n", [&] { return step; })) == expected);
    }
  }
  // Whole documents are no words.
  for (const std::string& line :
       std::vector<std::string>{good + " {\"level\":\"info\"}", good + nul + good + nul, "[" + good + "]," + good,
                                good + ",", good + " \r", "{\"Records\":[" + good + "]}" + good}) {
    CAPTURE(line);
    CHECK(frames_of(line + "\n" + good + "\n").back().text == good);
    for (const Found& one : frames_of(line + "\n")) CHECK(one.reason == Reason::none);
  }
}

TEST_CASE("a line that is longer than any of a log isn't waited for, and few frames are kept of one") {
  std::string line;
  while (line.size() <= 2 * Framer::kMaxLine) line += record(1);
  const Padded window{line};
  Framer framer;
  std::vector<Frame> frames;
  CHECK(framer.split(window.view(), false, frames) > 0);
  CHECK(frames.size() > 1000);
}

TEST_CASE("an array that ends early: what is whole is kept, the rest named") {
  const std::string good = record(1);
  CHECK(outcome("{\"Records\":[" + good + "," + good) == "good good");
  CHECK(outcome("{\"Records\":[" + good + "," + good.substr(0, 40)) == "good truncated");
  CHECK(outcome("[" + good + "," + good.substr(0, 40)) == "good truncated");
  CHECK(outcome("{\"Records\":[") == "");
}

TEST_CASE("one extra closing brace inside an array doesn't end it for those behind") {
  const std::string good = record(1);
  const auto found = frames_of("[" + good + "}," + good + "]");
  REQUIRE(found.size() == 3);
  CHECK(found[0].text == good);
  CHECK(found[1].reason == Reason::not_an_object);
  CHECK(found[2].text == good);
}

TEST_CASE("an oversize record is too large, its neighbours aren't") {
  const std::string good = record(1);
  for (const std::size_t size : {kMaxRecordBytes + 1, Framer::kMaxUnfinished - 100, Framer::kMaxUnfinished * 2}) {
    CAPTURE(size);
    const std::string large = R"({"eventVersion":"1","a":")" + std::string(size, 'x') + "\"}";
    CHECK(outcome(good + "\n" + large + "\n" + good) == "good too-large good");
    CHECK(outcome("{\"Records\":[" + good + "," + large + "," + good + "]}") == "good too-large good");
    // In windows, as a reader of bounded memory has them.
    const std::string stream = good + "\n" + large + "\n" + good + "\n";
    std::string out;
    for (const Found& one : frames_by(stream, [] { return std::size_t{1} << 20; })) {
      out += one.reason == Reason::none ? "good " : std::string{reason_code(one.reason)} + " ";
    }
    CHECK(out == "good too-large good ");
  }
}

TEST_CASE("what is passed over of an oversize record is counted") {
  Framer framer;
  std::vector<Frame> frames;
  const std::string start = R"({"a":")" + std::string(Framer::kMaxUnfinished, 'x');
  const std::string end = "xxx\"}\n" + record(1) + "\n";
  const auto split = [&](const std::string& bytes) {
    const std::string padded = bytes + std::string(kPadding, '\0');
    CHECK(framer.split({padded.data(), bytes.size()}, false, frames) == bytes.size());
  };
  split(start);
  CHECK(framer.passed_over() == 0);
  split(end);
  CHECK(framer.passed_over() == 5);
  CHECK(frames.size() == 2);
}

TEST_CASE("a Records object larger than any window, with members before the array, is still read") {
  std::string elements;
  for (int i = 0; i < 40000; ++i) elements += (i == 0 ? "" : ",") + record(i);
  for (const std::string head : {R"({"Records":[)", R"({"owner":"a[{","Records":[)"}) {
    const std::string stream = head + elements + "]}";
    std::size_t good = 0;
    for (const Found& one : frames_by(stream, [] { return std::size_t{1} << 20; }))
      good += one.reason == Reason::none ? 1 : 0;
    CHECK(good == 40000);
  }
}

TEST_CASE("a stretch that never ends is given up, in bounded memory") {
  const std::string stream = record(1) + "\n" + std::string(Framer::kMaxUnfinished * 3, 'x') + "\n" + record(2) + "\n";
  std::size_t good = 0;
  for (const Found& one : frames_by(stream, [] { return std::size_t{1} << 20; }))
    good += one.reason == Reason::none ? 1 : 0;
  CHECK(good == 2);
}

TEST_CASE("property: any cut into windows gives the same frames as one window") {
  const std::string good = record(1);
  const std::vector<std::string> streams{
      good + "\n" + record(2) + "\r\n\r\n" + record(3),
      "\xEF\xBB\xBF" + good + "\n",
      "\xEF\xBB\xBF{\"Records\":[" + good + ",\n" + record(2) + "]}\n",
      "{ \"Records\" : [ " + good + " , " + record(2) + " ] , \"x\" : [ \"]}\" ] }{\"Records\":[" + record(3) + "]}",
      "[" + good + "," + record(2) + "]\n[" + record(3) + "]",
      good + "\n" + good.substr(0, 24) + "\n" + record(2) + "\n" + good.substr(0, good.size() - 1) + "\n" + record(3) +
          "\n",
      "{\"Records\":[" + good + "," + good.substr(0, 24) + "," + record(2) + "," + good.substr(0, good.size() - 1) +
          "," + record(3) + "]}",
      "{\"Records\":[" + good + ",null,17,\"a\\\"b\"," + record(2) + "]}",
      "[" + good + "}," + record(2) + "]",
      good + "}\n" + "garbage\n" + record(2) + "\n{\"a\":\"x\ny\"}\n" + record(3),
      "{\n\"a\":\n{\n\"b\": [\n{\n\"c\": \"\\\\\\\"\"\n},\n{\n\"d\": 2\n}\n]\n}\n}\n" + good,
      "one\ntwo\n[three] four\n" + good + "\nfive\n" + record(2),
      "2024-06-01T10:00:00Z " + good + "\nRESOURCES\tx\n\xEF\xBB\xBF" + good,
      "[\n \"{\\\"a\\\":1}\" , \"b\"]" + good,
      "eventname,eventtime\nx,y\nx,z\n",
      "{\"Events\":[" + good + "],\n\"NextToken\":\"a\nb\"}\n" + record(2),
      "{\"Records\":[" + good + "]\n" + record(2) + "\n" + record(3),
      "{\"Records\":[ ],\"a\":[1]} {\"Records\":[" + good + "] , \"b\":{\"c\":[\"}\"]}, \"d\" : 1",
      "{\"a\":\"" + std::string(200, '\\') + "\"}\n" + good + "\n{\"a\":\"" + std::string(201, '\\') + "\"}\n" +
          record(2),
  };
  for (const std::string& stream : streams) {
    CAPTURE(stream);
    const auto whole = frames_of(stream);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      bool first = true;
      const auto two = frames_by(stream, [&] { return std::exchange(first, false) ? cut : stream.size(); });
      if (two != whole) {
        CAPTURE(cut);
        CHECK(two == whole);
        break;
      }
    }
    for (std::size_t step = 1; step < 90; ++step) {
      const auto many = frames_by(stream, [&] { return step; });
      if (many != whole) {
        CAPTURE(step);
        CHECK(many == whole);
        break;
      }
    }
  }
}

TEST_CASE("property: random bytes never lose a whole record line that follows a clean line feed") {
  std::mt19937_64 random{7};
  const std::string alphabet = "{}[]\",:\\ \n1a\r";
  for (int round = 0; round < 3000; ++round) {
    std::string noise;
    for (std::size_t n = random() % 30; n > 0; --n) noise.push_back(alphabet[random() % alphabet.size()]);
    const std::string stream = noise + "\n" + record(1) + "\n";
    const auto whole = frames_of(stream);
    const std::size_t step = 1 + random() % 9;
    const auto pieces = frames_by(stream, [&] { return step; });
    std::size_t covered = 0;
    for (const Found& one : whole) {
      REQUIRE(one.offset >= covered);
      covered = one.offset + one.text.size();
    }
    if (pieces != whole) {
      CAPTURE(stream);
      CAPTURE(step);
      CHECK(pieces == whole);
      break;
    }
  }
}

TEST_CASE("a line that comes byte by byte is what it is whole, though it isn't looked at for each byte") {
  const std::string laid_out = "{" + std::string(500, '\n') + "\"a\":[1," + std::string(500, '\n') + "2]}";
  for (const std::string& stream :
       {laid_out + "\n" + record(1) + "\n", laid_out + " is no user\n" + record(1) + "\n",
        record(1) + record(2) + laid_out + "\n", record(1) + std::string(3000, ' ') + record(2) + "x\n" + record(3)}) {
    const auto whole = frames_of(stream);
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
      CAPTURE(step);
      CHECK(frames_by(stream, [&] { return step; }) == whole);
    }
  }
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

TEST_CASE("an array of documents inside of objects, larger than any window") {
  std::string elements;
  for (int i = 0; i < 40000; ++i) elements += (i == 0 ? "" : ",") + record(i);
  const std::string stream = R"({"took":1,"hits":{"total":{"value":2},"hits":[)" + elements + "]}}\n" + record(1);
  std::size_t good = 0;
  std::size_t bad = 0;
  for (const Found& one : frames_by(stream, [] { return std::size_t{1} << 20; }))
    ++(one.reason == Reason::none ? good : bad);
  CHECK(good == 40001);
  CHECK(bad == 0);
}

TEST_CASE("what stands before an array that is larger than any document is kept if it may be a record") {
  std::string elements;
  for (int i = 0; i < 20000; ++i) elements += (i == 0 ? "" : ",") + record(i);
  const std::string head = R"({"message":"{\"eventName\":1}","Records":[)";
  const auto found = frames_by(head + elements + R"(],"a":1})", [] { return std::size_t{1} << 20; });
  REQUIRE(found.size() == 20002);
  CHECK(found.front().text == head);
  CHECK(found.front().reason == Reason::too_large);
  CHECK(found.back().text == R"(],"a":1})");
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

TEST_CASE("tiny documents are found in pieces, as many at once as were asked for, and none is lost") {
  std::string text = "[";
  for (int i = 0; i < 5000; ++i) text += "{},";
  text += "{}]";
  const Padded padded{text};
  Framer framer;
  std::vector<Frame> frames;
  CHECK(framer.split(padded.view(), true, frames, 10) == 30);
  CHECK(frames.size() == 10);
  Framer whole;
  std::size_t count = 0;
  std::size_t end = 0;
  for_each_frame(whole, padded.view(), frames, [&](const Frame& frame) {
    CHECK(frame.begin >= end);
    CHECK(padded.view().substr(frame.begin, frame.end - frame.begin) == "{}");
    end = frame.end;
    ++count;
  });
  CHECK(count == 5001);
  CHECK(frames.capacity() < 5000);
}

TEST_CASE("a column by itself, and going on behind a header") {
  const std::string cell =
      R"("{""eventVersion"":""1.09"",""eventTime"":""2024-05-01T10:00:00Z"",""eventName"":""A""}")";
  for (const std::string name : {"userAgent", "user_agent", "\"requestParameters.body\"", "query"}) {
    CAPTURE(name);
    CHECK(outcome(name + "\n" + cell + "\n" + cell + "\n").find("good") == std::string::npos);
  }
  CHECK(outcome("message\n" + cell + "\n") == "good");
  // A sentence is no header.
  CHECK(outcome("the user agent was\n" + cell + "\n") == "not-an-object good");

  const std::string front = "@timestamp,userAgent\n2024-05-01,x\n";
  Framer framer;
  framer.go_on_behind(Padded{front});
  std::vector<Frame> frames;
  const std::string rest = "2024-05-01," + cell + "\n";
  framer.split(Padded{rest}, true, frames);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].reason == Reason::not_an_object);
}
