#include "ingest/replay.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "ingest/file_kind.h"
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

// Whether a file is to be read here and not by the workers: a cost report, or an archive that may have some.
bool may_have_reports(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  DescriptorInput stored{descriptor};
  PlainInput plain{stored};
  const std::string_view first = plain.peek();
  return is_cost_report(first) || file_kind(path, first).what == FileKind::What::archive;
}

}  // namespace

ReplayResult Replay::run(const std::vector<std::string>& paths, const std::atomic<bool>& stop) {
  const auto begin = std::chrono::steady_clock::now();
  Pipeline pipeline{store_, options_};
  bills_ = std::make_unique<BillLoader>(pipeline.writer());
  feed(pipeline, paths, stop);
  const PipelineTotals totals = pipeline.finish();
  update(pipeline);
  ReplayResult result;
  result.events = totals.events;
  result.duplicates = totals.duplicates;
  result.rewritten = totals.rewritten;
  result.variants = totals.variants;
  const BillTotals& bills = bills_->totals();
  result.bill_lines = bills.lines;
  result.duplicates += bills.duplicates;
  result.rejected = totals.rejected + bills.rejected;
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
        const bool large = path == kStandardInput || bytes == 0 || bytes > kSmallFile;
        if (large || (!is_trail_name(path) && may_have_reports(path))) {
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
  const SourceReader* reading = nullptr;
  std::uint64_t seen = 0;
  const auto note_progress = [&] {
    large_stored_bytes_ += reading->stored_bytes() - seen;
    seen = reading->stored_bytes();
    update(pipeline);
  };
  const auto take_report = [&](ByteInput& bytes, const std::string& name) {
    bills_->load(name, bytes, stop, [&](std::uint64_t read) {
      bill_bytes_ += read;
      note_progress();
    });
    return bills_->problem();
  };
  SourceReader reader{descriptor, path, [&] { return pipeline.take_buffer(); }, take_report};
  reading = &reader;
  bool open = true;
  while (open && !stop) {
    auto slice = reader.next();
    if (!slice) break;
    open = pipeline.submit(std::move(*slice));
    note_progress();
  }
  found_.add(reader.findings());
  ++large_files_;
  return open;
}

void Replay::update(const Pipeline& pipeline) {
  const PipelineProgress& done = pipeline.progress();
  progress_.events = done.parsed.load();
  progress_.bytes = done.bytes + bill_bytes_;
  progress_.stored_bytes = done.stored_bytes + large_stored_bytes_;
  progress_.files = done.files + large_files_;
}

}  // namespace trailkeeper::ingest
