#include "ingest/follow.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <future>
#include <limits>
#include <stdexcept>

#include "event/byte_masks.h"
#include "event/framer.h"
#include "ingest/file_kind.h"
#include "ingest/followed_file.h"
#include "ingest/input_files.h"
#include "ingest/source_reader.h"

namespace trailkeeper::ingest {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kWatched =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR;
// Of so many refused files it is remembered that they were named.
constexpr std::size_t kMostRefused = 10'000;
// How often a thread that has nothing to do looks whether it should stop, or tries again what failed.
constexpr int kPollMilliseconds = 250;
constexpr std::size_t kReadBytes = std::size_t{1} << 20;
// Largest unfinished document: beyond it the framer gives up.
constexpr std::size_t kMaxWindow = event::Framer::kMaxUnfinished + 2 * kReadBytes;

// Another file under the name differs in this: its number and its first bytes, as many as were read before, up to
// 4,096.
std::uint64_t fingerprint_of(int descriptor, std::uint64_t bytes) {
  struct stat status {};
  std::array<char, 4096> first{};
  const ssize_t got = ::pread(descriptor, first.data(), std::min<std::uint64_t>(bytes, first.size()), 0);
  if (got < 0 || ::fstat(descriptor, &status) != 0) return 0;
  const std::array<std::uint64_t, 2> number{status.st_dev, status.st_ino};
  const auto seed = XXH3_64bits(number.data(), sizeof number);
  return XXH3_64bits_withSeed(first.data(), static_cast<std::size_t>(got), seed) | 1U;
}

// Absolute, and without a slash behind it.
std::string normal_folder(const std::string& folder) {
  std::string path = fs::absolute(folder).lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

bool hidden(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return path.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with('.');
}

Delivery delivery_at(const std::string& path, std::uint64_t offset, std::uint64_t line) {
  Delivery delivery;
  delivery.source = path;
  delivery.offset = offset;
  delivery.line = line;
  return delivery;
}

void add_frames(const std::vector<event::Frame>& frames, Delivery& delivery) {
  for (const event::Frame& frame : frames) delivery.documents.push_back({frame.begin, frame.end, 0, frame.reason});
}

}  // namespace

Follower::Follower(store::Store& store, Intake& intake, const std::string& folder, OnReceipt on_receipt,
                   OnProblem on_problem)
    : store_(store),
      intake_(intake),
      folder_(normal_folder(folder)),
      on_receipt_(std::move(on_receipt)),
      on_problem_(std::move(on_problem)) {
  if (!fs::is_directory(folder_)) throw std::runtime_error("cannot follow " + folder_ + ": it is no folder");
  inotify_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inotify_ < 0) throw std::runtime_error("cannot follow " + folder_ + ": " + std::strerror(errno));
  remember_places();
  scan(folder_);
  thread_ = std::thread{[this] { run(); }};
}

Follower::~Follower() {
  stop();
  ::close(inotify_);
}

void Follower::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Follower::remember_places() {
  const store::Snapshot snapshot = store_.snapshot();
  snapshot.sources([&](const store::SourcePosition& position) {
    if (!position.source.starts_with(folder_)) return;
    places_[position.source] = {position.bytes, 1, position.fingerprint};
    if (position.complete) complete_[position.source] = position.fingerprint;
  });
}

// Watches first, then looks what is there: what comes between is seen twice rather than never.
void Follower::scan(const std::string& folder) {
  watch_folder(folder);
  std::error_code failed;
  for (fs::recursive_directory_iterator entry{folder, fs::directory_options::skip_permission_denied, failed}, end;
       !failed && entry != end; entry.increment(failed)) {
    const std::string path = entry->path().string();
    if (hidden(path)) {
      if (entry->is_directory(failed)) entry.disable_recursion_pending();
    } else if (!entry->is_symlink(failed) && entry->is_directory(failed)) {
      watch_folder(path);
    } else {
      pending_[path] = true;  // Also what is no file: it is to be refused.
    }
  }
  if (failed) on_problem_("cannot list " + folder + ": " + failed.message());
}

