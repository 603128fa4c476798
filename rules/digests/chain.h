// Which digests are CloudTrail's: each is signed by its successor's word, or by its own object's metadata.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "rules/digests/copy.h"
#include "rules/digests/public_keys.h"

namespace trailkeeper::rules::digests {

enum class Proof : std::uint8_t {
  proven,    ///< A signature is sound.
  unproven,  ///< There is nothing to check it against.
  broken,    ///< What it is checked against says otherwise.
};

struct DigestVerdict {
  Proof proof = Proof::unproven;
  std::string reason;  ///< Unless it is proven.
};

/// A verdict for each of the copy's digests; `broken` for files that can't be read as one.
///
/// A digest's signature is in the next one or, for the newest, in a file with its object's metadata. One sound
/// signature proves it, wherever that was found. What an unsound signature means depends on who gave it: a digest that
/// is itself broken proves nothing. Without keys nothing can be proven, but contents can still contradict each other.
std::vector<DigestVerdict> judge_digests(const Copy& copy, const PublicKeys& keys);

}  // namespace trailkeeper::rules::digests
