// Snapshots that wait for their next use.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "store/store.h"
#include "text/mutex.h"

namespace trailkeeper::store {

/// Gives the same snapshot again as long as nothing was committed since, so that a client that asks page after page
/// finds what it opened, checked and decompressed. A snapshot is used by one client at a time. Thread-safe; the store
/// outlives it.
class IdleSnapshots {
 public:
  explicit IdleSnapshots(Store& store) : store_(store) {}

  /// A snapshot of the store as it is now.
  std::unique_ptr<Snapshot> take();
  /// Keeps it for the next client that asks.
  void give_back(std::unique_ptr<Snapshot> snapshot);
  /// Ends those that nobody has asked for since then: as long as one lives, the pages of the file that it sees can't be
  /// used again.
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
