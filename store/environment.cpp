#include "store/environment.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "store/lmdb/copied_file.h"
#include "store/lmdb/data_file.h"
#include "store/lmdb/data_pages.h"
#include "store/lmdb/lmdb_error.h"
#include "store/lmdb/map_fault.h"
#include "store/lmdb/writer_lock.h"
#include "store/stored_tables.h"

namespace trailkeeper::store {
namespace {

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

void end_for_assertion(MDB_env* env, const char* message) {
  end_for_damage(static_cast<const char*>(mdb_env_get_userctx(env)), message);
}

}  // namespace

Environment::Environment(const std::string& directory, bool write, Trust trust) : directory_(directory), trust_(trust) {
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
    if (write) {
      check_pages();
      open_tables();
    } else if (trust == Trust::tables && read().format() == 0) {
      throw StoreError(StoreErrorKind::missing,
                       "there is no store at " + directory_ + " yet: replay a trail into it first");
    }
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
  if (!write && held->is_empty()) throw_corrupt(directory_ + kDataFile + " is empty");
  if (!held->is_empty()) static_cast<void>(read_meta_pages(held->descriptor()));  // Before LMDB, which trusts them.
  file_at(directory_ + kReadersFile);  // Throws if it is anything else than a file.
  if (const int code = open_map(write); code != 0) throw_lmdb_error(code, "cannot open the store", directory_);
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
    mdb_env_set_userctx(env_, directory_.data());
    mdb_env_set_assert(env_, end_for_assertion);
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
  if (code != 0) throw_lmdb_error(code, "cannot open the store", directory_);
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
                         " was removed or replaced while this process writes to the store: nobody could read what it "
                         "would store, so it stores nothing more; start it again");
  }
}

// LMDB trusts its pages when it writes, and would spread damage, or end the process.
void Environment::check_pages() {
  const Transaction transaction = read();
  transaction.tables().walk([](TableId /*table*/, const PageRow& /*row*/) {},
                            [](const std::string& what) { throw StoreError(StoreErrorKind::corrupt, what); });
}

void Environment::open_tables() {
  MDB_txn* txn = nullptr;
  const TrustingCall call{directory_};
  int code = mdb_txn_begin(env_, nullptr, 0U, &txn);
  if (code != 0) throw_lmdb_error(code, "cannot open the store", directory_);
  for (unsigned i = 0; i < kTableCount; ++i) {
    code = mdb_dbi_open(txn, kTableNames[i], unsigned{MDB_CREATE}, &tables_[i]);
    if (code != 0) {
      mdb_txn_abort(txn);
      throw_lmdb_error(code, "cannot open the store", directory_);
    }
  }
  code = mdb_txn_commit(txn);
  if (code != 0) throw_lmdb_error(code, "cannot open the store", directory_);
}

int Environment::descriptor() const {
  int descriptor = -1;
  mdb_env_get_fd(env_, &descriptor);
  return descriptor;
}

// Of the file's first bytes at least; addresses to grow into are free.
std::shared_ptr<const FileMap> Environment::map_of(std::uint64_t bytes) {
  constexpr std::uint64_t kSmallest = std::uint64_t{64} << 20;
  const text::Lock lock{map_mutex_};
  if (map_ && map_->bytes() >= bytes && !map_->may_be_harmed()) return map_;
  try {
    map_ = std::make_shared<const FileMap>(descriptor(), std::max(kSmallest, 2 * bytes));
  } catch (const StoreError&) {
    // A machine that refuses so much address space.
    map_ = std::make_shared<const FileMap>(descriptor(), bytes);
  }
  return map_;
}

std::uint64_t Environment::last_commit() const {
  const auto metas = read_meta_pages(descriptor());
  if (!metas) throw_corrupt(directory_ + kDataFile + " is empty");
  return metas->newest().commit;
}

std::uint64_t Environment::file_bytes() const {
  struct stat status {};
  const std::string file = directory_ + kDataFile;
  return ::stat(file.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void Environment::copy_to(const std::string& file) {
  check_pages();
  const std::uint64_t commit = last_commit();
  const Descriptor descriptor{::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640)};
  if (!descriptor) throw StoreError(StoreErrorKind::io, "cannot create " + file + ": " + std::strerror(errno));
  const TrustingCall call{directory_};
  int code = mdb_env_copyfd2(env_, descriptor.get(), MDB_CP_COMPACT);
  if (code == 0) code = number_copy(descriptor.get(), commit);
  if (code == 0 && ::fsync(descriptor.get()) != 0) code = errno;
  if (code != 0) {
    ::unlink(file.c_str());
    throw_lmdb_error(code, "cannot copy the store to", file);
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

}  // namespace trailkeeper::store
