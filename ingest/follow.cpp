#include "ingest/follow.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace trailkeeper::ingest {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kWatched =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR;
// How often a thread that has nothing to do looks whether it should stop, or tries again what failed.
constexpr int kPollMilliseconds = 250;

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

// Whether somebody may be writing to it: it changed a moment ago, or will have.
bool fresh(const fs::directory_entry& entry) {
  std::error_code failed;
  const auto written = entry.last_write_time(failed);
  return !failed && fs::file_time_type::clock::now() - written < Follower::kRest;
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
    if (position.complete) {
      complete_[position.source] = position.fingerprint;
    } else if (position.fingerprint != 0) {  // Else of `replay`, which doesn't say of which file.
      places_[position.source] = {position.bytes, 1, position.fingerprint, 0};
    }
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
      // Also what is no file: it is to be refused.
      look_at(path, fresh(*entry) ? Look::made : Look::closed);
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
      end_rests();
      take_pending();
    } catch (const std::exception& error) {
      on_problem_(error.what());
    }
    pollfd wait{inotify_, POLLIN, 0};
    if (::poll(&wait, 1, kPollMilliseconds) > 0) read_notifications();
  }
  say_unfinished();
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
    notice(path, event.mask);
  }
}

void Follower::notice(const std::string& path, std::uint32_t mask) {
  // Another file under the name, or none.
  if ((mask & (IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM)) != 0) forget(path);
  if ((mask & (IN_CLOSE_WRITE | IN_MODIFY)) != 0) {
    resting_.erase(path);
    // How it looked when `replay` read it isn't known.
    if (const auto before = complete_.find(path); before != complete_.end() && before->second == 0) {
      complete_.erase(before);
    }
  }
  // Of a file that gets one more name, as of links, pipes and devices, nothing more is told than that it was made.
  if ((mask & IN_CREATE) != 0) look_at(path, Look::made);
  if ((mask & IN_MODIFY) != 0) look_at(path, Look::changed);
  if ((mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) look_at(path, Look::closed);
}

void Follower::forget(const std::string& path) {
  places_.erase(path);
  complete_.erase(path);
  refused_.erase(path);
  pending_.erase(path);
  resting_.erase(path);
  unfinished_.erase(path);
}

void Follower::look_at(const std::string& path, Look look) {
  Look& wanted = pending_.try_emplace(path, look).first->second;
  wanted = std::max(wanted, look);
}

void Follower::rest(const std::string& path, int descriptor, bool open) {
  resting_[path] = {std::chrono::steady_clock::now() + kRest, stamp_of(descriptor), open};
}

void Follower::end_rests() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [path, rest] : resting_) {
    if (rest.until <= now) look_at(path, rest.open ? Look::paused : Look::rested);
  }
}

void Follower::take_pending() {
  for (auto file = pending_.begin(); file != pending_.end() && !stopping_;) {
    file = take_file(file->first, file->second) ? pending_.erase(file) : std::next(file);
  }
  await_all();
}

}  // namespace trailkeeper::ingest
