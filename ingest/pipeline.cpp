#include "ingest/pipeline.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "event/framer.h"
#include "ingest/decompressor.h"
#include "ingest/file_kind.h"
#include "ingest/source_reader.h"

namespace trailkeeper::ingest {
namespace {

// A gzip file whose content is larger is read piece by piece.
constexpr std::size_t kGunzipLimit = std::size_t{48} << 20;
constexpr std::size_t kKeptBuffers = 8;

std::string error_text(int code) { return std::strerror(code); }

}  // namespace

/// One parsing thread's state.
class Pipeline::Worker {
 public:
  explicit Worker(Pipeline& pipeline)
      : pipeline_(pipeline), batch_(pipeline.writer_, pipeline.options_.batch, [this] { flush_part(); }) {
    batch_.reserve(pipeline.options_.batch.events);
  }

  void take(Slice slice) {
    take_frames(slice);
    stretches_.push_back({slice.source, slice.offset, slice.offset + slice.size, slice.last});
    pipeline_.give_back(std::move(slice.bytes));
    flush_if_full();
  }

  void take(const FileBatch& files) {
    for (const std::string& path : files.paths) take_file(path);
  }

  void flush() {
    if (batch_.empty() && positions_.empty() && stretches_.empty()) return;
    push();
  }

 private:
  void push() {
    Flush flush;
    flush.commit = batch_.seal();
    flush.commit.positions = std::exchange(positions_, {});
    flush.stretches = std::exchange(stretches_, {});
    store::SealedBatch unsent;
    if (!flush.commit.batches.empty()) unsent.ticket = flush.commit.batches.front().ticket;
    if (!pipeline_.flushes_.push(std::move(flush))) pipeline_.writer_.give_up(unsent);
  }

  // In the middle of a slice or a file: how far it was read is for the commit of its rest.
  void flush_part() {
    parsed_ += batch_.events();
    push();
  }

  void flush_if_full() {
    if (batch_.full()) flush();
  }

  void take_frames(const Slice& slice) {
    enter({*slice.source, slice.offset, slice.line, {slice.bytes.data(), slice.size}});
    for (const event::Frame& frame : slice.frames) batch_.take(frame);
    leave(slice.size);
  }

  void enter(const Batch::Place& place) {
    parsed_ = 0;
    before_ = batch_.events();
    batch_.enter(place);
  }

  void leave(std::size_t bytes) {
    pipeline_.progress_.parsed += parsed_ + batch_.events() - before_;
    pipeline_.progress_.bytes += bytes;
  }

  void take_file(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
      fail(path, error_text(errno));
      return;
    }
    if (!read_whole(descriptor)) {
      fail(path, error_text(errno));
      ::close(descriptor);
      return;
    }
    const std::string_view stored{file_.data(), file_size_};
    pipeline_.progress_.stored_bytes += stored.size();
    const Compression compression = compression_of(stored);
    const bool plain = compression == Compression::none;
    const bool whole =
        plain || (compression == Compression::gzip && gunzip_all(stored, kGunzipLimit, content_, members_));
    if (whole && is_trail(path, plain ? stored : content_)) {
      ::close(descriptor);
      take_content(path, plain);
      if (!plain) note_members(path);
    } else {
      take_by_stream(descriptor, path);
    }
    ++pipeline_.progress_.files;
    flush_if_full();
  }

  static bool is_trail(const std::string& path, std::string_view content) {
    return compression_of(content) == Compression::none && file_kind(path, content).what == FileKind::What::trail;
  }

  bool read_whole(int descriptor) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return false;
    file_size_ = 0;
    std::size_t wanted = static_cast<std::size_t>(status.st_size) + 1;
    while (true) {
      if (file_.size() < wanted + event::kPadding) file_.resize(wanted + event::kPadding);
      const ssize_t got = ::read(descriptor, file_.data() + file_size_, wanted - file_size_);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return false;
      if (got == 0) return true;
      file_size_ += static_cast<std::size_t>(got);
      if (file_size_ == wanted) wanted *= 2;
    }
  }

  void take_content(const std::string& path, bool plain) {
    std::string& bytes = plain ? file_ : content_;
    const std::size_t size = plain ? file_size_ : bytes.size();
    if (bytes.size() < size + event::kPadding) bytes.resize(size + event::kPadding);
    enter({path, 0, 1, {bytes.data(), size}});
    event::Framer framer;
    event::for_each_frame(framer, {bytes.data(), size}, frames_,
                          [&](const event::Frame& frame) { batch_.take(frame); });
    leave(size);
    positions_.push_back({path, size, true});
  }

  void take_by_stream(int descriptor, const std::string& path) {
    ::lseek(descriptor, 0, SEEK_SET);
    SourceReader reader{descriptor, path, [this] { return pipeline_.take_buffer(); }};
    while (auto slice = reader.next()) take(std::move(*slice));
    const text::Lock lock{pipeline_.mutex_};
    pipeline_.totals_.files.add(reader.findings());
  }

  void note_members(const std::string& path) {
    if (members_.empty()) return;
    const text::Lock lock{pipeline_.mutex_};
    pipeline_.totals_.files.add_joined(path, std::move(members_));
  }

  void fail(const std::string& path, const std::string& reason) {
    const text::Lock lock{pipeline_.mutex_};
    pipeline_.totals_.files.unreadable.push_back({path, reason});
  }

  Pipeline& pipeline_;
  Batch batch_;
  std::vector<store::SourcePosition> positions_;
  std::vector<Stretch> stretches_;
  std::string file_;
  std::size_t file_size_ = 0;
  std::string content_;
  GzipMembers members_;
  std::vector<event::Frame> frames_;
  std::size_t before_ = 0;  // Events in the batch when what is being taken began.
  std::size_t parsed_ = 0;  // Of what was in the batch since then, events that went into a commit already.
};

