// LMDB data files of the store's own making: empty ones, and copies numbered like their originals.
#pragma once

#include <cstdint>
#include <string>

namespace trailkeeper::store {

/// Makes an LMDB environment without tables in an empty folder. Throws StoreError(io).
void make_empty_file(const std::string& folder);

/// Numbers the newest commit of a data file that nobody has open: a copy, in which LMDB begins to count anew. Both of
/// the file's meta pages become that commit: whichever of them LMDB takes because of a table of readers from another
/// file, it sees everything. Returns 0 or an error of LMDB's.
int number_copy(int descriptor, std::uint64_t commit);

/// As number_copy(), with a number that no other file's commits are near: for a copy that becomes a store of its own.
/// If somebody writes it over the data file of a running process, that is how it is noticed. Throws StoreError.
void number_anew(const std::string& file);

}  // namespace trailkeeper::store
