// Whether log files are what digests list.
#pragma once

#include <string>
#include <vector>

#include "rules/digests/chain.h"
#include "rules/digests/continuity.h"
#include "rules/digests/copy.h"

namespace trailkeeper::rules::digests {

/// The result for a file of a copy, or for one that isn't there.
enum class Status : std::uint8_t { valid, invalid, missing, moved, unproven, unlisted };

/// The word for a status: `valid`.
std::string_view word_for(Status status);

struct FileVerdict {
  Status status = Status::unlisted;
  std::string reason;
};

struct LogVerdicts {
  std::vector<FileVerdict> files;  ///< One for each of the copy's files; of digests `unlisted`.
  std::vector<MissingFile> missing;
};

/// Compares each file with what digests list at its place. A proven digest's word counts more than another's, and a
/// broken one's for nothing. A file that isn't at its place is looked for by name and by content. `since` as in
/// find_missing_digests.
LogVerdicts judge_logs(const Copy& copy, const CopyIndex& index, const std::vector<DigestVerdict>& verdicts,
                       std::optional<text::Timestamp> since);

}  // namespace trailkeeper::rules::digests
