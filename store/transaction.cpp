#include "store/transaction.h"

#include <lmdb.h>

#include <cstring>
#include <utility>

#include "store/byte_codec.h"
#include "store/damage.h"
#include "store/environment.h"
#include "store/lmdb/lmdb_error.h"
#include "store/lmdb/map_fault.h"
#include "store/lmdb/table_seal.h"
#include "store/segments/segment_format.h"
#include "store/stored_tables.h"
#include "store/transaction_state.h"

namespace trailkeeper::store {
namespace {

MDB_val value_of(std::string_view bytes) {
  // LMDB's C interface takes no const pointers; it doesn't write through these.
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view bytes_of(const MDB_val& value) { return {static_cast<const char*>(value.mv_data), value.mv_size}; }

std::uint64_t seal_at_end(std::string_view stored) {
  return ByteReader{stored.substr(stored.size() - kSealBytes)}.fixed<std::uint64_t>();
}

std::string entry_name(TableId table, std::string_view key) {
  return std::string{"table "} + name_of(table) + ", key " + shown_key(key);
}

}  // namespace

Transaction::Transaction(Environment& environment, bool write)
    : environment_(&environment), write_(write), sums_(std::make_unique<Sums>()) {
  try {
    if (write) {
      begin_write();
    } else {
      begin_read();
    }
    try {
      load_format();
    } catch (const StoreError& error) {
      if (environment.trust_ == Environment::Trust::tables) left_out_or_throw(error);
      format_error_ = error;
      format_ = kFormatVersion;
    }
  } catch (...) {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
    throw;
  }
}

Transaction::Transaction(Transaction&& other) noexcept
    : environment_(other.environment_),
      txn_(std::exchange(other.txn_, nullptr)),
      write_(other.write_),
      view_(std::move(other.view_)),
      sums_(std::move(other.sums_)),
      format_(other.format_),
      format_error_(std::move(other.format_error_)) {}

Transaction::~Transaction() {
  view_.reset();
  if (txn_ != nullptr) mdb_txn_abort(txn_);
}

bool Transaction::is_sealed(TableId table) const { return format_ >= kFirstSealedFormat && has_seals(table); }

// A stored value without its seal, which is checked.
std::string_view Transaction::opened(TableId table, std::string_view key, std::string_view stored) const {
  if (!is_sealed(table)) return stored;
  if (stored.size() < kSealBytes) throw_corrupt(entry_name(table, key) + ": it is cut short");
  const std::string_view value = stored.substr(0, stored.size() - kSealBytes);
  if (seal_of(table, key, value) != seal_at_end(stored)) {
    throw_corrupt(entry_name(table, key) + ": it is not what was stored");
  }
  return value;
}

std::uint64_t Transaction::mark(TableId table, std::string_view key, std::string_view stored) const {
  if (!has_seals(table)) return mark_of(table, key, stored.size());
  if (stored.size() < kSealBytes) throw_corrupt(entry_name(table, key) + ": it is cut short");
  return seal_at_end(stored);
}

bool Transaction::is_sums(TableId table, std::string_view key) { return table == TableId::meta && key == kSumsKey; }

void Transaction::require_format() const {
  if (format_error_) throw StoreError{*format_error_};
}

std::string_view Transaction::open_row(TableId table, const PageRow& row) const {
  return opened(table, row.key, row.value(view_->pages()));
}

std::uint64_t Transaction::mark_of_row(TableId table, const PageRow& row) const {
  if (format_ < kFirstSealedFormat) return 0;
  return has_seals(table) ? mark(table, row.key, row.value(view_->pages())) : mark_of(table, row.key, row.value_bytes);
}

std::optional<std::string_view> Transaction::raw_get(TableId table, std::string_view key) const {
  if (view_) {
    const auto& tree = view_->table(table);
    const auto row = tree ? tree->find(key) : std::nullopt;
    return row ? std::optional{row->value(view_->pages())} : std::nullopt;
  }
  const TrustingCall call{environment_->directory_};
  MDB_val name = value_of(key);
  MDB_val value{};
  const int code = mdb_get(txn_, environment_->tables_[static_cast<unsigned>(table)], &name, &value);
  if (code == MDB_NOTFOUND) return std::nullopt;
  if (code != 0) throw_lmdb_error(code, "cannot read", environment_->directory_);
  return bytes_of(value);
}

std::optional<std::string_view> Transaction::get(TableId table, std::string_view key) const {
  const auto stored = raw_get(table, key);
  if (stored) return opened(table, key, *stored);
  // Of small tables all is read to prove that the key isn't there, rather than damaged.
  if (has_proven_absence(table)) require_whole(table);
  return std::nullopt;
}

// Puts a value, with its seal if the table has them, and takes it into the table's sum.
void Transaction::put(TableId table, std::string_view key, std::string_view bytes) {
  if (format_ < kFirstSealedFormat) {
    raw_put(table, key, bytes);
    return;
  }
  TableSum& sum = sums_->tables[static_cast<unsigned>(table)];
  if (const auto old = raw_get(table, key)) sum.remove(mark(table, key, *old));
  raw_put(table, key, bytes);
  sum.add(has_seals(table) ? seal_of(table, key, bytes) : mark_of(table, key, bytes.size()));
  sums_->changed = true;
}

void Transaction::raw_put(TableId table, std::string_view key, std::string_view bytes) {
  const TrustingCall call{environment_->directory_};
  const bool sealed = is_sealed(table);
  MDB_val name = value_of(key);
  MDB_val value = value_of(bytes);
  if (sealed) value.mv_size += kSealBytes;
  const int code = mdb_put(txn_, environment_->tables_[static_cast<unsigned>(table)], &name, &value,
                           sealed ? unsigned{MDB_RESERVE} : 0U);
  if (code != 0) throw_lmdb_error(code, "cannot write to", environment_->directory_);
  if (!sealed) return;
  const std::uint64_t seal = seal_of(table, key, bytes);
  std::memcpy(value.mv_data, bytes.data(), bytes.size());
  std::memcpy(static_cast<char*>(value.mv_data) + bytes.size(), &seal, sizeof seal);
}

void Transaction::insert(TableId table, std::string_view key, std::string_view bytes) {
  if (raw_get(table, key)) {
    throw StoreError(StoreErrorKind::replaced, "what was to be stored in " + environment_->directory_ +
                                                   " has the place of something that is there already: does another "
                                                   "process write to the store? Nothing of this commit was stored");
  }
  put(table, key, bytes);
}

bool Transaction::erase(TableId table, std::string_view key) {
  const auto old = raw_get(table, key);
  if (!old) return false;
  if (format_ >= kFirstSealedFormat) {
    sums_->tables[static_cast<unsigned>(table)].remove(mark(table, key, *old));
    sums_->changed = true;
  }
  const TrustingCall call{environment_->directory_};
  MDB_val name = value_of(key);
  const int code = mdb_del(txn_, environment_->tables_[static_cast<unsigned>(table)], &name, nullptr);
  if (code != 0) throw_lmdb_error(code, "cannot write to", environment_->directory_);
  return true;
}

void Transaction::raw_scan(TableId table, std::string_view from,
                           const std::function<bool(std::string_view, const Raw&)>& visit) const {
  if (view_) {
    const auto& tree = view_->table(table);
    if (!tree) return;
    tree->scan(from, [&](const PageRow& row) {
      return is_sums(table, row.key) || visit(row.key, {row.value_bytes, &row, {}});
    });
    return;
  }
  MDB_cursor* cursor = nullptr;
  int code = mdb_cursor_open(txn_, environment_->tables_[static_cast<unsigned>(table)], &cursor);
  if (code != 0) throw_lmdb_error(code, "cannot read", environment_->directory_);
  const std::unique_ptr<MDB_cursor, void (*)(MDB_cursor*)> owner{cursor, mdb_cursor_close};
  MDB_val key = value_of(from);
  MDB_val value{};
  const auto step = [&](MDB_cursor_op operation) {
    const TrustingCall call{environment_->directory_};
    return mdb_cursor_get(cursor, &key, &value, operation);
  };
  code = step(from.empty() ? MDB_FIRST : MDB_SET_RANGE);
  while (code == 0 &&
         (is_sums(table, bytes_of(key)) || visit(bytes_of(key), {value.mv_size, nullptr, bytes_of(value)}))) {
    code = step(MDB_NEXT);
  }
  if (code != 0 && code != MDB_NOTFOUND) throw_lmdb_error(code, "cannot read", environment_->directory_);
}

void Transaction::scan(TableId table, std::string_view from,
                       const std::function<bool(std::string_view, std::string_view)>& visit) const {
  TableSum seen;
  bool to_the_end = true;
  raw_scan(table, from, [&](std::string_view key, const Raw& raw) {
    std::string_view value;
    try {
      const std::string_view stored = raw.value(view_.get());
      value = opened(table, key, stored);
      if (format_ >= kFirstSealedFormat) seen.add(mark(table, key, stored));
    } catch (const StoreError& error) {
      left_out_or_throw(error);
      return true;
    }
    to_the_end = visit(key, value);
    return to_the_end;
  });
  if (from.empty() && to_the_end) check_sum(table, seen.rows, seen.sum);
}

void Transaction::scan_keys(TableId table, std::string_view from,
                            const std::function<bool(std::string_view, std::size_t)>& visit) const {
  raw_scan(table, from, [&](std::string_view key, const Raw& raw) {
    return visit(key, raw.bytes - (is_sealed(table) ? kSealBytes : 0));
  });
}

void Transaction::require_whole(TableId table) const {
  const unsigned bit = 1U << static_cast<unsigned>(table);
  if ((sums_->whole.load() & bit) != 0 || format_ < kFirstSealedFormat) return;
  if (has_seals(table)) {
    scan(table, {}, [](std::string_view, std::string_view) { return true; });
  } else {
    TableSum seen;
    raw_scan(table, {}, [&](std::string_view key, const Raw& raw) {
      seen.add(mark_of(table, key, raw.bytes));
      return true;
    });
    check_sum(table, seen.rows, seen.sum);
  }
  sums_->whole.fetch_or(bit);
}

void Transaction::check_sum(TableId table, std::uint64_t rows, std::uint64_t sum) const {
  if (format_ < kFirstSealedFormat) return;
  const TableSum& expected = sums_->tables[static_cast<unsigned>(table)];
  if (expected == TableSum{rows, sum}) return;
  left_out_or_throw(corrupt(std::string{"table "} + name_of(table) +
                            ": entries are missing, or are not those that were stored (" + std::to_string(rows) +
                            " of " + std::to_string(expected.rows) + ")"));
}

std::optional<std::string> Transaction::last_key(TableId table) const {
  if (view_) throw StoreError(StoreErrorKind::io, "only a write transaction looks for the last key");
  MDB_cursor* cursor = nullptr;
  int code = mdb_cursor_open(txn_, environment_->tables_[static_cast<unsigned>(table)], &cursor);
  if (code != 0) throw_lmdb_error(code, "cannot read", environment_->directory_);
  const std::unique_ptr<MDB_cursor, void (*)(MDB_cursor*)> owner{cursor, mdb_cursor_close};
  const TrustingCall call{environment_->directory_};
  MDB_val key{};
  MDB_val value{};
  code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
  if (code == MDB_NOTFOUND) return std::nullopt;
  if (code != 0) throw_lmdb_error(code, "cannot read", environment_->directory_);
  return std::string{bytes_of(key)};
}

std::uint64_t Transaction::id() const { return mdb_txn_id(txn_); }

std::uint64_t Transaction::entries(TableId table) const {
  if (view_) return view_->table(table) ? view_->table(table)->entries() : 0;
  MDB_stat stat{};
  const TrustingCall call{environment_->directory_};
  const int code = mdb_stat(txn_, environment_->tables_[static_cast<unsigned>(table)], &stat);
  if (code != 0) throw_lmdb_error(code, "cannot read", environment_->directory_);
  return stat.ms_entries;
}

std::uint64_t Transaction::page_bytes(TableId table) const {
  if (view_) return view_->table(table) ? view_->table(table)->page_count() * view_->pages().page_bytes() : 0;
  MDB_stat stat{};
  const TrustingCall call{environment_->directory_};
  const int code = mdb_stat(txn_, environment_->tables_[static_cast<unsigned>(table)], &stat);
  if (code != 0) throw_lmdb_error(code, "cannot read", environment_->directory_);
  return (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * std::uint64_t{stat.ms_psize};
}

std::uint64_t Transaction::count(TableId table) const {
  const bool is_meta = table == TableId::meta && format_ >= kFirstSealedFormat;
  return entries(table) - (is_meta ? 1 : 0);
}

// What is committed to a file that isn't under the store's name any more is lost: looked for before, so that nothing is
// stored then, and once more after, because only what is there then may be acknowledged.
void Transaction::commit() {
  if (write_) environment_->require_own_files();
  if (sums_->changed && format_ >= kFirstSealedFormat) {
    raw_put(TableId::meta, kSumsKey, encode_sums(sums_->tables));
  }
  {
    const TrustingCall call{environment_->directory_};
    MDB_txn* const txn = std::exchange(txn_, nullptr);
    if (const int code = mdb_txn_commit(txn); code != 0) {
      throw_lmdb_error(code, "cannot commit to", environment_->directory_);
    }
  }
  if (write_) environment_->require_own_files();
}

}  // namespace trailkeeper::store
