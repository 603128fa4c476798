// LMDB's return codes as exceptions.
#pragma once

#include <string>

namespace trailkeeper::store {

/// Throws StoreError of the kind that `code` is; the message begins with `what` and the store's directory.
[[noreturn]] void throw_lmdb_error(int code, const std::string& what, const std::string& directory);

}  // namespace trailkeeper::store
