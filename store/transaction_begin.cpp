// Transaction: how one begins, at the newest commit and in a format that is known; and how the format is raised.
#include <lmdb.h>
#include <sys/stat.h>

#include <chrono>
#include <thread>
#include <utility>

#include "store/byte_codec.h"
#include "store/environment.h"
#include "store/lmdb/lmdb_error.h"
#include "store/lmdb/map_fault.h"
#include "store/segments/segment_format.h"
#include "store/transaction.h"
#include "store/transaction_state.h"

namespace trailkeeper::store {

// LMDB takes the number of the last commit from lock.mdb, and looks no further.
void Transaction::begin_write() {
  const TrustingCall call{environment_->directory_};
  int dead = 0;
  // Readers that were killed would keep freed pages from being used.
  mdb_reader_check(environment_->env_, &dead);
  if (const int code = mdb_txn_begin(environment_->env_, nullptr, 0, &txn_); code != 0) {
    txn_ = nullptr;
    throw_lmdb_error(code, "cannot write to", environment_->directory_);
  }
  const auto metas = read_meta_pages(environment_->descriptor());
  if (!metas || metas->newest().commit + 1 != mdb_txn_id(txn_)) throw_replaced();
}

void Transaction::throw_replaced() const {
  throw StoreError(StoreErrorKind::replaced, "the data file in " + environment_->directory_ +
                                                 " was replaced while this process had it open: start it again");
}

void Transaction::begin_read() {
  // Another process may commit between LMDB's look at the file and ours.
  constexpr int kTries = 200;
  constexpr int kTriesAtOnce = 100;
  // A head that is being written is whole within microseconds: what isn't then is damaged.
  constexpr int kTriesOfHeads = 110;
  for (int tries = 1;; ++tries) {
    try {
      if (begin_read_once()) return;
      if (tries >= kTries) throw_replaced();
    } catch (const StoreError& error) {
      if (tries >= kTriesOfHeads || error.kind() != StoreErrorKind::corrupt) throw;
    }
    if (tries > kTriesAtOnce) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

// False if the commit that LMDB chose may be overwritten already. It may be the one before the newest, while that is
// being made durable.
bool Transaction::begin_read_once() {
  if (txn_ != nullptr) mdb_txn_abort(std::exchange(txn_, nullptr));
  static_cast<void>(environment_->last_commit());  // LMDB would look at the heads whether they are there or not.
  const TrustingCall call{environment_->directory_};
  if (const int code = mdb_txn_begin(environment_->env_, nullptr, MDB_RDONLY, &txn_); code != 0) {
    txn_ = nullptr;
    throw_lmdb_error(code, "cannot read", environment_->directory_);
  }
  const auto metas = read_meta_pages(environment_->descriptor());
  if (!metas) return false;
  const page_layout::MetaRecord& meta = metas->pages[id() % page_layout::kMetaPages];
  if (meta.commit != id()) return false;
  if (metas->newest().commit != id() && read_meta_pages(environment_->descriptor()) != metas) return false;
  struct stat status {};
  if (::fstat(environment_->descriptor(), &status) != 0) {
    throw_lmdb_error(errno, "cannot read", environment_->directory_);
  }
  const std::size_t page_bytes = metas->page_bytes();
  auto map = environment_->map_of((meta.last_page + 1) * page_bytes);
  view_ = std::make_unique<const StoredTables>(
      DataPages{std::move(map), meta, page_bytes, static_cast<std::uint64_t>(status.st_size)});
  return true;
}

void Transaction::load_format() {
  const auto format = raw_get(TableId::meta, kFormatKey);
  const auto sums = raw_get(TableId::meta, kSumsKey);
  if (!format) {
    for (unsigned table = 0; table < kTableCount; ++table) {
      if (entries(static_cast<TableId>(table)) > 0) throw_corrupt("table meta, key format: it is missing");
    }
    return;
  }
  check_format(*format);
  if (format_ < kFirstSealedFormat) {
    if (sums) throw_corrupt("table meta, key format: it isn't that of its tables");
    return;
  }
  if (!sums) throw_corrupt("table meta, key sums: it is missing");
  sums_->tables = decode_sums(opened(TableId::meta, kSumsKey, *sums));
  for (unsigned table = 0; table < kTableCount; ++table) {
    const bool is_meta = static_cast<TableId>(table) == TableId::meta;
    const std::uint64_t expected = sums_->tables[table].rows + (is_meta ? 1 : 0);
    if (entries(static_cast<TableId>(table)) == expected) continue;
    throw_corrupt(std::string{"table "} + kTableNames[table] + " has " +
                  std::to_string(entries(static_cast<TableId>(table))) + " entries instead of " +
                  std::to_string(expected));
  }
}

// Of all formats: the number, sealed since format 2.
void Transaction::check_format(std::string_view stored) {
  format_ = ByteReader{stored}.fixed<std::uint64_t>();
  if (stored.size() == sizeof format_ + kSealBytes) {
    format_ = std::max(format_, kFirstSealedFormat);
    static_cast<void>(opened(TableId::meta, kFormatKey, stored));
  } else if (stored.size() != sizeof format_ || (format_ >= kFirstSealedFormat && format_ <= kFormatVersion)) {
    throw_corrupt("table meta, key format: it is cut short");
  }
  if (format_ > kFormatVersion) {
    throw StoreError(StoreErrorKind::newer_format, "the store at " + environment_->directory_ + " has format " +
                                                       std::to_string(format_) +
                                                       ", this trailkeeper knows formats up to " +
                                                       std::to_string(kFormatVersion) + ": use a newer trailkeeper");
  }
}

void Transaction::raise_format() {
  if (format_ < kFirstSealedFormat) seal_tables();
  format_ = kFormatVersion;
  std::string version;
  put_fixed(std::uint64_t{format_}, version);
  put(TableId::meta, kFormatKey, version);
}

// Values of an earlier format are taken as they are: whatever happened to them before can't be known.
void Transaction::seal_tables() {
  const Transaction before{*environment_, false};
  sums_->tables = {};
  format_ = kFormatVersion;
  for (unsigned number = 0; number < kTableCount; ++number) {
    const auto table = static_cast<TableId>(number);
    TableSum& sum = sums_->tables[number];
    before.raw_scan(table, {}, [&](std::string_view key, const Raw& raw) {
      if (!has_seals(table)) {
        sum.add(mark_of(table, key, raw.bytes));
        return true;
      }
      const std::string_view value = raw.value(before.view_.get());
      raw_put(table, key, value);
      sum.add(seal_of(table, key, value));
      return true;
    });
  }
}

}  // namespace trailkeeper::store
