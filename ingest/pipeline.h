// From slices to committed events, on all cores.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "ingest/batch.h"
#include "ingest/bounded_queue.h"
#include "ingest/input_files.h"
#include "ingest/slice.h"
#include "store/writer.h"
#include "text/mutex.h"

namespace trailkeeper::ingest {

struct PipelineOptions {
  unsigned workers = 0;  ///< Parsing threads; 0: as many as there are cores.
  BatchLimits batch;     ///< Of each worker: what becomes a segment.
  bool merge = true;     ///< Merge segments meanwhile.
  bool judge = true;     ///< A replay makes verdicts at its end.
  store::VariantRule variants = store::VariantRule::essence;
};

/// What has happened so far. Read at any time from any thread.
struct PipelineProgress {
  std::atomic<std::uint64_t> parsed{0};        ///< Events parsed, duplicates included.
  std::atomic<std::uint64_t> bytes{0};         ///< Decompressed bytes taken in.
  std::atomic<std::uint64_t> files{0};         ///< Files of FileBatches that were read.
  std::atomic<std::uint64_t> stored_bytes{0};  ///< Bytes of those files as stored.
};

/// What was committed.
struct PipelineTotals {
  std::uint64_t events = 0;  ///< Newly stored.
  std::uint64_t duplicates = 0;
  std::uint64_t rewritten = 0;  ///< Among `duplicates`: copies that a shipper rewrote.
  std::uint64_t variants = 0;   ///< Among `events`.
  std::uint64_t rejected = 0;
  FileFindings files;
};

/// Workers parse and build batches; one committer makes them durable; a merger keeps segments few. All queues are
/// bounded: submit() waits when the machine can't keep up. submit() may be called from one thread at a time.
class Pipeline {
 public:
  Pipeline(store::Store& store, const PipelineOptions& options);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// False when a thread has failed: finish() will say why.
  bool submit(Slice slice);
  bool submit(FileBatch batch);

  /// A used buffer of a slice, or an empty string.
  std::string take_buffer();

  /// Waits until everything submitted is durable. Throws what stopped a thread.
  PipelineTotals finish();

  /// Has verdicts made, for up to `seconds`, if somebody can make them (store/verdict_maker.h).
  store::VerdictsMade judge(double seconds) {
    return store_.verdict_maker() == nullptr ? store::VerdictsMade{}
                                             : store_.verdict_maker()->make(store_, writer_, seconds);
  }

  /// The store's only writer, for whatever isn't events.
  [[nodiscard]] store::Writer& writer() { return writer_; }

  [[nodiscard]] const PipelineProgress& progress() const { return progress_; }
  [[nodiscard]] store::MergeCost merge_cost() const { return writer_.merge_cost(); }
  [[nodiscard]] store::RejectFigures reject_figures() const { return writer_.reject_figures(); }

 private:
  class Worker;

  /// A stretch of a source that a commit makes durable.
  struct Stretch {
    std::shared_ptr<const std::string> source;
    std::uint64_t begin;
    std::uint64_t end;
    bool last;
  };
  /// What a worker hands to the committer.
  struct Flush {
    store::Commit commit;
    std::vector<Stretch> stretches;
  };
  /// How far a source is durable, and the stretches beyond that.
  struct Reached {
    std::uint64_t bytes = 0;
    std::map<std::uint64_t, Stretch> ahead;
  };

  using Task = std::variant<Slice, FileBatch>;

  void run_worker();
  void run_committer();
  void run_merger();
  void note_positions(Flush& flush);
  template <typename Body>
  void guard(Body&& body);
  void stop_threads();
  void give_back(std::string buffer);

  store::Store& store_;
  PipelineOptions options_;
  store::Writer writer_;
  PipelineProgress progress_;
  BoundedQueue<Task> tasks_;
  BoundedQueue<Flush> flushes_;
  BoundedQueue<bool> merge_requests_;
  text::Mutex mutex_;
  PipelineTotals totals_ TRAILKEEPER_GUARDED_BY(mutex_);
  std::exception_ptr failure_ TRAILKEEPER_GUARDED_BY(mutex_);
  std::vector<std::string> buffers_ TRAILKEEPER_GUARDED_BY(mutex_);
  std::map<std::string, Reached> reached_;  // Committer only.
  std::vector<std::thread> workers_;
  std::thread committer_;
  std::thread merger_;
  bool stopped_ = false;
};

}  // namespace trailkeeper::ingest
