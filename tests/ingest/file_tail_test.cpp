// What may be taken of a file's end before anybody knows whether it is the end.
#include "ingest/file_tail.h"

#include <doctest/doctest.h>

#include <string>

using namespace trailkeeper;

namespace {

const std::string kEvent =
    R"({"eventVersion":"1.08","eventTime":"2024-01-01T00:00:00Z","eventSource":"s3.amazonaws.com",)"
    R"("eventName":"GetObject","awsRegion":"eu-west-1","eventID":"3f1c2a9e-1b7d-4a55-9b0e-5a1f6c7d8e90"})";

struct Outcome {
  std::size_t frames;
  bool whole;
  bool operator==(const Outcome&) const = default;
};

/// Of what is left of `text` when all that has an end was taken.
Outcome outcome(const std::string& text) {
  std::string bytes = text + std::string(event::kPadding, '\0');
  event::Framer framer;
  std::vector<event::Frame> frames;
  std::size_t done = 0;
  for (std::size_t more = 1; more != 0; done += more) {
    more = framer.split({bytes.data() + done, text.size() - done}, false, frames);
  }
  const ingest::FileTail tail = ingest::tail_of(framer, {bytes.data() + done, text.size() - done});
  return {tail.frames.size(), tail.whole};
}

}  // namespace

TEST_CASE("whole records at a file's end are taken, halves wait") {
  CHECK(outcome("at " + kEvent) == Outcome{1, true});
  CHECK(outcome("at " + kEvent + "\nat " + kEvent) == Outcome{1, true});
  for (std::size_t size = 6; size + 1 < kEvent.size(); size += 7) {
    CAPTURE(size);
    CHECK(outcome("at " + kEvent + "\nat " + kEvent.substr(0, size)) == Outcome{0, false});
    CHECK(outcome(kEvent + "\n" + kEvent.substr(0, size)) == Outcome{0, false});
  }
  CHECK(outcome(kEvent + "\n") == Outcome{0, true});
  CHECK(outcome("") == Outcome{0, true});
}

TEST_CASE("text without a record waits, and a record behind it doesn't") {
  CHECK(outcome("not json\nhello\n") == Outcome{0, false});
  CHECK(outcome("not json\nat " + kEvent) == Outcome{1, false});
}

TEST_CASE("an array that isn't closed waits; its last record doesn't") {
  CHECK(outcome("{\"Records\":[" + kEvent) == Outcome{1, false});
  CHECK(outcome("{\"Records\":[" + kEvent + "," + kEvent.substr(0, 20)) == Outcome{1, false});
  CHECK(outcome("{\"Records\":[" + kEvent + "]}") == Outcome{1, true});
  CHECK(outcome("{\"Records\":[" + kEvent + "]}\n") == Outcome{0, true});
  // Whole JSON that is no event doesn't wait for more.
  CHECK(outcome("{\"Records\":[" + kEvent + ",{\"a\":1}]}") == Outcome{2, true});
  CHECK(outcome(kEvent + " is no user") == Outcome{0, false});
}
