// What stands behind the last member of a ZIP or tar archive.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ingest/byte_input.h"

namespace trailkeeper::ingest {

/// What was found behind an archive's last member.
struct ArchiveEnd {
  bool whole = false;                    ///< There is what such an archive ends with.
  std::optional<std::uint64_t> more_at;  ///< Where something else begins, in the archive's bytes.
};

/// Of a ZIP archive: reads its directory, of which `ahead` are the first bytes and `bytes` gives the rest. `at`: where
/// `ahead` begins.
ArchiveEnd read_zip_end(std::string ahead, std::uint64_t at, ByteInput& bytes);

/// Of a tar archive: reads what is behind the block of zeros that ends it.
ArchiveEnd read_tar_end(std::string ahead, std::uint64_t at, ByteInput& bytes);

}  // namespace trailkeeper::ingest
