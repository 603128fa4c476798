#include "ingest/file_tail.h"

#include <string>

#include "event/unwrap.h"
#include "event/wrapped_text.h"
#include "ingest/layer_stream.h"

namespace trailkeeper::ingest {
namespace {

class Counter : public event::DocumentVisitor {
 public:
  void on_event(const event::Record&, std::size_t) override { ++events; }
  void on_reject(std::string_view, std::size_t, event::Reason reason) override {
    ++rejects;
    broken = broken || reason == event::Reason::broken_json;
  }
  std::size_t events = 0;
  std::size_t rejects = 0;
  bool broken = false;
};

}  // namespace

FileTail tail_of(event::Framer framer, std::string_view bytes) {
  FileTail tail;
  event::Unwrapper unwrapper{unpack_of_a_request};
  std::vector<event::Frame> frames;
  event::for_each_frame(framer, bytes, frames, [&](const event::Frame& frame) {
    Counter counter;
    const bool object = bytes[frame.begin] == '{';
    if (frame.reason == event::Reason::none) {
      unwrapper.unwrap(bytes.substr(frame.begin, frame.end - frame.begin), counter);
    }
    const bool known = counter.events > 0 && counter.rejects == 0;
    // An object that has an end is whole, whatever it is; of a line more may come.
    if (known || (object && counter.rejects > 0 && !counter.broken)) {
      tail.frames.push_back(frame);
    } else {
      tail.whole = false;
    }
  });
  tail.whole = tail.whole && framer.between_documents();
  tail.closed = tail.whole && event::is_json_sequence(bytes);
  return tail;
}

}  // namespace trailkeeper::ingest
