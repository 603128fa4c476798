// The whole verdict on a copy: a row for each file that is a digest or a log, or should be there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/digests/copy.h"
#include "rules/digests/listed_logs.h"
#include "rules/digests/public_keys.h"

namespace trailkeeper::rules::digests {

struct ExaminedFile {
  enum class Kind : std::uint8_t { digest, log };
  Kind kind = Kind::log;
  std::string path;
  Status status = Status::unlisted;
  std::string reason;  ///< Empty: there is nothing to say.
};

struct Examination {
  std::vector<ExaminedFile> files;  ///< By path.
  std::size_t gaps = 0;             ///< Times in a chain that no digest covers.

  [[nodiscard]] std::size_t count(Status status) const;
  /// Whether something is valid, and nothing is invalid, missing or moved.
  [[nodiscard]] bool is_sound() const;
};

/// Compares a copy with its digests, and these with the keys. `since`: the copy begins then, and earlier files needn't
/// be there.
Examination examine(const Copy& copy, const PublicKeys& keys, std::optional<text::Timestamp> since = {});

}  // namespace trailkeeper::rules::digests
