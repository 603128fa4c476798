#include "ingest/wire/json_lines.h"

#include <utility>

namespace trailkeeper::ingest {

void decode_json(std::string body, Delivery& delivery) {
  delivery.bytes = std::move(body);
  delivery.size = delivery.bytes.size();
  delivery.seal();
  std::vector<event::Frame> frames;
  event::Framer framer;
  framer.split({delivery.bytes.data(), delivery.size}, true, frames);
  delivery.documents.reserve(frames.size());
  for (const event::Frame& frame : frames) delivery.documents.push_back({frame.begin, frame.end, 0, frame.reason});
}

std::size_t JsonLineDecoder::decode(std::string_view window, bool last, Delivery& delivery) {
  frames_.clear();
  const std::size_t done = framer_.split(window, last, frames_);
  for (const event::Frame& frame : frames_) {
    delivery.add(window.substr(frame.begin, frame.end - frame.begin), 0, frame.reason);
  }
  return done;
}

}  // namespace trailkeeper::ingest
