#include "ingest/replay.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "ingest/slice_reader.h"

namespace trailkeeper::ingest {
namespace {

// Files up to this size (as stored) are read whole, each by one worker; larger ones are read here and cut into slices
// that all workers share.
constexpr std::uint64_t kSmallFile = std::uint64_t{6} << 20;
// Enough small files a task that handing them over costs nothing.
constexpr std::uint64_t kBatchBytes = std::uint64_t{1} << 20;
constexpr std::size_t kBatchFiles = 128;

// Verdicts may take so much of a replay's time, and at least so many seconds; those that need whole records, half of
// it.
constexpr double kShareOfJudging = 0.1;
constexpr double kLeastJudging = 0.05;

}  // namespace

ReplayResult Replay::run(const std::vector<std::string>& paths, const std::atomic<bool>& stop) {
  const auto begin = std::chrono::steady_clock::now();
  Pipeline pipeline{store_, options_};
  feed(pipeline, paths, stop);
  const PipelineTotals totals = pipeline.finish();
  update(pipeline);
  ReplayResult result;
  result.events = totals.events;
  result.duplicates = totals.duplicates;
  result.variants = totals.variants;
  result.rejected = totals.rejected;
  result.files = progress_.files;
  result.bytes = progress_.bytes;
  result.interrupted = stop;
  result.unreadable = std::move(unreadable_);
  result.unreadable.insert(result.unreadable.end(), totals.unreadable.begin(), totals.unreadable.end());
  result.merging = pipeline.merge_cost();
  if (!stop && options_.judge) {
    const double taken = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    result.verdicts = pipeline.judge(std::max(kLeastJudging, taken * kShareOfJudging));
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

void Replay::feed(Pipeline& pipeline, const std::vector<std::string>& paths, const std::atomic<bool>& stop) {
  FileBatch batch;
  std::uint64_t batch_bytes = 0;
  bool open = true;
  const auto submit_batch = [&] {
    if (!batch.paths.empty()) open = pipeline.submit(std::move(batch));
    batch = {};
    batch_bytes = 0;
    update(pipeline);
  };
  list_files(
      paths,
      [&](std::string path, std::uint64_t bytes) {
        progress_.total_bytes += bytes;
        if (path == kStandardInput || bytes == 0 || bytes > kSmallFile) {
          submit_batch();
          open = open && feed_large(pipeline, path, stop);
        } else {
          batch.paths.push_back(std::move(path));
          batch_bytes += bytes;
          if (batch.paths.size() >= kBatchFiles || batch_bytes >= kBatchBytes) submit_batch();
        }
        return open && !stop;
      },
      unreadable_);
  if (!stop) submit_batch();
}

// False: the pipeline takes no more.
bool Replay::feed_large(Pipeline& pipeline, const std::string& path, const std::atomic<bool>& stop) {
  const int descriptor = path == kStandardInput ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    unreadable_.push_back({path, std::strerror(errno)});
    return true;
  }
  SliceReader reader{descriptor, path, [&] { return pipeline.take_buffer(); }};
  bool open = true;
  std::uint64_t seen = 0;
  while (open && !stop) {
    auto slice = reader.next();
    if (!slice) break;
    open = pipeline.submit(std::move(*slice));
    large_stored_bytes_ += reader.stored_bytes() - seen;
    seen = reader.stored_bytes();
    update(pipeline);
  }
  if (!reader.problem().empty()) unreadable_.push_back({path, reader.problem()});
  ++large_files_;
  return open;
}

void Replay::update(const Pipeline& pipeline) {
  const PipelineProgress& done = pipeline.progress();
  progress_.events = done.parsed.load();
  progress_.bytes = done.bytes.load();
  progress_.stored_bytes = done.stored_bytes + large_stored_bytes_;
  progress_.files = done.files + large_files_;
}

}  // namespace trailkeeper::ingest
