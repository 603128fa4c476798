// Who may write to a store: one process at a time.
#pragma once

#include <string>

#include "store/lmdb/store_files.h"
#include "text/mutex.h"

namespace trailkeeper::store {

/// Held by the process that writes; the kernel releases it when that process ends, however it ends. What is locked is
/// the folder itself, which nobody can remove or replace while keeping the files in it, and also the file writer.lock,
/// which earlier versions look at and which names the process. Thread-safe.
class WriterLock {
 public:
  /// Makes the folder if there is none. Throws StoreError(locked) if another process holds the lock, StoreError(io).
  explicit WriterLock(const std::string& directory);

  /// Throws StoreError(replaced or locked) if the store's folder isn't the locked one any more, or if somebody else got
  /// hold of writer.lock after it was removed. If it was only removed, it is made anew.
  void require_held();

  /// Whether this made the folder.
  [[nodiscard]] bool made_folder() const { return made_folder_; }

 private:
  void lock_file() TRAILKEEPER_REQUIRES(mutex_);
  [[noreturn]] void refuse() const;

  std::string directory_;
  bool made_folder_;
  Descriptor folder_;
  text::Mutex mutex_;
  Descriptor file_ TRAILKEEPER_GUARDED_BY(mutex_);
};

}  // namespace trailkeeper::store