Pipeline::Pipeline(store::Store& store, const PipelineOptions& options)
    : store_(store), options_(options), writer_(store, options.variants), tasks_(3), flushes_(1), merge_requests_(1) {
  if (options_.workers == 0) options_.workers = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < options_.workers; ++i) workers_.emplace_back([this] { run_worker(); });
  committer_ = std::thread{[this] { run_committer(); }};
  merger_ = std::thread{[this] { run_merger(); }};
}

Pipeline::~Pipeline() { stop_threads(); }

bool Pipeline::submit(Slice slice) { return tasks_.push(std::move(slice)); }
bool Pipeline::submit(FileBatch batch) { return tasks_.push(std::move(batch)); }

std::string Pipeline::take_buffer() {
  const text::Lock lock{mutex_};
  if (buffers_.empty()) return {};
  std::string buffer = std::move(buffers_.back());
  buffers_.pop_back();
  return buffer;
}

void Pipeline::give_back(std::string buffer) {
  const text::Lock lock{mutex_};
  if (buffers_.size() < kKeptBuffers) buffers_.push_back(std::move(buffer));
}

// A thread's failure ends all of them: queues are closed, and finish() throws it.
template <typename Body>
void Pipeline::guard(Body&& body) {
  try {
    body();
  } catch (...) {
    {
      const text::Lock lock{mutex_};
      if (!failure_) failure_ = std::current_exception();
    }
    tasks_.close();
    flushes_.close();
    merge_requests_.close();
  }
}

void Pipeline::run_worker() {
  guard([this] {
    Worker worker{*this};
    while (auto task = tasks_.pop()) {
      std::visit([&](auto& work) { worker.take(std::move(work)); }, *task);
    }
    worker.flush();
  });
}

void Pipeline::run_committer() {
  guard([this] {
    while (auto flush = flushes_.pop()) {
      note_positions(*flush);
      PipelineTotals part;
      for (const store::SealedBatch& batch : flush->commit.batches) {
        part.events += batch.events;
        part.duplicates += batch.duplicates;
        part.rewritten += batch.rewritten;
        part.variants += batch.variants;
      }
      part.rejected = flush->commit.rejects.size();
      writer_.commit(std::move(flush->commit));
      {
        const text::Lock lock{mutex_};
        totals_.events += part.events;
        totals_.duplicates += part.duplicates;
        totals_.rewritten += part.rewritten;
        totals_.variants += part.variants;
        totals_.rejected += part.rejected;
      }
      if (options_.merge && part.events > 0) merge_requests_.try_push(true);
    }
  });
  // After a failure: batches that wait for these must not wait for ever.
  while (auto flush = flushes_.pop()) {
    for (const store::SealedBatch& batch : flush->commit.batches) writer_.give_up(batch);
  }
}

void Pipeline::run_merger() {
  guard([this] {
    while (merge_requests_.pop()) {
      while (writer_.merge_once()) {
      }
    }
  });
}

// Slices of one source are committed in any order; its position is as far as there is no gap.
void Pipeline::note_positions(Flush& flush) {
  for (const Stretch& stretch : flush.stretches) {
    Reached& reached = reached_[*stretch.source];
    reached.ahead.emplace(stretch.begin, stretch);
    bool last = false;
    for (auto next = reached.ahead.begin(); next != reached.ahead.end() && next->first == reached.bytes;
         next = reached.ahead.erase(next)) {
      reached.bytes = next->second.end;
      last = next->second.last;
      if (last) break;
    }
    flush.commit.positions.push_back({*stretch.source, reached.bytes, last});
    if (last) reached_.erase(*stretch.source);
  }
}

void Pipeline::stop_threads() {
  if (stopped_) return;
  stopped_ = true;
  tasks_.close();
  for (std::thread& worker : workers_) worker.join();
  flushes_.close();
  committer_.join();
  merge_requests_.close();
  merger_.join();
}

PipelineTotals Pipeline::finish() {
  stop_threads();
  const text::Lock lock{mutex_};
  if (failure_) std::rethrow_exception(failure_);
  return std::move(totals_);
}

}  // namespace trailkeeper::ingest
