#include <doctest/doctest.h>

#include <ctime>
#include <string>
#include <vector>

#include "event/framer.h"
#include "tests/event/framed.h"
#include "tests/support/sanitized.h"

using namespace trailkeeper::event;
using namespace trailkeeper::tests;

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
      // Seconds of the processor: were each element looked at from every one before it, it would be minutes.
      CHECK(cost(std::size_t{2} << 20, element, closing) < (kSanitized ? 20 : 2));
    }
  }
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

TEST_CASE("a stretch that never ends is given up, in bounded memory") {
  const std::string stream = record(1) + "\n" + std::string(Framer::kMaxUnfinished * 3, 'x') + "\n" + record(2) + "\n";
  std::size_t good = 0;
  for (const Found& one : frames_by(stream, [] { return std::size_t{1} << 20; }))
    good += one.reason == Reason::none ? 1 : 0;
  CHECK(good == 2);
}
