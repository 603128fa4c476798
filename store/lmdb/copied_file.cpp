#include "store/lmdb/copied_file.h"

#include <fcntl.h>
#include <lmdb.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <random>

#include "store/error.h"
#include "store/lmdb/page_layout.h"
#include "store/lmdb/store_files.h"

namespace trailkeeper::store {
namespace {

using page_layout::kMagic;
using page_layout::kMeta;
using page_layout::kVersion;

// The beginning of pages 0 and 1.
struct MetaPage {
  page_layout::PageHead head;
  page_layout::MetaRecord record;
};
static_assert(sizeof(MetaPage) == 152);

int read_meta(int descriptor, off_t at, MetaPage& meta) {
  const ssize_t got = ::pread(descriptor, &meta, sizeof meta, at);
  if (got < 0) return errno;
  const bool sound = got == sizeof meta && (meta.head.flags & kMeta) != 0 && meta.record.magic == kMagic;
  if (!sound) return MDB_INVALID;
  return meta.record.version == kVersion ? 0 : MDB_VERSION_MISMATCH;
}

}  // namespace

void make_empty_file(const std::string& folder) {
  MDB_env* env = nullptr;
  int code = mdb_env_create(&env);
  if (code == 0) {
    code = mdb_env_open(env, folder.c_str(), 0, 0640);
    mdb_env_close(env);
  }
  if (code != 0) {
    throw StoreError(code == ENOSPC ? StoreErrorKind::full : StoreErrorKind::io,
                     "cannot make a store in " + folder + ": " + mdb_strerror(code));
  }
}

int number_copy(int descriptor, std::uint64_t commit) {
  std::array<MetaPage, 2> metas{};
  if (const int code = read_meta(descriptor, 0, metas[0]); code != 0) return code;
  const off_t page_bytes = metas[0].record.free_pages.page_bytes;
  if (const int code = read_meta(descriptor, page_bytes, metas[1]); code != 0) return code;
  const std::uint64_t newest = std::max<std::uint64_t>(commit, 1);
  MetaPage meta = metas[0].record.commit < metas[1].record.commit ? metas[1] : metas[0];
  for (std::uint64_t page = 0; page < metas.size(); ++page) {
    meta.head.number = page;
    meta.record.commit = newest % 2 == page ? newest : newest - 1;
    const ssize_t put = ::pwrite(descriptor, &meta, sizeof meta, static_cast<off_t>(page) * page_bytes);
    if (put != sizeof meta) return put < 0 ? errno : EIO;
  }
  return 0;
}

void number_anew(const std::string& file) {
  std::random_device device;
  const std::uint64_t number = std::uint64_t{1} << 40 | std::uint64_t{device()} << 8;
  const Descriptor opened = open_file(file, O_RDWR);
  const int code = opened ? number_copy(opened.get(), number) : ENOENT;
  if (code == 0) return;
  throw StoreError(StoreErrorKind::io, "cannot write to " + file + ": " + mdb_strerror(code));
}

}  // namespace trailkeeper::store
