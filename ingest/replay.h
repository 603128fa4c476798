// Replays archived trails into a store.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ingest/bill/bill_loader.h"
#include "ingest/bill/report_versions.h"
#include "ingest/pipeline.h"

namespace trailkeeper::ingest {

/// What a replay did. Counts are of this replay; `events` are those that were new.
struct ReplayResult {
  std::uint64_t events = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t rewritten = 0;  ///< Among `duplicates`: copies that a shipper rewrote.
  std::uint64_t variants = 0;
  std::uint64_t bill_lines = 0;           ///< New lines of cost reports; known ones are among `duplicates`.
  std::uint64_t bill_lines_replaced = 0;  ///< Lines of older versions of reports, which no longer count.
  std::uint64_t bill_lines_outdated = 0;  ///< Not taken: a newer version of their report is there.
  std::uint64_t rejected = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;  ///< Decompressed.
  double seconds = 0;
  bool interrupted = false;
  FileFindings found;  ///< Of the files.
  store::MergeCost merging;
  store::RejectFigures beyond_limit;  ///< Those of `rejected` that weren't kept whole.
  store::VerdictsMade verdicts;
};

/// Figures for a progress display, readable from any thread while a replay runs.
struct ReplayProgress {
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> bytes{0};         ///< Decompressed.
  std::atomic<std::uint64_t> stored_bytes{0};  ///< As stored in the files: what total_bytes counts.
  std::atomic<std::uint64_t> total_bytes{0};   ///< 0 if unknown (standard input).
  std::atomic<std::uint64_t> files{0};
};

/// Replays files, folders and standard input (`-`) and returns when all of it is durable. When `stop` becomes true it
/// ends early, with what was read so far committed. Throws StoreError when the store fails.
class Replay {
 public:
  Replay(store::Store& store, PipelineOptions options) : store_(store), options_(options) {}

  ReplayResult run(const std::vector<std::string>& paths, const std::atomic<bool>& stop);

  [[nodiscard]] const ReplayProgress& progress() const { return progress_; }

 private:
  void feed(Pipeline& pipeline, const std::vector<std::string>& paths, const std::atomic<bool>& stop);
  bool feed_large(Pipeline& pipeline, const std::string& path, const std::atomic<bool>& stop,
                  const ReportFile* report = nullptr);
  bool put_aside(const std::string& path);
  void update(const Pipeline& pipeline);

  store::Store& store_;
  PipelineOptions options_;
  ReplayProgress progress_;
  std::uint64_t large_files_ = 0;
  std::uint64_t large_stored_bytes_ = 0;
  std::uint64_t bill_bytes_ = 0;
  std::unique_ptr<BillLoader> bills_;
  ReportVersions reports_;
  FileFindings found_;
};

}  // namespace trailkeeper::ingest
