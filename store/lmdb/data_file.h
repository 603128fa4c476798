// A store's data file under its name, and how another file takes its place beside processes that open or read it.
#pragma once

#include <optional>
#include <string>

#include "store/lmdb/store_files.h"

namespace trailkeeper::store {

/// Keeps the data file under its name from being replaced, for as long as a process needs to open it and to enter
/// itself into LMDB's table of readers. These are two files, and a process with the old one of one and the new one of
/// the other would read pages that don't belong together.
class HeldDataFile {
 public:
  /// Nothing if there is no data file. Waits while it is being replaced. Throws StoreError.
  static std::optional<HeldDataFile> hold(const std::string& directory);

  [[nodiscard]] int descriptor() const { return file_.get(); }
  [[nodiscard]] FileIdentity identity() const { return identity_of(file_); }
  /// What a process leaves that was killed while it made a store.
  [[nodiscard]] bool is_empty() const;

 private:
  explicit HeldDataFile(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

/// A folder in the store's where a data file is made before it gets its name. It goes with its owner; what a killed
/// process left is removed when the next one is made, or when the store is next opened for writing. Only for the holder
/// of the store's WriterLock.
class StagingFolder {
 public:
  explicit StagingFolder(const std::string& directory);
  ~StagingFolder();
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  /// Removes what others left.
  static void remove_leftovers(const std::string& directory);

 private:
  std::string path_;
};

/// Gives the data file in `staging` its name in `directory`, where there is none. Durable; after a kill it is there or
/// it isn't. Throws StoreError, and changes nothing.
void place_data_file(const StagingFolder& staging, const std::string& directory);

/// Puts the data file in `staging` in the place of the one in `directory`, whose content, owner and mode it has.
/// Processes that have the old one open go on with it, and with a table of readers of their own. The staged file's
/// newest commit must have the number of the old one's (Environment::copy_to): then the old one's table of readers fits
/// both, whenever a kill comes. Durable. Throws StoreError, and changes nothing.
void replace_data_file(const StagingFolder& staging, const std::string& directory);

/// Puts an empty file in the place of LMDB's table of readers: for a data file that somebody put there by hand while
/// processes still have another one open.
void renew_readers_file(const std::string& directory);

}  // namespace trailkeeper::store
