// A segment's parts, found in the map when they are first asked for.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/stored_tables.h"

namespace trailkeeper::store {

/// A PartLoader: throws StoreError(corrupt) where there is no such part. `tables` must outlive it. Not thread-safe.
class MappedParts {
 public:
  MappedParts(const StoredTables& tables, std::uint64_t segment, std::uint32_t count)
      : tables_(&tables), segment_(segment), parts_(count) {}
  std::string_view operator()(std::uint32_t part);

 private:
  const StoredTables* tables_;
  std::uint64_t segment_;
  std::vector<std::string_view> parts_;
};

}  // namespace trailkeeper::store
