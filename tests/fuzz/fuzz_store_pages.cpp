// Any bytes as a store's data file: an error, never a read outside, and never without an end.
#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "store/error.h"
#include "store/lmdb/table_seal.h"
#include "store/stored_tables.h"

using namespace trailkeeper::store;

namespace {

void read_all(const StoredTables& tables) {
  tables.walk([&](TableId /*table*/, const PageRow& row) { static_cast<void>(row.value(tables.pages())); },
              [](const std::string& what) { static_cast<void>(shown_key(what)); });
  for (unsigned table = 0; table < kTableCount; ++table) {
    const auto& tree = tables.table(static_cast<TableId>(table));
    if (!tree) continue;
    try {
      static_cast<void>(tree->find("format"));
      tree->scan("c", [&](const PageRow& row) {
        if (row.value(tables.pages()).size() > 100) static_cast<void>(decode_sums(row.value(tables.pages())));
        return true;
      });
    } catch (const StoreError&) {
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("data.mdb", MFD_CLOEXEC);
  if (file < 0) return 0;
  if (::write(file, data, size) == static_cast<ssize_t>(size)) {
    try {
      const auto metas = read_meta_pages(file);
      const std::uint64_t pages = metas ? metas->newest().last_page + 1 : 0;
      if (pages > 0 && pages < 4096) {
        const std::size_t bytes = pages * metas->page_bytes();
        read_all(StoredTables{
            DataPages{std::make_shared<const FileMap>(file, bytes), metas->newest(), metas->page_bytes(), size}});
      }
    } catch (const StoreError&) {
    }
  }
  ::close(file);
  return 0;
}
