#include "store/environment.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace trailkeeper::store {
namespace {

constexpr const char* kTableNames[kTableCount] = {"meta",  "segments", "parts",    "rejects",  "sources",
                                                  "holds", "journal",  "policies", "verdicts", "bills"};
// Tables that every store has. One that was last written by an older version may lack the others; to a reader they are
// empty then.
constexpr unsigned kFirstTables = 7;
constexpr unsigned kNoTable = ~0U;

// Address space, not memory or disk: the file grows as data comes. A machine that refuses so much gets less, and a
// store that outgrows it says so (StoreErrorKind::full).
constexpr std::size_t kLargestMap = std::size_t{1} << 40;
constexpr std::size_t kSmallestMap = std::size_t{1} << 32;
constexpr unsigned kMaxReaders = 510;

MDB_val value_of(std::string_view bytes) {
  // LMDB's C interface takes no const pointers; it doesn't write through these.
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view bytes_of(const MDB_val& value) { return {static_cast<const char*>(value.mv_data), value.mv_size}; }

// LMDB reports a write that the disk had no room for as an I/O error.
bool disk_is_full(const std::string& directory) {
  struct statvfs status {};
  constexpr std::uint64_t kNothing = std::uint64_t{1} << 20;
  return ::statvfs(directory.c_str(), &status) == 0 && status.f_bavail * status.f_frsize < kNothing;
}

[[noreturn]] void fail(int code, const std::string& what, const std::string& directory) {
  if (code == EIO && disk_is_full(directory)) code = ENOSPC;
  const std::string message = what + " " + directory + ": " + mdb_strerror(code);
  switch (code) {
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      throw StoreError(StoreErrorKind::full,
                       message + "; nothing of this commit was stored: free some space and try again");
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_PANIC:
      throw StoreError(StoreErrorKind::corrupt,
                       message + "; restore a backup (trailkeeper restore), or name another store");
    case MDB_VERSION_MISMATCH: throw StoreError(StoreErrorKind::newer_format, message);
    default: throw StoreError(StoreErrorKind::io, message);
  }
}

}  // namespace

Environment::Environment(const std::string& directory, bool write) : directory_(directory) {
  std::error_code ignored;
  const std::string file = directory + "/data.mdb";
  if (!write && !std::filesystem::exists(file, ignored)) {
    throw StoreError(StoreErrorKind::missing, "there is no store at " + directory +
                                                  ": replay a trail into it first, or name another with --store");
  }
  if (write) {
    std::filesystem::create_directories(directory, ignored);
    if (ignored) throw StoreError(StoreErrorKind::io, "cannot create " + directory + ": " + ignored.message());
  }
  int code = ENOMEM;  // Or EINVAL, from tools that emulate a machine.
  for (std::size_t map = kLargestMap; (code == ENOMEM || code == EINVAL) && map >= kSmallestMap; map /= 4) {
    if (env_ != nullptr) mdb_env_close(env_);
    if (code = mdb_env_create(&env_); code != 0) break;
    mdb_env_set_mapsize(env_, map);
    mdb_env_set_maxdbs(env_, kTableCount);
    mdb_env_set_maxreaders(env_, kMaxReaders);
    // NOTLS: read transactions belong to objects, not threads. NORDAHEAD: lookups are random.
    unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | (write ? 0U : unsigned{MDB_RDONLY});
    // On a medium that can't be written nobody writes: then reading needs no lock file either.
    if (!write && ::access(directory.c_str(), W_OK) != 0 && errno == EROFS) flags |= MDB_NOLOCK;
    code = mdb_env_open(env_, directory.c_str(), flags, 0640);
  }
  if (code != 0) {
    mdb_env_close(env_);
    fail(code, "cannot open the store", directory);
  }
  int dead = 0;
  mdb_reader_check(env_, &dead);
  try {
    open_tables(write);
  } catch (...) {
    mdb_env_close(env_);
    throw;
  }
}

Environment::~Environment() { mdb_env_close(env_); }

void Environment::open_tables(bool write) {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env_, nullptr, write ? 0U : unsigned{MDB_RDONLY}, &txn);
  if (code != 0) fail(code, "cannot open the store", directory_);
  for (unsigned i = 0; i < kTableCount; ++i) {
    code = mdb_dbi_open(txn, kTableNames[i], write ? unsigned{MDB_CREATE} : 0U, &tables_[i]);
    if (code == MDB_NOTFOUND && !write && i >= kFirstTables) {
      tables_[i] = kNoTable;
      continue;
    }
    if (code != 0) {
      mdb_txn_abort(txn);
      if (code == MDB_NOTFOUND) {
        throw StoreError(StoreErrorKind::missing,
                         "there is no store at " + directory_ + " yet: replay a trail into it first");
      }
      fail(code, "cannot open the store", directory_);
    }
  }
  code = mdb_txn_commit(txn);
  if (code != 0) fail(code, "cannot open the store", directory_);
}

