#include "store/lmdb/data_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>

#include "store/error.h"

namespace trailkeeper::store {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kStaging = "/data.mdb.unfinished";
// What earlier versions called it.
constexpr const char* kFormerStaging = "/data.mdb.new";
constexpr std::chrono::seconds kLongestExchange{10};
constexpr int kMostReplacements = 1000;

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw StoreError(StoreErrorKind::io, "cannot " + what + " " + path + ": " + std::strerror(errno));
}

// Opening and replacing take milliseconds: who waits longer waits for a process that was stopped.
void lock_soon(const Descriptor& file, int operation, const std::string& path) {
  const auto end = Clock::now() + kLongestExchange;
  while (::flock(file.get(), operation | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) fail("lock", path);
    if (Clock::now() > end) {
      throw StoreError(StoreErrorKind::locked,
                       "another process has stopped while it was opening or replacing " + path + ": end it");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

Descriptor open_known_file(const std::string& path) {
  Descriptor file = open_file(path, O_RDONLY);
  if (!file) {
    errno = ENOENT;
    fail("open", path);
  }
  return file;
}

// Of the file under `path`. It isn't opened: closing lock.mdb would release the locks that LMDB has on it.
void copy_owner_and_mode(const std::string& path, const Descriptor& to) {
  struct stat wanted {};
  struct stat status {};
  if (::lstat(path.c_str(), &wanted) != 0 || ::fstat(to.get(), &status) != 0) fail("look at", path);
  const bool same_owner = wanted.st_uid == status.st_uid && wanted.st_gid == status.st_gid;
  if (!same_owner && ::fchown(to.get(), wanted.st_uid, wanted.st_gid) != 0) {
    fail("keep the owner (run this as root, or as the owner) of", path);
  }
  if (::fchmod(to.get(), wanted.st_mode & 07777) != 0) fail("keep the mode of", path);
}

// An empty table of readers with another file's owner and mode: whoever opens it first must not be its owner. LMDB
// makes a table of it then.
std::string stage_readers_file(const StagingFolder& staging, const std::string& like) {
  std::string path = staging.path() + "/readers";
  const Descriptor made = open_file(path, O_RDWR | O_CREAT | O_EXCL, 0640);
  copy_owner_and_mode(like, made);
  return path;
}

std::string stage_next_readers_file(const StagingFolder& staging, const std::string& directory) {
  const bool has_former = file_at(directory + kReadersFile).has_value();
  return stage_readers_file(staging, directory + (has_former ? kReadersFile : kDataFile));
}

void rename_to(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("rename " + from + " to", to);
}

void require_in_place(const Descriptor& file, const std::string& path) {
  if (file_at(path) == identity_of(file)) return;
  throw StoreError(StoreErrorKind::replaced, path + " was replaced meanwhile: nothing was changed; try again");
}

}  // namespace

std::optional<HeldDataFile> HeldDataFile::hold(const std::string& directory) {
  const std::string path = directory + kDataFile;
  for (int turn = 0; turn < kMostReplacements; ++turn) {
    Descriptor file = open_file(path, O_RDONLY);
    if (!file) return std::nullopt;
    lock_soon(file, LOCK_SH, path);
    // Replaced between opening and locking: the next one, then.
    if (file_at(path) == identity_of(file)) return HeldDataFile{std::move(file)};
  }
  throw StoreError(StoreErrorKind::replaced, path + " is replaced again and again: try later");
}

bool HeldDataFile::is_empty() const {
  struct stat status {};
  return ::fstat(file_.get(), &status) == 0 && status.st_size == 0;
}

StagingFolder::StagingFolder(const std::string& directory) : path_(directory + kStaging) {
  remove_leftovers(directory);
  if (::mkdir(path_.c_str(), 0700) != 0) fail("create", path_);
}

StagingFolder::~StagingFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void StagingFolder::remove_leftovers(const std::string& directory) {
  for (const char* const name : {kStaging, kFormerStaging}) {
    std::error_code failed;
    fs::remove_all(directory + name, failed);
    if (failed) throw StoreError(StoreErrorKind::io, "cannot remove " + directory + name + ": " + failed.message());
  }
}

void place_data_file(const StagingFolder& staging, const std::string& directory) {
  const std::string staged = staging.path() + kDataFile;
  const std::string path = directory + kDataFile;
  const Descriptor file = open_known_file(staged);
  // Who finds it under its name waits until the table of readers has been seen to.
  lock_soon(file, LOCK_EX, staged);
  if (::fsync(file.get()) != 0) fail("make durable", staged);
  if (file_at(path)) throw StoreError(StoreErrorKind::io, "there is a store at " + directory + " already");
  // Processes that read a data file which was removed still have its table of readers open: it isn't this file's.
  rename_to(stage_readers_file(staging, staged), directory + kReadersFile);
  if (::renameat2(AT_FDCWD, staged.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno != EINVAL) fail("put a store's data file to", path);
    rename_to(staged, path);  // A file system that doesn't know the flag.
  }
  sync_folder(directory);
}

void replace_data_file(const StagingFolder& staging, const std::string& directory) {
  const std::string staged = staging.path() + kDataFile;
  const std::string path = directory + kDataFile;
  const Descriptor file = open_known_file(staged);
  lock_soon(file, LOCK_EX, staged);
  const Descriptor former = open_known_file(path);
  lock_soon(former, LOCK_EX, path);
  require_in_place(former, path);
  copy_owner_and_mode(path, file);
  if (::fsync(file.get()) != 0) fail("make durable", staged);
  const std::string readers = stage_next_readers_file(staging, directory);
  rename_to(staged, path);
  // From here on it is done. Without a table of its own the file would share the former's, which only makes it keep
  // pages for readers of that one.
  static_cast<void>(::rename(readers.c_str(), (directory + kReadersFile).c_str()));
  sync_folder(directory);
}

void renew_readers_file(const std::string& directory) {
  const std::string path = directory + kDataFile;
  const StagingFolder staging{directory};
  const Descriptor file = open_known_file(path);
  lock_soon(file, LOCK_EX, path);
  require_in_place(file, path);
  rename_to(stage_next_readers_file(staging, directory), directory + kReadersFile);
}

}  // namespace trailkeeper::store
