// What is missing between a copy's digests: those that others name as the ones before them, and hours without any.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "rules/digests/chain.h"
#include "rules/digests/copy.h"

namespace trailkeeper::rules::digests {

/// A file that a digest names and that isn't there.
struct MissingFile {
  std::string path;  ///< Where the copy should have it, or its URI in S3.
  std::string reason;
};

struct Continuity {
  std::vector<MissingFile> missing;
  std::vector<std::string> notes;  ///< One for each of the copy's digests: how its chain begins; mostly empty.
  std::size_t gaps = 0;            ///< Times in a chain that no digest covers.
};

/// `verdicts`: of the copy's digests. What a broken digest says about the one before counts for nothing. `since`: the
/// copy begins then, and earlier files needn't be there.
Continuity find_missing_digests(const Copy& copy, const CopyIndex& index, const std::vector<DigestVerdict>& verdicts,
                                std::optional<text::Timestamp> since);

/// The path of what a digest names by `key`, or its URI.
std::string shown_path(const Copy& copy, const CopiedDigest& named_by, const ObjectPlace& place);

}  // namespace trailkeeper::rules::digests
