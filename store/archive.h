// Whole stores: shrinking, copying, checking.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "store/store.h"

namespace trailkeeper::store {

/// Rewrites the store's file without its free pages; owner and mode stay. No process may be writing
/// (StoreError(locked)); processes that read go on with the previous file, and a kill at any moment does no harm.
/// Returns the bytes before and after.
struct ShrinkResult {
  std::uint64_t bytes_before;
  std::uint64_t bytes_after;
};
ShrinkResult shrink_file(const std::string& directory);

/// Writes a consistent copy to `target`, a directory without a store in it, while others write, and checks the copy. It
/// gets its name when it is complete: a failure or a kill leaves no store.
void back_up(Store& store, const std::string& target);

/// Restores a backup to a place without a store, and checks it, as back_up() does. There may be processes that still
/// read a store that was removed from there.
void restore(const std::string& backup, const std::string& directory);

}  // namespace trailkeeper::store
