#include "store/lmdb/writer_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "store/error.h"

namespace trailkeeper::store {

WriterLock::WriterLock(const std::string& directory) : directory_(directory), made_folder_(make_folder(directory)) {
  folder_ = Descriptor{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder_) {
    throw StoreError(StoreErrorKind::io, "cannot open the store's folder " + directory + ": " + std::strerror(errno));
  }
  // Network file systems lock no folders: there the file alone has to do.
  if (::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) refuse();
  lock_file();
}

void WriterLock::lock_file() {
  const std::string path = directory_ + kWriterLockFile;
  for (;;) {
    file_ = open_file(path, O_RDWR | O_CREAT, 0640);
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) refuse();
      throw StoreError(StoreErrorKind::io, "cannot lock " + path + ": " + std::strerror(errno));
    }
    if (file_at(path) == identity_of(file_)) break;  // Else it was removed in between.
  }
  const std::string id = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file_.get(), 0) == 0) static_cast<void>(!::pwrite(file_.get(), id.data(), id.size(), 0));
}

void WriterLock::require_held() {
  struct stat status {};
  const bool there = ::stat(directory_.c_str(), &status) == 0;
  if (!there || identity_of(folder_) != FileIdentity{status.st_dev, status.st_ino}) {
    throw StoreError(StoreErrorKind::replaced, "the store's folder " + directory_ +
                                                   " was moved, removed or replaced while this process writes to it: "
                                                   "nothing more is stored; put it back, or start this again");
  }
  const text::Lock lock{mutex_};
  if (file_at(directory_ + kWriterLockFile) != identity_of(file_)) lock_file();
}

void WriterLock::refuse() const {
  std::string owner;
  if (const Descriptor file = open_file(directory_ + kWriterLockFile, O_RDONLY)) {
    char text[32] = {};
    const long id = ::pread(file.get(), text, sizeof text - 1, 0) > 0 ? std::atol(text) : 0;
    if (id > 0) owner = " (process " + std::to_string(id) + ")";
  }
  throw StoreError(StoreErrorKind::locked, "the store at " + directory_ + " is being written by another process" +
                                               owner +
                                               ": wait for it to end, or use another store. Where that is trailkeeper "
                                               "serve, it takes events itself; cost reports are loaded while it is "
                                               "stopped");
}

}  // namespace trailkeeper::store
