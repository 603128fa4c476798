// Decides which events are new.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "store/known_contents.h"
#include "store/segments/segment_builder.h"
#include "text/mutex.h"

namespace trailkeeper::store {

class Store;

/// When two events of one key are copies of each other.
enum class VariantRule : std::uint8_t {
  essence,  ///< If they differ at most in what a shipper adds or leaves out (event/canonical_json.h).
  value,    ///< If they are the same JSON value.
};

/// What an event is with regard to one that was known.
enum class Copy : std::uint8_t { none, same, rewritten };

/// What is to be stored of a batch.
struct Deduplicated {
  std::vector<std::uint32_t> order;     ///< The new events, ascending by time, then key.
  std::uint64_t duplicates = 0;         ///< Events left out: known with the same content.
  std::uint64_t rewritten = 0;          ///< Among `duplicates`: not the same JSON value.
  std::uint64_t variants = 0;           ///< Among the new: events whose key was known with different content.
  std::uint64_t ticket = 0;             ///< To be passed to finished().
  std::vector<std::uint8_t> duplicate;  ///< For each event of the batch: a Copy; `none` is stored.
  std::vector<SharedContent>
      contents;               ///< Of new events (by number in the batch) that aren't the only one of their key.
  std::uint64_t decoded = 0;  ///< How often an event was put together to compare it.
};

/// Exact deduplication of batches that are prepared in parallel. A batch is compared with all committed segments and
/// with every batch that got its ticket earlier. If one of those shares a key with it, it waits for that batch's end:
/// an event isn't known before it is durable, or the copy would be acknowledged and both be lost. Two events are copies
/// if their keys are equal and their contents are, as the rule says. Thread-safe.
class Deduplicator {
 public:
  Deduplicator(Store& store, VariantRule rule) : store_(store), rule_(rule) {}

  /// Every call must be followed by finished(ticket) once the batch is committed or given up.
  Deduplicated run(const SegmentBuilder& batch);
  void finished(std::uint64_t ticket);

 private:
  struct Pending {
    std::uint64_t ticket;
    std::vector<EventKey> keys;  // Ascending.
  };
  class Run;
  void wait_for(std::uint64_t ticket);

  Store& store_;
  VariantRule rule_;
  text::Mutex mutex_;
  text::ConditionVariable changed_;
  std::uint64_t next_ticket_ TRAILKEEPER_GUARDED_BY(mutex_) = 1;
  std::vector<std::shared_ptr<const Pending>> pending_ TRAILKEEPER_GUARDED_BY(mutex_);
  KnownContents known_;
};

}  // namespace trailkeeper::store
