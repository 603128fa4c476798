// A store's files, open: an LMDB environment, with its handles owned and its errors thrown.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/lmdb/store_files.h"
#include "store/lmdb/table_id.h"
#include "store/transaction.h"
#include "text/mutex.h"

struct MDB_env;

namespace trailkeeper::store {

class WriterLock;
class FileMap;

/// An LMDB environment in a directory. Thread-safe; at most one write transaction at a time. A process that has it open
/// for reading goes on with the data file that it opened, even when another takes its place (store/lmdb/data_file.h).
class Environment {
 public:
  /// What opening takes for granted: `nothing` is for finding damage.
  enum class Trust { tables, nothing };

  /// Opens the environment. With `write`, takes the store's WriterLock first, and makes a store where there is none.
  /// Throws StoreError.
  Environment(const std::string& directory, bool write, Trust trust = Trust::tables);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  [[nodiscard]] Transaction read() { return Transaction{*this, false}; }
  /// Waits for the current write transaction, if there is one.
  [[nodiscard]] Transaction write() { return Transaction{*this, true}; }

  [[nodiscard]] const std::string& directory() const { return directory_; }
  /// Bytes of the data file that are in use, free pages included.
  [[nodiscard]] std::uint64_t file_bytes() const;

  /// The number of the newest commit, of whichever process.
  [[nodiscard]] std::uint64_t last_commit() const;

  /// Writes a consistent copy, without free pages, to a new file, while others read and write. If nothing is committed
  /// meanwhile, the copy's newest commit has the number of this file's.
  void copy_to(const std::string& file);

  /// Lets the kernel take the memory pages of mapped bytes that were read once.
  static void forget(std::string_view bytes);

 private:
  friend class Transaction;
  enum class Opened { yes, other_file, foreign_readers_file };
  void open(bool write);
  void open_tables();
  void check_pages();
  Opened try_open(bool write);
  int open_map(bool write);
  void close();
  [[nodiscard]] bool readers_file_fits(bool write) const;
  void require_own_files() const;
  [[nodiscard]] std::shared_ptr<const FileMap> map_of(std::uint64_t bytes);
  [[nodiscard]] int descriptor() const;

  std::string directory_;
  Trust trust_;
  std::unique_ptr<WriterLock> lock_;  // Of a writer. Outlives env_.
  MDB_env* env_ = nullptr;
  FileIdentity data_file_;
  std::optional<FileIdentity> readers_file_;
  unsigned tables_[kTableCount] = {};  ///< LMDB's handles, for writing.
  text::Mutex map_mutex_;
  std::shared_ptr<const FileMap> map_ TRAILKEEPER_GUARDED_BY(map_mutex_);
};

}  // namespace trailkeeper::store
