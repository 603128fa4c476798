// Where a server's listeners hand in their deliveries: parsed on all cores, committed in groups, then acknowledged.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ingest/batch.h"
#include "ingest/delivery.h"
#include "ingest/delivery_group.h"
#include "store/writer.h"
#include "text/mutex.h"

namespace trailkeeper::ingest {

struct IntakeOptions {
  store::VariantRule variants = store::VariantRule::essence;
  unsigned workers = 0;                              ///< Parsing threads; 0: as many as there are cores.
  std::size_t max_bytes = std::size_t{128} << 20;    ///< Bytes of deliveries that are not yet answered.
  std::size_t group_bytes = std::size_t{512} << 10;  ///< Waiting bytes that start a batch while another is committed.
  std::size_t batch_bytes = std::size_t{16} << 20;   ///< Bytes of deliveries that one worker takes at once.
  BatchLimits batch{std::size_t{1} << 17, std::size_t{16} << 20, std::size_t{4} << 20};  ///< Of each worker.
  std::size_t ready_bytes = std::size_t{24} << 20;  ///< Bytes of sealed batches that wait for the committer.
  bool merge = true;                                ///< Merge segments meanwhile.
};

/// How long something took, as Prometheus counts it: seconds up to each bound.
class LatencyHistogram {
 public:
  static constexpr std::array<double, 12> kBounds{0.001, 0.002, 0.005, 0.01, 0.025, 0.05,
                                                  0.1,   0.25,  0.5,   1.0,  2.5,   5.0};
  void add(double seconds);
  /// Cumulative, the last one is of all.
  [[nodiscard]] std::array<std::uint64_t, kBounds.size() + 1> counts() const;
  [[nodiscard]] double sum() const { return static_cast<double>(microseconds_.load()) * 1e-6; }

 private:
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> microseconds_{0};
};

/// Figures for metrics; read at any time from any thread.
struct IntakeFigures {
  std::atomic<std::uint64_t> deliveries{0};
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> duplicates{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> refused{0};  ///< Deliveries that offer() refused, or that couldn't be committed.
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> bytes_in_flight{0};       ///< Given back before the receipts are.
  std::atomic<std::uint64_t> deliveries_in_flight{0};  ///< Whose receipts haven't been given.
  std::atomic<bool> failing{false};                    ///< What came last couldn't be stored.
  std::atomic<bool> must_restart{false};               ///< Nothing can be stored any more: StoreErrorKind::unknown.
  LatencyHistogram commit_seconds;
  LatencyHistogram acknowledge_seconds;  ///< From offer() to the receipt.
};

/// Group commit: whatever waits when a worker is free becomes one batch, and all batches that are ready become one
/// transaction. While a commit is being made, small deliveries wait, so that a sender of one event gets its receipt
/// after about one fdatasync, and thousands of senders share one. Thread-safe.
class Intake {
 public:
  /// Called once for each delivery, from a thread of the intake: must not block.
  using Done = std::function<void(Receipt)>;

  /// `store` must be open for writing and outlive the intake.
  Intake(store::Store& store, const IntakeOptions& options);
  ~Intake();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  /// Seals a delivery, and takes it. False, and nothing is taken, when too many bytes are in flight or the intake is
  /// stopping: the sender has to wait. A delivery that is larger than all that may be in flight is taken when nothing
  /// else is.
  bool offer(Delivery&& delivery, Done done);

  /// Whether offer() would take a delivery of `bytes` now.
  [[nodiscard]] bool has_room(std::size_t bytes) const;

  /// Calls `ready` once there is room again (at once if there is); no more callers wait than there are connections.
  void when_room(std::function<void()> ready);

  /// Finishes everything taken, then stops the threads. Later offers are refused.
  void stop();

  [[nodiscard]] const IntakeFigures& figures() const { return figures_; }
  /// Why what couldn't be stored last couldn't.
  [[nodiscard]] std::string problem() const;
  [[nodiscard]] store::MergeCost merge_cost() const { return writer_.merge_cost(); }
  [[nodiscard]] store::RejectFigures reject_figures() const { return writer_.reject_figures(); }
  [[nodiscard]] store::Writer& writer() { return writer_; }

  /// Called after each commit, before its receipts, with what was stored; from the committing thread, so it must be
  /// quick. Set it before the first offer.
  using Observer = std::function<void(std::vector<store::SealedBatch>)>;
  void observe(Observer observer) { observer_ = std::move(observer); }

 private:
  class Worker;

  void run_worker();
  void run_committer();
  void run_merger();
  std::vector<TakenDelivery> next_share();
  [[nodiscard]] bool may_take_share() const TRAILKEEPER_REQUIRES(mutex_);
  void hand_on(GroupPart part);
  void commit(std::vector<GroupPart> parts);
  void note_failure(const std::vector<GroupPart>& parts, Receipt::Status status, const std::string& problem);
  Receipt::Status status_of(const store::StoreError& error);
  bool write(store::Commit all, Receipt::Status& status, std::string& problem);
  void answer(DeliveryGroup& group);
  void release(std::size_t bytes);

  IntakeOptions options_;
  store::Store& store_;
  store::Writer writer_;
  IntakeFigures figures_;
  Observer observer_;
  mutable text::Mutex mutex_;
  text::ConditionVariable changed_;
  std::deque<TakenDelivery> waiting_ TRAILKEEPER_GUARDED_BY(mutex_);
  std::size_t waiting_bytes_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;
  std::size_t bytes_in_flight_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;
  std::size_t groups_in_work_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;  // Being made or committed.
  std::deque<GroupPart> ready_ TRAILKEEPER_GUARDED_BY(mutex_);
  std::size_t ready_bytes_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;  // Of those, and of what is being committed.
  std::vector<std::function<void()>> room_waiters_ TRAILKEEPER_GUARDED_BY(mutex_);
  std::string problem_ TRAILKEEPER_GUARDED_BY(mutex_);
  bool merge_wanted_ TRAILKEEPER_GUARDED_BY(mutex_) = false;
  bool stopping_ TRAILKEEPER_GUARDED_BY(mutex_) = false;
  bool workers_done_ TRAILKEEPER_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> workers_;
  std::thread committer_;
  std::thread merger_;
};

}  // namespace trailkeeper::ingest
