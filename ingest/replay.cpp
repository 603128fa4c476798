#include "ingest/replay.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "ingest/file_kind.h"
#include "ingest/source_reader.h"
#include "text/time_argument.h"
#include "text/timestamp.h"

namespace trailkeeper::ingest {
namespace {

// Files up to this size (as stored) are read whole, each by one worker; larger ones are read here and cut into slices
// that all workers share.
constexpr std::uint64_t kSmallFile = std::uint64_t{6} << 20;
// Enough small files a task that handing them over costs nothing.
constexpr std::uint64_t kReplayBatchBytes = std::uint64_t{1} << 20;
constexpr std::size_t kBatchFiles = 128;

// At most this share of a replay's time (and at least this many seconds) goes to verdicts; half of it to those that
// need whole records.
constexpr double kShareOfJudging = 0.1;
constexpr double kLeastJudging = 0.05;

// Names that trails have: these files aren't opened twice to see whether they are cost reports.
bool is_trail_name(std::string_view path) {
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (path.ends_with(packed)) path.remove_suffix(packed.size());
  }
  return path.ends_with(".json") || path.ends_with(".ndjson") || path.ends_with(".jsonl");
}

text::Timestamp modified_time(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return 0;
  constexpr std::int64_t kNanoseconds = 1'000'000;
  return status.st_mtim.tv_sec * text::kSecond + status.st_mtim.tv_nsec / kNanoseconds;
}

// The first bytes of what is in a file; empty if it can't be read.
std::string front_of_file(const std::string& path, std::size_t most) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  DescriptorInput stored{descriptor};
  PlainInput plain{stored};
  std::string front(most, '\0');
  std::size_t size = 0;
  while (size < most) {
    const std::size_t got = plain.read(front.data() + size, most - size);
    if (got == 0) break;
    size += got;
  }
  front.resize(size);
  return front;
}

// Whether a name, without its extension, ends with a day: `cur-2024-05-10`, `20240510`. Such files are of one report as
// it was on several days, not parts of one set.
bool ends_with_day(std::string_view name) {
  constexpr std::string_view kDay = "2024-05-10";
  constexpr std::size_t kCompact = 8;
  const std::size_t digits = name.size() - std::min(name.size(), name.find_last_not_of("0123456789") + 1);
  if (digits >= kCompact) return true;
  return name.size() >= kDay.size() && text::parse_time_argument(name.substr(name.size() - kDay.size()), 0).has_value();
}

// A report's place: one file has one, whichever links lead to it. `name`: its path, or that of an archive with a
// member.
std::string place_of(const std::string& path, const std::string& name) {
  std::error_code failed;
  const std::filesystem::path real = std::filesystem::canonical(path, failed);
  return failed || path == kStandardInput ? name : real.string() + name.substr(path.size());
}

// Where a file's lines come from. A member of an archive has the archive's time. Files of no known report that differ
// in a number alone (`may-1.csv`, `may-2.csv`) are files of one set.
store::BillOrigin origin_of(const std::string& name, const ReportPath& path, text::Timestamp modified) {
  store::BillOrigin origin{0, name, path.report, path.assembly, path.part, path.delivered, modified};
  if (!path.report.empty()) return origin;
  for (const std::string& file : {name.substr(0, name.find('!')), name}) {
    const std::size_t begin = file.find_last_of("/!") + 1;
    const std::size_t end = std::min(file.find('.', begin), file.size());
    const std::size_t stem = file.find_last_not_of("0123456789", end - 1);
    if (stem == std::string::npos || stem < begin || stem + 1 >= end || file[stem] != '-') continue;
    if (ends_with_day(std::string_view{file}.substr(begin, end - begin))) continue;
    origin.assembly = file.substr(0, stem);
    origin.part = file.substr(stem + 1, end - stem - 1);
    break;
  }
  return origin;
}

// Whether a file is to be read here and not by the workers: a cost report, or an archive that may have some.
bool may_have_reports(const std::string& path) {
  const std::string first = front_of_file(path, PlainInput::kPeek);
  return is_cost_report(first) || file_kind(path, first).what == FileKind::What::archive;
}

}  // namespace

ReplayResult Replay::run(const std::vector<std::string>& paths, const std::atomic<bool>& stop) {
  const auto begin = std::chrono::steady_clock::now();
  Pipeline pipeline{store_, options_};
  bills_ = std::make_unique<BillLoader>(store_, pipeline.writer());
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
  result.bill_lines_replaced = bills.replaced;
  result.bill_lines_outdated = bills.outdated;
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
        if (path != kStandardInput && bytes > 0 && put_aside(path)) return !stop;
        const bool large = path == kStandardInput || bytes == 0 || bytes > kSmallFile;
        if (large || (!is_trail_name(path) && may_have_reports(path))) {
          submit_batch();
          open = open && feed_large(pipeline, path, stop);
        } else {
          batch.paths.push_back(std::move(path));
          batch_bytes += bytes;
          if (batch.paths.size() >= kBatchFiles || batch_bytes >= kReplayBatchBytes) submit_batch();
        }
        return open && !stop;
      },
      found_.unreadable);
  if (!stop) submit_batch();
  for (const ReportFile& report : reports_.choose(found_)) {
    if (open && !stop) open = feed_large(pipeline, report.path, stop, &report);
  }
  if (!stop) bills_->settle();
}

// Takes note of a report's file that is one of several, or of their manifest: which of them are to be read is known
// when all are.
bool Replay::put_aside(const std::string& path) {
  if (is_manifest_name(path)) {
    auto manifest = read_manifest(path, front_of_file(path, kMaxManifest));
    if (manifest) reports_.add(std::move(*manifest));
    return manifest.has_value();
  }
  if (is_trail_name(path)) return false;
  ReportFile file{path, parse_report_path(path), modified_time(path)};
  if (file.of.report.empty() || !is_cost_report(front_of_file(path, PlainInput::kPeek))) return false;
  reports_.add(std::move(file));
  return true;
}

// False: the pipeline takes no more.
bool Replay::feed_large(Pipeline& pipeline, const std::string& path, const std::atomic<bool>& stop,
                        const ReportFile* report) {
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
    const text::Timestamp modified = path == kStandardInput ? 0 : modified_time(path);
    const ReportPath of = report != nullptr ? report->of : parse_report_path(name);
    bills_->load(origin_of(place_of(path, name), of, modified), of.period, bytes, stop, [&](std::uint64_t read) {
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
