// Parsed documents on their way to one commit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/framer.h"
#include "event/unwrap.h"
#include "store/writer.h"

namespace trailkeeper::ingest {

/// Takes documents apart into events, which go to a segment builder, and rejected records. Not thread-safe.
class Batch : private event::DocumentVisitor {
 public:
  explicit Batch(store::Writer& writer);

  /// Where the documents of one buffer lie; rejected records say so.
  struct Place {
    std::string_view source;
    std::uint64_t offset = 0;  ///< Of bytes[0] in the source.
    std::uint64_t line = 0;    ///< Of bytes[0]; 0 if lines mean nothing, then offsets are left as 0, too.
    std::string_view bytes;    ///< Followed by event::kPadding readable bytes.
  };

  /// Takes the frames of a buffer.
  void take(const Place& place, const event::Frame& frame);

  /// Takes address space for so many events.
  void reserve(std::size_t events) { builder_->reserve(events); }

  [[nodiscard]] std::size_t events() const { return builder_->size(); }
  [[nodiscard]] const std::vector<store::RejectedRecord>& rejects() const { return rejects_; }
  [[nodiscard]] std::size_t reject_bytes() const { return reject_bytes_; }
  /// Heap bytes of the events, about.
  [[nodiscard]] std::size_t memory() const { return builder_->memory(); }
  [[nodiscard]] bool empty() const { return builder_->size() == 0 && rejects_.empty(); }

  /// Deduplicates and encodes what was taken, gives it away with the rejected records, and starts the next batch. The
  /// commit must be made or given up. Throws StoreError.
  store::Commit seal();

  /// Forgets what was taken.
  void clear();

 private:
  void take_apart(std::string_view frame);
  void on_event(const event::Record& record, std::size_t offset) override;
  void on_reject(std::string_view bytes, std::size_t offset, event::Reason reason) override;

  store::Writer& writer_;
  event::Unwrapper unwrapper_;
  std::unique_ptr<store::SegmentBuilder> builder_;
  std::vector<store::RejectedRecord> rejects_;
  std::size_t reject_bytes_ = 0;
  const Place* place_ = nullptr;
  std::size_t frame_begin_ = 0;
  std::string_view whole_frame_;   // Being unwrapped, if it may be taken apart.
  std::string_view broken_frame_;  // To be taken apart.
};

}  // namespace trailkeeper::ingest
