// Reads a copy of a bucket for its digests: every file is hashed, on all cores, and digests are parsed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ingest/input_files.h"
#include "rules/digests/copy.h"

namespace trailkeeper::ingest {

struct CopyReading {
  rules::digests::Copy copy;
  std::vector<UnreadableFile> unreadable;  ///< Folders and files that can't be listed, and links.
  std::uint64_t stored_bytes = 0;
  std::uint64_t plain_bytes = 0;
};

/// `paths`: files and folders; links in them aren't followed. Files are read once and whole; memory is bounded by their
/// number and their digests' size. `workers`: threads; 0: one for each core.
CopyReading read_copy(const std::vector<std::string>& paths, unsigned workers = 0);

}  // namespace trailkeeper::ingest
