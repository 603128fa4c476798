#include "ingest/replay.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "ingest/bill/byte_source.h"
#include "ingest/source_reader.h"

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

// Names that trails have: these files aren't opened twice to see whether they are cost reports.
bool is_trail_name(std::string_view path) {
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (path.ends_with(packed)) path.remove_suffix(packed.size());
  }
  return path.ends_with(".json") || path.ends_with(".ndjson") || path.ends_with(".jsonl");
}

// What standard input has at once: enough to see what it is.
std::string read_ahead(int descriptor) {
  constexpr std::size_t kAhead = std::size_t{64} << 10;
  std::string ahead(kAhead, '\0');
  ssize_t got = 0;
  do {
    got = ::read(descriptor, ahead.data(), ahead.size());
  } while (got < 0 && errno == EINTR);
  ahead.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return ahead;
}

// Whether bytes, perhaps compressed, are the beginning of a cost report.
bool begins_cost_report(std::string_view bytes) {
  const Compression compression = compression_of(bytes);
  if (compression == Compression::none) return is_cost_report(bytes);
  constexpr std::size_t kEnough = std::size_t{64} << 10;
  std::string plain;
  LayerStream stream;
  while (!bytes.empty() && plain.size() < kEnough && stream.step(bytes, kEnough, plain)) {
  }
  return is_cost_report(plain);
}

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
  result.rewritten = totals.rewritten;
  result.variants = totals.variants;
  result.bill_lines = bills_.lines;
  result.duplicates += bills_.duplicates;
  result.rejected = totals.rejected + bills_.rejected;
  result.files = progress_.files;
  result.bytes = progress_.bytes;
  result.interrupted = stop;
  result.found = std::move(found_);
  result.found.add(totals.files);
  result.merging = pipeline.merge_cost();
  result.beyond_limit = pipeline.reject_figures();
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
        if (path != kStandardInput && !is_trail_name(path) && feed_bill(pipeline, path, stop)) return !stop;
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
      found_.unreadable);
  if (!stop) submit_batch();
}

// False: the pipeline takes no more.
bool Replay::feed_large(Pipeline& pipeline, const std::string& path, const std::atomic<bool>& stop) {
  const int descriptor = path == kStandardInput ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    found_.unreadable.push_back({path, std::strerror(errno)});
    return true;
  }
  if (path != kStandardInput) return feed_slices(pipeline, path, descriptor, {}, stop);
  std::string ahead = read_ahead(descriptor);
  if (!begins_cost_report(ahead)) return feed_slices(pipeline, path, descriptor, std::move(ahead), stop);
  ByteSource bytes{descriptor, std::move(ahead)};
  load_bill(pipeline, path, bytes, stop);
  return true;
}

// False: the pipeline takes no more.
bool Replay::feed_slices(Pipeline& pipeline, const std::string& path, int descriptor, std::string ahead,
                         const std::atomic<bool>& stop) {
  SourceReader reader{descriptor, path, [&] { return pipeline.take_buffer(); }, std::move(ahead)};
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
  found_.add(reader.findings());
  ++large_files_;
  return open;
}

// False: the file is no cost report, and nothing was done.
bool Replay::feed_bill(Pipeline& pipeline, const std::string& path, const std::atomic<bool>& stop) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  ByteSource bytes{descriptor};
  if (!is_cost_report(bytes.peek())) return false;
  load_bill(pipeline, path, bytes, stop);
  return true;
}

void Replay::load_bill(Pipeline& pipeline, const std::string& path, ByteSource& bytes, const std::atomic<bool>& stop) {
  BillLoader loader{pipeline.writer()};
  std::uint64_t seen = 0;
  bill_bytes_ += loader.load(
      path,
      [&] {
        const std::string_view piece = bytes.read();
        large_stored_bytes_ += bytes.stored_bytes() - seen;
        seen = bytes.stored_bytes();
        update(pipeline);
        return piece;
      },
      stop);
  const BillTotals& totals = loader.totals();
  bills_.lines += totals.lines;
  bills_.duplicates += totals.duplicates;
  bills_.variants += totals.variants;
  bills_.rejected += totals.rejected;
  if (!bytes.problem().empty()) found_.unreadable.push_back({path, bytes.problem()});
  ++large_files_;
}

void Replay::update(const Pipeline& pipeline) {
  const PipelineProgress& done = pipeline.progress();
  progress_.events = done.parsed.load();
  progress_.bytes = done.bytes + bill_bytes_;
  progress_.stored_bytes = done.stored_bytes + large_stored_bytes_;
  progress_.files = done.files + large_files_;
}

}  // namespace trailkeeper::ingest
