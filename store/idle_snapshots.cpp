#include "store/idle_snapshots.h"

namespace trailkeeper::store {

std::unique_ptr<Snapshot> IdleSnapshots::take() {
  std::vector<Idle> stale;  // Ended when the mutex is free again.
  {
    const text::Lock lock{mutex_};
    const std::uint64_t newest = store_.environment().last_commit();
    while (!idle_.empty()) {
      Idle idle = std::move(idle_.back());
      idle_.pop_back();
      if (idle.snapshot->transaction().id() == newest) return std::move(idle.snapshot);
      stale.push_back(std::move(idle));
    }
  }
  return std::unique_ptr<Snapshot>{new Snapshot(store_.snapshot())};
}

void IdleSnapshots::give_back(std::unique_ptr<Snapshot> snapshot) {
  const text::Lock lock{mutex_};
  if (idle_.size() < kMost) idle_.push_back({std::move(snapshot), std::chrono::steady_clock::now()});
}

void IdleSnapshots::end_idle(std::chrono::steady_clock::duration longest) {
  const auto before = std::chrono::steady_clock::now() - longest;
  const text::Lock lock{mutex_};
  std::erase_if(idle_, [&](const Idle& idle) { return idle.since <= before; });
}

}  // namespace trailkeeper::store
