// Events as they are committed: what a follower sees after the events that lists give.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "query/filter.h"
#include "query/shown_event.h"
#include "store/writer.h"
#include "text/mutex.h"

namespace trailkeeper::query {

/// Hands what was committed to followers.
///
/// Where it gets the events from: a segment's number says nothing about when its events came, since merges renumber
/// segments and put old events into new ones; and between a commit and a look at the store a merge may have taken the
/// segment away. But every commit of a server goes through its own process. So the encoded segments that were just
/// committed, which hold what was new and nothing else, are kept here a while, in memory, and followers read them with
/// the same filters as any segment. A commit costs nothing more for it, and a follower's work is done in its own
/// thread.
///
/// Bounded: segments of more than `capacity` bytes together aren't kept, the oldest go first; a follower that hadn't
/// read them, or was in the middle of one, is told how many events went. Without followers nothing is kept.
/// Thread-safe.
class TailHub {
 public:
  class Follower;

  explicit TailHub(ShownEvents shown, std::uint64_t capacity = kDefaultCapacity);

  /// What events are shown and compared with from now on: call it before publish(), when a commit made more known to be
  /// confidential.
  void show_by(ShownEvents shown);

  /// To be called right after each commit, in the order of the commits, with the batches whose parts are still there
  /// (store::Writer::commit gives them back).
  void publish(std::vector<store::SealedBatch> committed);

  /// Follows from now on. `wake` is called, from the publishing thread and without locks held, when there is something
  /// new to read; it must not throw, and may be null. It may still be called while the follower goes, so it should hold
  /// no more than a weak pointer. The hub must outlive the follower.
  std::unique_ptr<Follower> follow(Filter filter, std::function<void()> wake);

  [[nodiscard]] bool followed() const;
  /// Bytes of the segments that are kept now: for metrics.
  [[nodiscard]] std::uint64_t kept_bytes() const;

  static constexpr std::uint64_t kDefaultCapacity = 64U << 20U;

 private:
  struct Committed {
    std::uint64_t number = 0;       // Of the publication, from 1.
    std::uint64_t first_event = 0;  // How many events were published before it.
    store::SegmentHeader header;
    std::vector<std::string> parts;
    std::uint64_t bytes = 0;
  };

  void drop_oldest() TRAILKEEPER_REQUIRES(mutex_);
  void drop_read() TRAILKEEPER_REQUIRES(mutex_);

  const std::uint64_t capacity_;
  mutable text::Mutex mutex_;
  std::shared_ptr<const ShownEvents> shown_ TRAILKEEPER_GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<const Committed>> ring_ TRAILKEEPER_GUARDED_BY(mutex_);
  std::uint64_t bytes_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;
  std::uint64_t next_ TRAILKEEPER_GUARDED_BY(mutex_) = 1;
  std::uint64_t published_events_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;
  std::vector<Follower*> followers_ TRAILKEEPER_GUARDED_BY(mutex_);
};

/// One reader of a hub. Not thread-safe.
class TailHub::Follower {
 public:
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  struct Chunk {
    std::vector<std::string> events;  ///< As stored, in order of commit, within one by time.
    std::uint64_t missed = 0;         ///< Events (before the filter) that this reader was too slow for, before these.
  };

  /// What passes the filter, about `bytes` at most but at least one event if there is one. If it has neither events nor
  /// missed ones, everything is read: wait for `wake`.
  Chunk next(std::size_t bytes);

 private:
  friend class TailHub;
  Follower(TailHub& hub, Filter filter, std::function<void()> wake);
  struct Reading;
  class Reader;
  bool open_next(Chunk& chunk);
  void end_reading();

  TailHub& hub_;
  Filter filter_;
  std::function<void()> wake_;
  std::uint64_t next_ = 0;         // The publication to read next, or that is being read.
  std::uint64_t events_seen_ = 0;  // Events of publications before that.
  std::unique_ptr<Reading> reading_;
};

}  // namespace trailkeeper::query
