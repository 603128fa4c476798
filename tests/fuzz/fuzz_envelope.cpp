// Any bytes as a stream: framed in one window and in small ones alike, every frame unwrapped.
#include <cstdlib>
#include <string>
#include <vector>

#include "event/framer.h"
#include "event/unwrap.h"
#include "ingest/layer_stream.h"
#include "tests/support/padded.h"

using namespace trailkeeper;

namespace {

struct Nothing : event::DocumentVisitor {
  void on_event(const event::Record&, std::size_t) override {}
  void on_reject(std::string_view, std::size_t, event::Reason) override {}
};

struct Found {
  std::size_t begin;
  std::size_t end;
  event::Reason reason;
  bool operator==(const Found&) const = default;
};

std::vector<Found> framed(std::string_view stream, std::size_t step) {
  event::Framer framer;
  std::vector<Found> found;
  std::size_t begin = 0;
  std::size_t end = 0;
  while (true) {
    end = std::min(stream.size(), end + step);
    const tests::Padded window{stream.substr(begin, end - begin)};
    std::vector<event::Frame> frames;
    const bool last = end == stream.size();
    const std::size_t done = framer.split(window, last, frames);
    if (done > window.view().size()) std::abort();
    for (const event::Frame& frame : frames) {
      if (frame.begin >= frame.end || frame.end > done) std::abort();
      found.push_back({begin + frame.begin, begin + frame.end, frame.reason});
    }
    begin += done;
    if (last && begin == stream.size()) return found;
    if (last && done == 0) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tests::Padded bytes{std::string_view{reinterpret_cast<const char*>(data), size}};
  const std::vector<Found> whole = framed(bytes, size + 1);
  if (size < 2000 && framed(bytes, 1 + size % 13) != whole) std::abort();
  event::Unwrapper unwrapper{[](std::string_view packed, std::size_t limit, std::string& out) {
    return ingest::unpack(packed, limit, out) == ingest::UnpackResult::ok;
  }};
  Nothing nothing;
  for (const Found& frame : whole) {
    if (frame.reason == event::Reason::none)
      unwrapper.unwrap(bytes.view().substr(frame.begin, frame.end - frame.begin), nothing);
  }
  return 0;
}
