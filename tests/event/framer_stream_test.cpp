#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "event/framer.h"
#include "tests/event/framed.h"
#include "tests/support/padded.h"

using namespace trailkeeper::event;
using namespace trailkeeper::tests;

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
