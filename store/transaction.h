// Reads and changes a store's tables, all at once or not at all.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/error.h"
#include "store/lmdb/table_id.h"

struct MDB_txn;

namespace trailkeeper::store {

class Environment;
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

}  // namespace trailkeeper::store
