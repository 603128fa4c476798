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
  unproven,  ///< There is nothing that it could be held against.
  broken,    ///< What it is held against says otherwise.
};

struct DigestVerdict {
  Proof proof = Proof::unproven;
  std::string reason;  ///< Unless it is proven.
};

/// A verdict for each of the copy's digests; of those that can't be read as one, `broken`.
///
/// A digest's signature is in the next one, or, for the newest, in a file of its object's metadata. One sound signature
/// proves it, wherever that was found. What an unsound one tells depends on who says it: a digest that is broken itself
/// tells nothing. Without keys nothing can be proven, but contents can still contradict each other.
std::vector<DigestVerdict> judge_digests(const Copy& copy, const PublicKeys& keys);

}  // namespace trailkeeper::rules::digests
