#include "ingest/batch.h"

#include <algorithm>
#include <utility>

#include "event/byte_masks.h"
#include "event/wrapped_text.h"
#include "ingest/decompressor.h"
#include "ingest/layer_stream.h"

namespace trailkeeper::ingest {
namespace {

// What a rejected record takes beside its bytes: here, and in the pages of the transaction that stores it.
constexpr std::size_t kRejectOverhead = 256;
// After this many bytes of events, their memory is measured again.
constexpr std::size_t kLookEvery = std::size_t{256} << 10;
constexpr std::size_t kEventOverhead = 256;

}  // namespace

Batch::Batch(store::Writer& writer, const BatchLimits& limits, std::function<void()> full)
    : writer_(writer),
      limits_(limits),
      full_(std::move(full)),
      unwrapper_(unpack_of_a_request),
      builder_(writer.new_batch()) {}

void Batch::enter(const Place& place) {
  place_ = place;
  lines_to_ = 0;
  lines_ = 0;
}

void Batch::take(const event::Frame& frame) {
  const std::string_view bytes = place_.bytes.substr(frame.begin, frame.end - frame.begin);
  frame_begin_ = frame.begin;
  if (frame.reason != event::Reason::none) {
    whole_frame_ = {};
    on_reject(bytes, 0, frame.reason);
    return;
  }
  whole_frame_ = bytes;
  unwrapper_.unwrap(bytes, *this);
  if (!broken_frame_.empty()) take_apart(std::exchange(broken_frame_, {}));
}

// A frame that isn't JSON may hold several documents: a framer that has seen many lines of one document each takes the
// next line for one without counting its brackets, and a sender's text may have several. If there is anything else in
// it, it is kept as it came.
void Batch::take_apart(std::string_view frame) {
  whole_frame_ = {};
  if (!event::is_json_sequence(frame)) return on_reject(frame, 0, event::Reason::broken_json);
  const std::size_t begin = frame_begin_;
  event::Framer framer;
  event::for_each_frame(framer, frame, pieces_, [&](const event::Frame& piece) {
    const std::string_view bytes = frame.substr(piece.begin, piece.end - piece.begin);
    frame_begin_ = begin + piece.begin;
    if (piece.reason == event::Reason::none) {
      unwrapper_.unwrap(bytes, *this);
    } else {
      on_reject(bytes, 0, piece.reason);
    }
  });
}

bool Batch::full() const {
  return builder_->size() >= limits_.events || events_memory_ >= limits_.memory ||
         reject_bytes_ >= limits_.reject_bytes;
}

void Batch::make_room() {
  if (full()) full_();
}

void Batch::on_event(const event::Record& record, std::size_t) {
  make_room();
  builder_->add(record);
  not_looked_at_ += record.bytes.size() + kEventOverhead;
  if (not_looked_at_ >= kLookEvery) {
    not_looked_at_ = 0;
    events_memory_ = builder_->memory();
  }
}

// The place's records come in order, nearly: only what is new since the last one is counted.
std::uint64_t Batch::line_at(std::size_t at) {
  if (at < lines_to_) return place_.line + event::count_line_feeds(place_.bytes.substr(0, at));
  lines_ += event::count_line_feeds(place_.bytes.substr(lines_to_, at - lines_to_));
  lines_to_ = at;
  return place_.line + lines_;
}

void Batch::on_reject(std::string_view bytes, std::size_t offset, event::Reason reason) {
  if (reason == event::Reason::broken_json && !bytes.empty() && bytes.data() == whole_frame_.data() &&
      bytes.size() == whole_frame_.size()) {
    broken_frame_ = bytes;
    return;
  }
  // As much as the framer keeps of it in a stream, however it came.
  bytes = bytes.substr(0, event::Framer::kMaxUnfinished);
  make_room();
  store::RejectedRecord record;
  record.source = place_.source;
  if (place_.line != 0) {
    const std::size_t at = std::min(frame_begin_ + offset, place_.bytes.size());
    record.offset = place_.offset + at;
    record.line = line_at(at);
  }
  record.reason = reason;
  record.bytes = bytes;
  rejects_.push_back(std::move(record));
  reject_bytes_ += place_.source.size() + bytes.size() + kRejectOverhead;
}

store::Commit Batch::seal() {
  store::Commit commit;
  if (builder_->size() > 0) commit.batches.push_back(writer_.seal(*builder_));
  commit.rejects = std::move(rejects_);
  clear();
  return commit;
}

void Batch::clear() {
  builder_->clear();
  rejects_.clear();
  reject_bytes_ = 0;
  events_memory_ = 0;
  not_looked_at_ = 0;
}

}  // namespace trailkeeper::ingest