std::uint64_t Environment::last_commit() const {
  MDB_envinfo info{};
  if (const int code = mdb_env_info(env_, &info); code != 0) fail(code, "cannot read the store", directory_);
  return info.me_last_txnid;
}

std::uint64_t Environment::file_bytes() const {
  struct stat status {};
  const std::string file = directory_ + "/data.mdb";
  return ::stat(file.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void Environment::copy_to(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (descriptor < 0) throw StoreError(StoreErrorKind::io, "cannot create " + file + ": " + std::strerror(errno));
  int code = mdb_env_copyfd2(env_, descriptor, MDB_CP_COMPACT);
  if (code == 0 && ::fsync(descriptor) != 0) code = errno;
  ::close(descriptor);
  if (code != 0) {
    ::unlink(file.c_str());
    fail(code, "cannot copy the store to", file);
  }
}

void Environment::forget(std::string_view bytes) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(bytes.data()) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(bytes.data() + bytes.size()) / page * page;
  // The map is shared and file-backed: dropped pages come back from the file when they are read again.
  // NOLINTNEXTLINE(performance-no-int-to-ptr): page boundaries can't be computed otherwise.
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

Transaction::Transaction(Environment& environment, bool write) : environment_(&environment) {
  const unsigned flags = write ? 0U : unsigned{MDB_RDONLY};
  if (const int code = mdb_txn_begin(environment.env_, nullptr, flags, &txn_); code != 0) {
    txn_ = nullptr;
    fail(code, write ? "cannot write to" : "cannot read", environment.directory_);
  }
}

Transaction::Transaction(Transaction&& other) noexcept
    : environment_(other.environment_), txn_(std::exchange(other.txn_, nullptr)) {}

Transaction::~Transaction() {
  if (txn_ != nullptr) mdb_txn_abort(txn_);
}

std::optional<std::string_view> Transaction::get(TableId table, std::string_view key) const {
  MDB_val name = value_of(key);
  MDB_val value{};
  if (environment_->tables_[static_cast<unsigned>(table)] == kNoTable) return std::nullopt;
  const int code = mdb_get(txn_, environment_->tables_[static_cast<unsigned>(table)], &name, &value);
  if (code == MDB_NOTFOUND) return std::nullopt;
  if (code != 0) fail(code, "cannot read", environment_->directory_);
  return bytes_of(value);
}

void Transaction::put(TableId table, std::string_view key, std::string_view bytes) {
  MDB_val name = value_of(key);
  MDB_val value = value_of(bytes);
  const int code = mdb_put(txn_, environment_->tables_[static_cast<unsigned>(table)], &name, &value, 0);
  if (code != 0) fail(code, "cannot write to", environment_->directory_);
}

bool Transaction::erase(TableId table, std::string_view key) {
  MDB_val name = value_of(key);
  const int code = mdb_del(txn_, environment_->tables_[static_cast<unsigned>(table)], &name, nullptr);
  if (code == MDB_NOTFOUND) return false;
  if (code != 0) fail(code, "cannot write to", environment_->directory_);
  return true;
}

void Transaction::scan(TableId table, std::string_view from,
                       const std::function<bool(std::string_view, std::string_view)>& visit) const {
  if (environment_->tables_[static_cast<unsigned>(table)] == kNoTable) return;
  MDB_cursor* cursor = nullptr;
  int code = mdb_cursor_open(txn_, environment_->tables_[static_cast<unsigned>(table)], &cursor);
  if (code != 0) fail(code, "cannot read", environment_->directory_);
  const std::unique_ptr<MDB_cursor, void (*)(MDB_cursor*)> owner{cursor, mdb_cursor_close};
  MDB_val key = value_of(from);
  MDB_val value{};
  code = mdb_cursor_get(cursor, &key, &value, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
  while (code == 0 && visit(bytes_of(key), bytes_of(value))) {
    code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  }
  if (code != 0 && code != MDB_NOTFOUND) fail(code, "cannot read", environment_->directory_);
}

std::uint64_t Transaction::id() const { return mdb_txn_id(txn_); }

std::uint64_t Transaction::count(TableId table) const {
  if (environment_->tables_[static_cast<unsigned>(table)] == kNoTable) return 0;
  MDB_stat stat{};
  const int code = mdb_stat(txn_, environment_->tables_[static_cast<unsigned>(table)], &stat);
  if (code != 0) fail(code, "cannot read", environment_->directory_);
  return stat.ms_entries;
}

void Transaction::commit() {
  MDB_txn* const txn = std::exchange(txn_, nullptr);
  if (const int code = mdb_txn_commit(txn); code != 0) fail(code, "cannot commit to", environment_->directory_);
}

}  // namespace trailkeeper::store
