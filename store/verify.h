// Checks everything that a store holds.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace trailkeeper::store {

/// What verify_store found.
struct Verified {
  std::uint64_t events = 0;   ///< Those that are byte for byte as they were stored.
  std::uint64_t entries = 0;  ///< Of all tables.
};

/// Checks a store's file: its head, every page of every table and of the list of free pages, every entry's seal, that
/// no entry is missing, every section of every segment, every bill, and with `events` every event's bytes. Reports each
/// place to `damaged`, and goes on after it: segments are shared by `threads`, and reported in order, one call at a
/// time, so the reports don't depend on it; 0: as many as there are cores. Throws StoreError if there is no store, or
/// the system refuses.
Verified verify_store(const std::string& directory, bool events,
                      const std::function<void(const std::string& what)>& damaged, unsigned threads = 0);

}  // namespace trailkeeper::store
