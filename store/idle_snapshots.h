// Snapshots that wait for their next use.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "store/store.h"
#include "text/mutex.h"

namespace trailkeeper::store {

/// Gives the same snapshot again as long as nothing was committed since: what it opened, checked and decompressed is
/// there for who asks page after page. A snapshot is used by one at a time. Thread-safe; the store outlives it.
class IdleSnapshots {
 public:
  explicit IdleSnapshots(Store& store) : store_(store) {}

  /// One of the store as it is now.
  std::unique_ptr<Snapshot> take();
  /// Keeps it for the next one who asks.
  void give_back(std::unique_ptr<Snapshot> snapshot);
  /// Ends those that nobody asked for since then: as long as one lives, the file's pages that it sees can't be used
  /// again.
  void end_idle(std::chrono::steady_clock::duration longest);

 private:
  struct Idle {
    std::unique_ptr<Snapshot> snapshot;
    std::chrono::steady_clock::time_point since;
  };
  static constexpr std::size_t kMost = 4;

  Store& store_;
  text::Mutex mutex_;
  std::vector<Idle> idle_ TRAILKEEPER_GUARDED_BY(mutex_);
};

}  // namespace trailkeeper::store
