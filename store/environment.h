// LMDB, with its handles owned and its errors thrown.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/error.h"
#include "store/store_files.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace trailkeeper::store {

class WriterLock;

/// The store's named tables.
enum class TableId : unsigned {
  meta = 0,       ///< Format version, seed, counters.
  segments = 1,   ///< Segment number (8 bytes, big-endian) to SegmentHeader.
  parts = 2,      ///< Segment number, part (4 bytes, big-endian) to the part's bytes.
  rejects = 3,    ///< Hash of source, position and bytes to a rejected record.
  sources = 4,    ///< Source name to how far it was read.
  holds = 5,      ///< Name to a legal hold.
  journal = 6,    ///< What was done to the store by retention and operators.
  policies = 7,   ///< Time (8 bytes, big-endian) and hash to a PolicyFile.
  verdicts = 8,   ///< Segment number to its SegmentVerdicts.
  bills = 9,      ///< Month, payer, number and part to a part of a bill: store/bill_segment.h.
  rejected = 10,  ///< Source, offset and hash to a rejected record: store/rejects.h. `rejects` is its former table.
  pins = 11,      ///< Hold, key and hash of an event that it holds whatever changes: store/hold_pins.h.
};
constexpr unsigned kTableCount = 12;

class Environment;

/// A transaction; aborted when it goes without commit(). A read transaction is a snapshot and may move between threads.
class Transaction {
 public:
  ~Transaction();
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// The value's bytes, in the map: valid until the transaction ends or, in a write transaction, writes.
  [[nodiscard]] std::optional<std::string_view> get(TableId table, std::string_view key) const;
  void put(TableId table, std::string_view key, std::string_view value);
  /// As put(), where nothing may be yet: throws StoreError(replaced), and puts nothing, if the key is there.
  void insert(TableId table, std::string_view key, std::string_view value);
  /// False if there was no such key.
  bool erase(TableId table, std::string_view key);
  /// Visits entries in key order from the first key >= `from` until `visit` returns false.
  void scan(TableId table, std::string_view from,
            const std::function<bool(std::string_view key, std::string_view value)>& visit) const;
  [[nodiscard]] std::uint64_t count(TableId table) const;
  /// The largest key; nothing if the table is empty.
  [[nodiscard]] std::optional<std::string> last_key(TableId table) const;
  /// Bytes of the pages that a table takes, with what this transaction has written.
  [[nodiscard]] std::uint64_t page_bytes(TableId table) const;
  /// Of a read transaction: the number of the commit that it sees.
  [[nodiscard]] std::uint64_t id() const;

  /// Makes all changes durable and visible at once, or throws and makes none. Throws StoreError(replaced), too, if
  /// others wouldn't see them because the store's files aren't under their names any more.
  void commit();

 private:
  friend class Environment;
  Transaction(Environment& environment, bool write);

  Environment* environment_;
  MDB_txn* txn_ = nullptr;
  bool write_;
};

/// An LMDB environment in a directory. Thread-safe; at most one write transaction at a time. A process that has it open
/// for reading goes on with the data file that it opened, also when another takes its place (store/data_file.h).
class Environment {
 public:
  /// Opens the environment. With `write`, takes the store's WriterLock first, and makes a store where there is none.
  /// Throws StoreError.
  Environment(const std::string& directory, bool write);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  [[nodiscard]] Transaction read() { return Transaction{*this, false}; }
  /// Waits for the write transaction before it, if there is one.
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
  void open_tables(bool write);
  Opened try_open(bool write);
  int open_map(bool write);
  void close();
  [[nodiscard]] bool readers_file_fits(bool write) const;
  void require_own_files() const;

  std::string directory_;
  std::unique_ptr<WriterLock> lock_;  // Of a writer. Outlives env_.
  MDB_env* env_ = nullptr;
  FileIdentity data_file_;
  std::optional<FileIdentity> readers_file_;
  unsigned tables_[kTableCount] = {};
};

}  // namespace trailkeeper::store
