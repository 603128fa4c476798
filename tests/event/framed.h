// What a framer makes of a stream, and records to make streams of.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "event/framer.h"
#include "tests/support/padded.h"

namespace trailkeeper::tests {

struct Found {
  std::string text;
  event::Reason reason;
  std::size_t offset;
  bool operator==(const Found&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const std::vector<Found>& found) {
  for (const Found& one : found)
    out << "\n  " << one.offset << " " << event::reason_code(one.reason) << " <" << one.text.substr(0, 90) << ">";
  return out;
}

/// Frames of a stream that is read in windows: each grows by the next of `steps` bytes until the framer is done with
/// some.
template <typename Next>
std::vector<Found> frames_by(std::string_view stream, Next&& next_step) {
  event::Framer framer;
  std::vector<Found> found;
  std::size_t begin = 0;
  std::size_t end = 0;
  while (true) {
    end = std::min(stream.size(), end + next_step());
    const bool last = end == stream.size();
    const Padded window{stream.substr(begin, end - begin)};
    std::vector<event::Frame> frames;
    const std::size_t done = framer.split(window.view(), last, frames);
    REQUIRE(done <= window.view().size());
    for (const event::Frame& frame : frames) {
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

inline std::vector<Found> frames_of(std::string_view stream) {
  return frames_by(stream, [&] { return stream.size(); });
}

inline std::vector<std::string> texts_of(const std::vector<Found>& found) {
  std::vector<std::string> texts;
  for (const Found& one : found) texts.push_back(one.text);
  return texts;
}

/// `good` for each whole record, else the reason's code.
inline std::string outcome(std::string_view stream) {
  std::string out;
  for (const Found& one : frames_of(stream)) {
    if (!out.empty()) out += " ";
    out += one.reason == event::Reason::none ? "good" : std::string{event::reason_code(one.reason)};
  }
  return out;
}

inline std::string record(int number) {
  return R"({"eventVersion":"1.09","eventName":"E)" + std::to_string(number) +
         R"(","requestParameters":{"a":[1,{"b":"}{]["}]}})";
}

}  // namespace trailkeeper::tests
