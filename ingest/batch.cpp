#include "ingest/batch.h"

#include <algorithm>
#include <utility>

#include "event/byte_masks.h"

namespace trailkeeper::ingest {
namespace {

// Shapes of records, in memory for each batch.
constexpr std::size_t kMaxShapeBytes = std::size_t{24} << 20;

}  // namespace

Batch::Batch(store::Writer& writer) : writer_(writer), builder_(writer.new_batch()) {}

void Batch::take(const Place& place, const event::Frame& frame) {
  if (unwrapper_.parser().shape_memory() > kMaxShapeBytes) {
    unwrapper_.parser().reset();
    builder_->forget_shapes();
  }
  place_ = &place;
  const std::string_view bytes = place.bytes.substr(frame.begin, frame.end - frame.begin);
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

// A frame that isn't JSON may hold several documents, or one and something behind it: a framer that has seen many
// lines of one document each takes the next line for one without counting its brackets.
void Batch::take_apart(std::string_view frame) {
  whole_frame_ = {};
  const std::size_t begin = frame_begin_;
  std::vector<event::Frame> pieces;
  event::Framer framer;
  framer.split(frame, true, pieces);
  for (const event::Frame& piece : pieces) {
    const std::string_view bytes = frame.substr(piece.begin, piece.end - piece.begin);
    frame_begin_ = begin + piece.begin;
    if (piece.reason == event::Reason::none) {
      unwrapper_.unwrap(bytes, *this);
    } else {
      on_reject(bytes, 0, piece.reason == event::Reason::truncated ? event::Reason::broken_json : piece.reason);
    }
  }
}

void Batch::on_event(const event::Record& record, std::size_t) { builder_->add(record); }

void Batch::on_reject(std::string_view bytes, std::size_t offset, event::Reason reason) {
  if (reason == event::Reason::broken_json && !bytes.empty() && bytes.data() == whole_frame_.data() &&
      bytes.size() == whole_frame_.size()) {
    broken_frame_ = bytes;
    return;
  }
  store::RejectedRecord record;
  record.source = place_->source;
  if (place_->line != 0) {
    const std::size_t at = std::min(frame_begin_ + offset, place_->bytes.size());
    record.offset = place_->offset + at;
    record.line = place_->line + event::count_line_feeds(place_->bytes.substr(0, at));
  }
  record.reason = reason;
  record.bytes = bytes;
  rejects_.push_back(std::move(record));
  reject_bytes_ += bytes.size() + 256;
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
}

}  // namespace trailkeeper::ingest
