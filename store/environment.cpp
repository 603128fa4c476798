#include "store/environment.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "store/copied_file.h"
#include "store/data_file.h"
#include "store/writer_lock.h"

namespace trailkeeper::store {
namespace {

constexpr const char* kTableNames[kTableCount] = {"meta",    "segments", "parts",    "rejects", "sources",  "holds",
                                                  "journal", "policies", "verdicts", "bills",   "rejected", "pins"};
// Tables that every store has. One that was last written by an older version may lack the others; to a reader they are
// empty then.
constexpr unsigned kFirstTables = 7;
constexpr unsigned kNoTable = ~0U;

// Address space, not memory or disk: the file grows as data comes. A machine that refuses so much gets less, and a
// store that outgrows it says so (StoreErrorKind::full).
constexpr std::size_t kLargestMap = std::size_t{1} << 40;
constexpr std::size_t kSmallestMap = std::size_t{1} << 32;
constexpr unsigned kMaxReaders = 510;

// How long to try where a data file and LMDB's table of readers don't belong together.
constexpr std::chrono::seconds kLongestOpening{5};

bool is_write_base(std::uint64_t id, std::uint64_t newest) { return id == newest + 1; }

bool is_read_base(std::uint64_t id, std::uint64_t newest_before, std::uint64_t newest_after) {
  return id + 1 >= newest_before && id <= newest_after;
}

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
  if (write) {
    lock_ = std::make_unique<WriterLock>(directory);
    StagingFolder::remove_leftovers(directory);
    if (!file_at(directory + kDataFile)) {
      const StagingFolder staging{directory};
      make_empty_file(staging.path());
      place_data_file(staging, directory);
    }
  }
  try {
    open(write);
    int dead = 0;
    mdb_reader_check(env_, &dead);
    open_tables(write);
  } catch (...) {
    close();
    throw;
  }
}

Environment::~Environment() { close(); }

void Environment::close() {
  if (env_ != nullptr) mdb_env_close(env_);
  env_ = nullptr;
}

// Not at the first try only if somebody replaces the store's files in this moment, or did so by hand.
void Environment::open(bool write) {
  const auto end = std::chrono::steady_clock::now() + kLongestOpening;
  while (true) {
    const Opened opened = try_open(write);
    if (opened == Opened::yes) return;
    close();
    if (opened == Opened::foreign_readers_file && write) renew_readers_file(directory_);
    if (std::chrono::steady_clock::now() > end) {
      throw StoreError(StoreErrorKind::replaced,
                       "the data file in " + directory_ +
                           " was put there while another process had the former one open: end that process, or open "
                           "the store once for writing (trailkeeper compact)");
    }
    if (!write) std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

// What LMDB opens by name is what is held here: nobody replaces it until it is open.
Environment::Opened Environment::try_open(bool write) {
  const auto held = HeldDataFile::hold(directory_);
  if (!held) {
    throw StoreError(StoreErrorKind::missing, "there is no store at " + directory_ +
                                                  ": replay a trail into it first, or name another with --store");
  }
  if (!write && held->is_empty()) {
    throw StoreError(StoreErrorKind::missing,
                     "there is no store at " + directory_ + " yet: replay a trail into it first");
  }
  file_at(directory_ + kReadersFile);  // Throws if it is anything else than a file.
  if (const int code = open_map(write); code != 0) fail(code, "cannot open the store", directory_);
  int descriptor = -1;
  struct stat status {};
  data_file_ = held->identity();
  if (mdb_env_get_fd(env_, &descriptor) != 0 || ::fstat(descriptor, &status) != 0 ||
      data_file_ != FileIdentity{status.st_dev, status.st_ino}) {
    return Opened::other_file;
  }
  readers_file_ = file_at(directory_ + kReadersFile);
  return readers_file_fits(write) ? Opened::yes : Opened::foreign_readers_file;
}

int Environment::open_map(bool write) {
  int code = ENOMEM;  // Or EINVAL, from tools that emulate a machine.
  for (std::size_t map = kLargestMap; (code == ENOMEM || code == EINVAL) && map >= kSmallestMap; map /= 4) {
    close();
    if (code = mdb_env_create(&env_); code != 0) break;
    mdb_env_set_mapsize(env_, map);
    mdb_env_set_maxdbs(env_, kTableCount);
    mdb_env_set_maxreaders(env_, kMaxReaders);
    // NOTLS: read transactions belong to objects, not threads. NORDAHEAD: lookups are random.
    unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | (write ? 0U : unsigned{MDB_RDONLY});
    // On a medium that can't be written nobody writes: then reading needs no lock file either.
    if (!write && ::access(directory_.c_str(), W_OK) != 0 && errno == EROFS) flags |= MDB_NOLOCK;
    code = mdb_env_open(env_, directory_.c_str(), flags, 0640);
  }
  return code;
}

// LMDB takes a transaction's base from one of the file's two meta pages, and which one from lock.mdb, without a look at
// whether these two belong together. A writer must begin at the newest commit; a reader may see the one before while
// the newest is being made.
bool Environment::readers_file_fits(bool write) const {
  MDB_txn* txn = nullptr;
  const std::uint64_t before = last_commit();
  const int code = mdb_txn_begin(env_, nullptr, write ? 0U : unsigned{MDB_RDONLY}, &txn);
  if (code != 0) fail(code, "cannot open the store", directory_);
  const std::uint64_t id = mdb_txn_id(txn);
  mdb_txn_abort(txn);
  return write ? is_write_base(id, last_commit()) : is_read_base(id, before, last_commit());
}

void Environment::require_own_files() const {
  lock_->require_held();
  for (const auto& [name, file] :
       {std::pair{kDataFile, std::optional{data_file_}}, std::pair{kReadersFile, readers_file_}}) {
    if (file_at(directory_ + name) == file) continue;
    throw StoreError(StoreErrorKind::replaced,
                     directory_ + name +
                         " was removed or replaced while this process writes to the store: what it would store nobody "
                         "could read, so it stores nothing more; start it again");
  }
}

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
  const std::string file = directory_ + kDataFile;
  return ::stat(file.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void Environment::copy_to(const std::string& file) {
  const std::uint64_t commit = last_commit();
  const Descriptor descriptor{::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640)};
  if (!descriptor) throw StoreError(StoreErrorKind::io, "cannot create " + file + ": " + std::strerror(errno));
  int code = mdb_env_copyfd2(env_, descriptor.get(), MDB_CP_COMPACT);
  if (code == 0) code = number_copy(descriptor.get(), commit);
  if (code == 0 && ::fsync(descriptor.get()) != 0) code = errno;
  if (code != 0) {
    ::unlink(file.c_str());
    fail(code, "cannot copy the store to", file);
  }
  static_cast<void>(read());  // Throws if what was copied isn't the newest commit.
}

void Environment::forget(std::string_view bytes) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(bytes.data()) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(bytes.data() + bytes.size()) / page * page;
  // The map is shared and file-backed: dropped pages come back from the file when they are read again.
  // NOLINTNEXTLINE(performance-no-int-to-ptr): page boundaries can't be computed otherwise.
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

Transaction::Transaction(Environment& environment, bool write) : environment_(&environment), write_(write) {
  const unsigned flags = write ? 0U : unsigned{MDB_RDONLY};
  int dead = 0;
  // Readers that were killed would keep freed pages from being used.
  if (write) mdb_reader_check(environment.env_, &dead);
  const std::uint64_t before = environment.last_commit();
  if (const int code = mdb_txn_begin(environment.env_, nullptr, flags, &txn_); code != 0) {
    txn_ = nullptr;
    fail(code, write ? "cannot write to" : "cannot read", environment.directory_);
  }
  const std::uint64_t after = environment.last_commit();
  if (write ? is_write_base(id(), after) : is_read_base(id(), before, after)) return;
  mdb_txn_abort(txn_);
  throw StoreError(StoreErrorKind::replaced, "the data file in " + environment.directory_ +
                                                 " was replaced while this process had it open: start it again");
}

Transaction::Transaction(Transaction&& other) noexcept
    : environment_(other.environment_), txn_(std::exchange(other.txn_, nullptr)), write_(other.write_) {}

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

void Transaction::insert(TableId table, std::string_view key, std::string_view bytes) {
  if (get(table, key)) {
    throw StoreError(StoreErrorKind::replaced, "what was to be stored in " + environment_->directory_ +
                                                   " has the place of something that is there already: does another "
                                                   "process write to the store? Nothing of this commit was stored");
  }
  put(table, key, bytes);
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

std::optional<std::string> Transaction::last_key(TableId table) const {
  if (environment_->tables_[static_cast<unsigned>(table)] == kNoTable) return std::nullopt;
  MDB_cursor* cursor = nullptr;
  int code = mdb_cursor_open(txn_, environment_->tables_[static_cast<unsigned>(table)], &cursor);
  if (code != 0) fail(code, "cannot read", environment_->directory_);
  const std::unique_ptr<MDB_cursor, void (*)(MDB_cursor*)> owner{cursor, mdb_cursor_close};
  MDB_val key{};
  MDB_val value{};
  code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
  if (code == MDB_NOTFOUND) return std::nullopt;
  if (code != 0) fail(code, "cannot read", environment_->directory_);
  return std::string{bytes_of(key)};
}

std::uint64_t Transaction::id() const { return mdb_txn_id(txn_); }

std::uint64_t Transaction::count(TableId table) const {
  if (environment_->tables_[static_cast<unsigned>(table)] == kNoTable) return 0;
  MDB_stat stat{};
  const int code = mdb_stat(txn_, environment_->tables_[static_cast<unsigned>(table)], &stat);
  if (code != 0) fail(code, "cannot read", environment_->directory_);
  return stat.ms_entries;
}

std::uint64_t Transaction::page_bytes(TableId table) const {
  if (environment_->tables_[static_cast<unsigned>(table)] == kNoTable) return 0;
  MDB_stat stat{};
  const int code = mdb_stat(txn_, environment_->tables_[static_cast<unsigned>(table)], &stat);
  if (code != 0) fail(code, "cannot read", environment_->directory_);
  return (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * std::uint64_t{stat.ms_psize};
}

// What is committed to a file that isn't under the store's name any more is lost: looked for before, so that nothing is
// stored then, and once more after, because only what is there then may be acknowledged.
void Transaction::commit() {
  if (write_) environment_->require_own_files();
  MDB_txn* const txn = std::exchange(txn_, nullptr);
  if (const int code = mdb_txn_commit(txn); code != 0) fail(code, "cannot commit to", environment_->directory_);
  if (write_) environment_->require_own_files();
}

}  // namespace trailkeeper::store
