#include "store/archive.h"

#include <unistd.h>

#include <filesystem>

#include "store/lmdb/copied_file.h"
#include "store/lmdb/data_file.h"
#include "store/lmdb/writer_lock.h"
#include "store/verify.h"

namespace trailkeeper::store {
namespace {

namespace fs = std::filesystem;

void require_no_store(const std::string& directory) {
  if (!file_at(directory + kDataFile)) return;
  throw StoreError(StoreErrorKind::io, "there is a store at " + directory + " already: name an empty or new folder");
}

void verify_or_throw(const StagingFolder& staging, const std::string& directory) {
  verify_store(staging.path(), false, [&](const std::string& what) {
    throw StoreError(StoreErrorKind::corrupt,
                     "the copy for " + directory + " is damaged, and was not put there: " + what);
  });
}

// Nothing is left of a folder that was made for a copy that failed.
void remove_folder(const std::string& directory) {
  std::error_code ignored;
  fs::remove(directory + kReadersFile, ignored);
  fs::remove(directory + kWriterLockFile, ignored);
  fs::remove(directory, ignored);
}

// The copy appears under its name when it is whole, checked and durable.
void copy_to_new_store(Environment& source, const std::string& directory) {
  require_no_store(directory);
  const WriterLock lock{directory};
  try {
    require_no_store(directory);
    const StagingFolder staging{directory};
    source.copy_to(staging.path() + kDataFile);
    number_anew(staging.path() + kDataFile);
    verify_or_throw(staging, directory);
    place_data_file(staging, directory);
  } catch (...) {
    if (lock.made_folder()) remove_folder(directory);
    throw;
  }
}

// What takes a store's place holds as much as the store does.
void require_same_content(Environment& store, const StagingFolder& staging) {
  Environment copy{staging.path(), false};
  const Transaction here = store.read();
  const Transaction there = copy.read();
  bool same = here.id() == there.id();
  for (unsigned table = 0; table < kTableCount; ++table) {
    same = same && here.count(static_cast<TableId>(table)) == there.count(static_cast<TableId>(table));
  }
  if (!same) throw_corrupt("its copy in " + staging.path() + " has other content; the store is left as it was");
}

}  // namespace

ShrinkResult shrink_file(const std::string& directory) {
  Store store{directory, Store::Mode::write};
  ShrinkResult result{};
  result.bytes_before = store.environment().file_bytes();
  const StagingFolder staging{directory};
  store.environment().copy_to(staging.path() + kDataFile);
  require_same_content(store.environment(), staging);
  replace_data_file(staging, directory);
  result.bytes_after = store.environment().file_bytes();
  return result;
}

void back_up(Store& store, const std::string& target) { copy_to_new_store(store.environment(), target); }

void restore(const std::string& backup, const std::string& directory) {
  Environment source{backup, false};
  copy_to_new_store(source, directory);
}

}  // namespace trailkeeper::store
