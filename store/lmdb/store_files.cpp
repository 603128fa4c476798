#include "store/lmdb/store_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "store/error.h"

namespace trailkeeper::store {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path, int code) {
  throw StoreError(StoreErrorKind::io, "cannot " + what + " " + path + ": " + std::strerror(code));
}

void require_regular(const struct stat& status, const std::string& path) {
  if (S_ISREG(status.st_mode)) return;
  throw StoreError(StoreErrorKind::io,
                   path + " is " + (S_ISLNK(status.st_mode) ? "a link" : "no regular file") +
                       ": a store's files must be files of their own; put the file itself there, or name the folder "
                       "that it lies in with --store");
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

FileIdentity identity_of(const Descriptor& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail("look at", "an open file", errno);
  return {status.st_dev, status.st_ino};
}

std::optional<FileIdentity> file_at(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    fail("look at", path, errno);
  }
  require_regular(status, path);
  return FileIdentity{status.st_dev, status.st_ino};
}

Descriptor open_file(const std::string& path, int flags, mode_t mode) {
  Descriptor file{::open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode)};
  if (!file) {
    const int code = errno;
    if (code == ENOENT && (flags & O_CREAT) == 0) return file;
    file_at(path);  // Says more of what isn't a file.
    fail("open", path, code);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail("look at", path, errno);
  require_regular(status, path);
  return file;
}

bool make_folder(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code failed;
  std::vector<fs::path> missing;
  fs::path folder = fs::absolute(path, failed).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  for (; !fs::exists(folder, failed) && folder != folder.parent_path(); folder = folder.parent_path()) {
    missing.push_back(folder);
  }
  fs::create_directories(path, failed);
  if (failed) throw StoreError(StoreErrorKind::io, "cannot create " + path + ": " + failed.message());
  for (const fs::path& made : missing) {
    // One that may only be passed through can't be opened.
    const std::string parent = made.parent_path().string();
    if (::access(parent.c_str(), R_OK) == 0) sync_folder(parent);
  }
  return !missing.empty();
}

void sync_folder(const std::string& path) {
  const Descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder || ::fsync(folder.get()) != 0) fail("make durable what is in", path, errno);
}

}  // namespace trailkeeper::store
