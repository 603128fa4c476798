#include "store/lmdb/copied_file.h"

#include <fcntl.h>
#include <lmdb.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <random>

#include "store/error.h"
#include "store/lmdb/store_files.h"

namespace trailkeeper::store {
namespace {

// How LMDB 0.9 lays out the first two pages of a file. It publishes no header for it; magic and version are checked.
struct MetaTree {
  std::uint32_t page_bytes;
  std::uint16_t flags;
  std::uint16_t depth;
  std::array<std::uint64_t, 5> figures;
};

struct MetaPage {
  std::uint64_t page;
  std::uint16_t unused;
  std::uint16_t flags;
  std::uint32_t bounds;
  std::uint32_t magic;
  std::uint32_t version;
  std::uint64_t address;
  std::uint64_t map_bytes;
  std::array<MetaTree, 2> trees;
  std::uint64_t last_page;
  std::uint64_t commit;
};
static_assert(offsetof(MetaPage, commit) == 144 && sizeof(MetaPage) == 152);

constexpr std::uint16_t kMetaFlag = 8;
constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kVersion = 1;

int read_meta(int descriptor, off_t at, MetaPage& meta) {
  const ssize_t got = ::pread(descriptor, &meta, sizeof meta, at);
  if (got < 0) return errno;
  const bool sound = got == sizeof meta && (meta.flags & kMetaFlag) != 0 && meta.magic == kMagic;
  if (!sound) return MDB_INVALID;
  return meta.version == kVersion ? 0 : MDB_VERSION_MISMATCH;
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
  const off_t page_bytes = metas[0].trees[0].page_bytes;
  if (const int code = read_meta(descriptor, page_bytes, metas[1]); code != 0) return code;
  const std::uint64_t newest = std::max<std::uint64_t>(commit, 1);
  MetaPage meta = metas[0].commit < metas[1].commit ? metas[1] : metas[0];
  for (std::uint64_t page = 0; page < metas.size(); ++page) {
    meta.page = page;
    meta.commit = newest % 2 == page ? newest : newest - 1;
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
