#include "ingest/wire/json_lines.h"

#include <utility>

namespace trailkeeper::ingest {

WireResult<std::size_t> JsonLineDecoder::decode(std::string_view window, bool last, Delivery& delivery) {
  // Few at once: a piece may be full with each.
  constexpr std::size_t kAtOnce = 4;
  std::size_t done = 0;
  while (!delivery.full()) {
    frames_.clear();
    const std::string_view rest = window.substr(done);
    done += framer_.split(rest, last, frames_, kAtOnce);
    for (const event::Frame& frame : frames_) {
      delivery.add(rest.substr(frame.begin, frame.end - frame.begin), item_, frame.reason);
    }
    if (frames_.size() < kAtOnce) break;
  }
  return done;
}

}  // namespace trailkeeper::ingest
