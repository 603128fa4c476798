#include "store/lmdb/lmdb_error.h"

#include <lmdb.h>
#include <sys/statvfs.h>

#include <cerrno>

#include "store/error.h"

namespace trailkeeper::store {
namespace {

// LMDB reports a write that the disk had no room for as an I/O error.
bool disk_is_full(const std::string& directory) {
  struct statvfs status {};
  constexpr std::uint64_t kNothing = std::uint64_t{1} << 20;
  return ::statvfs(directory.c_str(), &status) == 0 && status.f_bavail * status.f_frsize < kNothing;
}

}  // namespace

void throw_lmdb_error(int code, const std::string& what, const std::string& directory) {
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
      throw StoreError(StoreErrorKind::corrupt,
                       message + "; restore a backup (trailkeeper restore), or name another store");
    case MDB_PANIC:
      throw StoreError(StoreErrorKind::unknown,
                       what + " " + directory +
                           ": an earlier write failed, so that this process doesn't know what is on the disk: start it "
                           "again; what was acknowledged is there");
    case MDB_VERSION_MISMATCH: throw StoreError(StoreErrorKind::newer_format, message);
    default: throw StoreError(StoreErrorKind::io, message);
  }
}

}  // namespace trailkeeper::store
