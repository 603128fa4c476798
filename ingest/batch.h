// Parsed documents on their way to one commit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/framer.h"
#include "event/unwrap.h"
#include "store/writer.h"

namespace trailkeeper::ingest {

/// How much a batch may hold.
struct BatchLimits {
  std::size_t events = std::size_t{1} << 17;
  std::size_t memory = std::size_t{72} << 20;       ///< Heap bytes of events being built, about.
  std::size_t reject_bytes = std::size_t{8} << 20;  ///< Heap bytes of rejected records, about.
};

/// Takes documents apart into events, which go to a segment builder, and rejected records. Not thread-safe.
///
/// Bounded, whatever a document holds: `full` is called before a record that has no room, even in the middle of a
/// document. It must seal() or clear().
class Batch : private event::DocumentVisitor {
 public:
  Batch(store::Writer& writer, const BatchLimits& limits, std::function<void()> full);

  /// Where the documents of one buffer come from; rejected records say so.
  struct Place {
    std::string_view source;
    std::uint64_t offset = 0;  ///< Of bytes[0] in the source.
    std::uint64_t line = 0;    ///< Of bytes[0]; 0 if lines mean nothing, in which case offsets stay 0, too.
    std::string_view bytes;    ///< Followed by event::kPadding readable bytes.
  };

  /// The next frames are in this buffer, which must stay until the last of them is taken.
  void enter(const Place& place);
  /// Takes a frame of it.
  void take(const event::Frame& frame);

  /// Reserves address space for `events` events.
  void reserve(std::size_t events) { builder_->reserve(events); }

  [[nodiscard]] std::size_t events() const { return builder_->size(); }
  [[nodiscard]] const std::vector<store::RejectedRecord>& rejects() const { return rejects_; }
  /// Heap bytes of what was taken, about.
  [[nodiscard]] std::size_t memory() const { return builder_->memory() + reject_bytes_; }
  /// Whether there would be no room for the next record.
  [[nodiscard]] bool full() const;
  [[nodiscard]] bool empty() const { return builder_->size() == 0 && rejects_.empty(); }

  /// Deduplicates and encodes what was taken, hands it over with the rejected records, and starts the next batch. The
  /// commit must be made or given up. Throws StoreError.
  store::Commit seal();

  /// Forgets what was taken.
  void clear();

 private:
  void take_apart(std::string_view frame);
  void make_room();
  [[nodiscard]] std::uint64_t line_at(std::size_t at);
  void on_event(const event::Record& record, std::size_t offset) override;
  void on_reject(std::string_view bytes, std::size_t offset, event::Reason reason) override;
  void on_shapes_forgotten() override { builder_->forget_shapes(); }

  store::Writer& writer_;
  BatchLimits limits_;
  std::function<void()> full_;
  event::Unwrapper unwrapper_;
  std::unique_ptr<store::SegmentBuilder> builder_;
  std::vector<store::RejectedRecord> rejects_;
  std::size_t reject_bytes_ = 0;
  std::size_t events_memory_ = 0;  // As of the last look.
  std::size_t not_looked_at_ = 0;  // Bytes of records since then.
  Place place_;
  std::size_t lines_to_ = 0;  // Up to which of the place's bytes line feeds were counted.
  std::uint64_t lines_ = 0;
  std::size_t frame_begin_ = 0;
  std::string_view whole_frame_;   // Being unwrapped, if it may be taken apart.
  std::string_view broken_frame_;  // To be taken apart.
  std::vector<event::Frame> pieces_;
};

}  // namespace trailkeeper::ingest
