// LMDB, with its handles owned and its errors thrown.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/error.h"
#include "store/lmdb/store_files.h"
#include "store/lmdb/table_id.h"
#include "text/mutex.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace trailkeeper::store {

class WriterLock;
class Environment;

class FileMap;
class StoredTables;
struct PageRow;

/// A transaction; aborted at its end without commit(). A read transaction is a snapshot and may move between threads;
/// several threads may call its const functions at once. Reading trusts nothing: pages, entries and values that aren't
/// what was stored throw StoreError(corrupt), which names the place.
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
  /// As put(), for a key that may not exist yet: throws StoreError(replaced), and puts nothing, if it does.
  void insert(TableId table, std::string_view key, std::string_view value);
  /// False if there was no such key.
  bool erase(TableId table, std::string_view key);
  /// Visits entries in key order from the first key >= `from` until `visit` returns false. A scan of a whole table
  /// throws at its end if entries are missing, or if there are any that weren't stored.
  void scan(TableId table, std::string_view from,
            const std::function<bool(std::string_view key, std::string_view value)>& visit) const;
  /// The same for keys and the sizes of values, without looking at the values.
  void scan_keys(TableId table, std::string_view from,
                 const std::function<bool(std::string_view key, std::size_t value_bytes)>& visit) const;
  /// Throws if entries of a table are missing, or if there are any that weren't stored: for callers that don't scan all
  /// of it.
  void require_whole(TableId table) const;
  [[nodiscard]] std::uint64_t count(TableId table) const;
  /// The largest key; nothing if the table is empty.
  [[nodiscard]] std::optional<std::string> last_key(TableId table) const;
  /// Bytes of the pages that a table takes, with what this transaction has written.
  [[nodiscard]] std::uint64_t page_bytes(TableId table) const;
  /// Of a read transaction: the number of the commit that it sees.
  [[nodiscard]] std::uint64_t id() const;

  /// The store's format (docs/format.md#versions); 0: it is new.
  [[nodiscard]] std::uint64_t format() const { return format_; }
  /// For a write transaction: brings a new store, or one of an earlier format, to this one: seals all that it has, if
  /// nothing is sealed yet.
  void raise_format();

  /// Of a read transaction: all pages, and below what checking them takes.
  [[nodiscard]] const StoredTables& tables() const { return *view_; }
  /// Throws what is wrong with the tables' heads, which Trust::nothing put off.
  void require_format() const;
  /// The value of an entry without its seal. Throws StoreError(corrupt) if that is wrong.
  [[nodiscard]] std::string_view open_row(TableId table, const PageRow& row) const;
  /// Whether this is the entry of the tables' sums itself, which is in none.
  [[nodiscard]] static bool is_sums(TableId table, std::string_view key);
  /// What an entry adds to its table's sum.
  [[nodiscard]] std::uint64_t mark_of_row(TableId table, const PageRow& row) const;
  /// Throws StoreError(corrupt) if a table's entries seen aren't all.
  void check_sum(TableId table, std::uint64_t rows, std::uint64_t sum) const;

  /// Makes all changes durable and visible at once, or throws and makes none. Also throws StoreError(replaced) if
  /// others wouldn't see them because the store's files aren't under their names any more.
  void commit();

 private:
  void seal_tables();
  friend class Environment;
  struct Sums;
  struct Raw;
  Transaction(Environment& environment, bool write);

  void begin_write();
  void begin_read();
  bool begin_read_once();
  [[noreturn]] void throw_replaced() const;
  void load_format();
  void check_format(std::string_view stored);
  [[nodiscard]] bool is_sealed(TableId table) const;
  [[nodiscard]] std::optional<std::string_view> raw_get(TableId table, std::string_view key) const;
  void raw_put(TableId table, std::string_view key, std::string_view value);
  [[nodiscard]] std::string_view opened(TableId table, std::string_view key, std::string_view stored) const;
  [[nodiscard]] std::uint64_t mark(TableId table, std::string_view key, std::string_view stored) const;
  void raw_scan(TableId table, std::string_view from,
                const std::function<bool(std::string_view key, const Raw& value)>& visit) const;
  [[nodiscard]] std::uint64_t entries(TableId table) const;

  Environment* environment_;
  MDB_txn* txn_ = nullptr;
  bool write_;
  std::unique_ptr<const StoredTables> view_;  ///< Of a read transaction.
  std::unique_ptr<Sums> sums_;
  std::uint64_t format_ = 0;
  std::optional<StoreError> format_error_;
};

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
