// A line on the terminal that says how far a replay is.
#pragma once

#include <atomic>
#include <thread>

#include "ingest/replay.h"

namespace trailkeeper::cli {

/// Shows progress on stderr, if that is a terminal, from construction until stop().
class ProgressLine {
 public:
  explicit ProgressLine(const ingest::ReplayProgress& progress);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Removes the line.
  void stop();

 private:
  void run();

  const ingest::ReplayProgress& progress_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace trailkeeper::cli