void Follower::watch_folder(const std::string& folder) {
  // The folder itself may be named by a link; what lies in it isn't trusted to be what it was a moment ago.
  const std::uint32_t links = folder == folder_ ? 0 : IN_DONT_FOLLOW;
  const int watch = ::inotify_add_watch(inotify_, folder.c_str(), kWatched | links);
  if (watch < 0) {
    on_problem_("cannot watch " + folder + ": " + std::strerror(errno) +
                (errno == ENOSPC ? " (fs.inotify.max_user_watches is reached)" : ""));
    return;
  }
  watched_[watch] = folder;
}

void Follower::run() {
  while (!stopping_) {
    try {
      take_pending();
    } catch (const std::exception& error) {
      on_problem_(error.what());
    }
    pollfd wait{inotify_, POLLIN, 0};
    if (::poll(&wait, 1, kPollMilliseconds) > 0) read_notifications();
  }
}

void Follower::read_notifications() {
  alignas(inotify_event) std::array<char, 65536> buffer;
  const ssize_t got = ::read(inotify_, buffer.data(), buffer.size());
  for (ssize_t at = 0; at < got;) {
    inotify_event event{};
    std::memcpy(&event, buffer.data() + at, sizeof event);
    const char* const name = buffer.data() + at + sizeof event;
    at += static_cast<ssize_t>(sizeof event + event.len);
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      scan(folder_);
      continue;
    }
    const auto folder = watched_.find(event.wd);
    if (folder == watched_.end() || event.len == 0 || *name == '.') continue;
    const std::string path = folder->second + "/" + name;
    if ((event.mask & IN_ISDIR) != 0) {
      if ((event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) scan(path);
      continue;
    }
    if ((event.mask & IN_MOVED_TO) != 0) {
      // Another file under the name.
      places_.erase(path);
      complete_.erase(path);
    }
    if ((event.mask & (IN_DELETE | IN_MOVED_FROM)) != 0) refused_.erase(path);
    if ((event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) pending_[path] = true;
    // Of links, pipes and devices nothing more is told than that they were made.
    if ((event.mask & (IN_MODIFY | IN_CREATE)) != 0) pending_.try_emplace(path, false);
  }
}

void Follower::take_pending() {
  for (auto file = pending_.begin(); file != pending_.end() && !stopping_;) {
    file = take_file(file->first, file->second) ? pending_.erase(file) : std::next(file);
  }
}

// False: to be tried again.
bool Follower::take_file(const std::string& path, bool written) {
  FollowedFile opened = open_followed(folder_, path);
  if (!opened.file) {
    if (!opened.problem.empty()) refuse(path, opened.problem);
    return true;
  }
  refused_.erase(path);
  std::array<char, 4096> first{};
  const ssize_t got = ::pread(opened.file.get(), first.data(), first.size(), 0);
  if (got <= 0) return true;
  // What isn't lines that may grow is read when it is whole.
  const std::string_view begin{first.data(), static_cast<std::size_t>(got)};
  const bool lines = compression_of(begin) == Compression::none && file_kind(path, begin).what == FileKind::What::trail;
  if (lines) return take_plain(opened.file.get(), path);
  return !written || take_whole(std::move(opened.file), path);
}

// Who writes to a pipe in the folder tells of it again and again.
void Follower::refuse(const std::string& path, const std::string& problem) {
  if (refused_.size() >= kMostRefused) refused_.clear();
  std::string& said = refused_[path];
  if (said == problem) return;
  said = problem;
  on_problem_(problem);
}

bool Follower::take_plain(int descriptor, const std::string& path) {
  struct stat status {};
  Place& place = places_[path];
  // A file that became shorter, or begins differently, is another one.
  const bool shorter = ::fstat(descriptor, &status) == 0 && static_cast<std::uint64_t>(status.st_size) < place.bytes;
  const bool other = place.fingerprint != 0 && place.fingerprint != fingerprint_of(descriptor, place.bytes);
  if (shorter || other) place = {};
  event::Framer framer;
  std::uint64_t offset = place.bytes;
  std::uint64_t line = place.line;
  std::string window;
  bool left_over = false;  // The window holds more documents than are taken at once.
  while (!stopping_) {
    if (!left_over) {
      const std::size_t held = window.size();
      window.resize(held + kReadBytes);
      const ssize_t got = ::pread(descriptor, window.data() + held, kReadBytes, static_cast<off_t>(offset + held));
      window.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (got <= 0 || window.size() > kMaxWindow) return true;
    }
    const std::size_t size = window.size();
    window.resize(size + event::kPadding);
    std::vector<event::Frame> frames;
    const std::size_t done = framer.split({window.data(), size}, false, frames);
    window.resize(size);
    left_over = frames.size() >= event::Framer::kMostFrames;
    if (done == 0) continue;
    Delivery delivery = delivery_at(path, offset, line);
    delivery.bytes = window.substr(0, done);
    delivery.size = done;
    add_frames(frames, delivery);
    offset += done;
    line += event::count_line_feeds({window.data(), done});
    // In the middle of an array of records nothing can be begun again.
    const bool resumable = framer.between_documents();
    const std::uint64_t fingerprint = resumable ? fingerprint_of(descriptor, offset) : 0;
    if (resumable) delivery.read_so_far = ReadSoFar{offset, false, fingerprint};
    if (!commit(std::move(delivery))) return false;
    if (resumable) place = {offset, line, fingerprint};
    window.erase(0, done);
  }
  return false;
}

bool Follower::take_whole(store::Descriptor file, const std::string& path) {
  // All of it has to be there again for it to be the same file: its size counts, too.
  struct stat status {};
  const bool known_size = ::fstat(file.get(), &status) == 0;
  std::uint64_t fingerprint = fingerprint_of(file.get(), std::numeric_limits<std::uint64_t>::max());
  if (known_size) fingerprint = (fingerprint ^ static_cast<std::uint64_t>(status.st_size) << 1U) | 1U;
  SourceReader reader{file.release(), path, [] { return std::string{}; }};
  const auto before = complete_.find(path);
  if (before != complete_.end() && (before->second == 0 || before->second == fingerprint)) return true;
  bool said = false;  // Whether the file's own position is among what was committed.
  while (auto slice = reader.next()) {
    Delivery delivery = delivery_at(*slice->source, slice->offset, slice->line);
    delivery.bytes = std::move(slice->bytes);
    delivery.size = slice->size;
    add_frames(slice->frames, delivery);
    if (slice->last) {
      said = delivery.source == path;
      delivery.read_so_far = ReadSoFar{slice->offset + slice->size, reader.findings().unreadable.empty(), fingerprint};
    }
    if (stopping_ || !commit(std::move(delivery))) return false;
  }
  for (const UnreadableFile& problem : reader.findings().unreadable) on_problem_(problem.path + ": " + problem.reason);
  if (!said) {
    // Of an archive, or of another service's file: so that it isn't read again after a restart.
    Delivery delivery = delivery_at(path, 0, 1);
    delivery.read_so_far = ReadSoFar{0, true, fingerprint};
    if (!commit(std::move(delivery))) return false;
  }
  complete_[path] = fingerprint;
  return true;
}

// One after the other, so that a position never runs ahead of the events before it.
bool Follower::commit(Delivery delivery) {
  const std::size_t size = delivery.size;
  while (!stopping_) {
    const auto promise = std::make_shared<std::promise<Receipt>>();
    auto answer = promise->get_future();
    const auto answered = [promise](Receipt receipt) { promise->set_value(std::move(receipt)); };
    // NOLINTNEXTLINE(bugprone-use-after-move): a refused delivery is still whole.
    if (!intake_.offer(std::move(delivery), answered)) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
      continue;
    }
    const Receipt receipt = answer.get();
    on_receipt_(receipt, size);
    return receipt.status == Receipt::Status::durable;
  }
  return false;
}

}  // namespace trailkeeper::ingest
