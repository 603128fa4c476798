// CloudTrail's digest files: each hour's says which log files there are, and signs the digest before it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/digests/object_place.h"
#include "text/result.h"
#include "text/sha256.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::digests {

/// A log file, as a digest lists it.
struct ListedLog {
  ObjectPlace place;
  text::Sha256 content{};  ///< Of what is in the first gzip member.
};

/// The digest before, as a digest names it.
struct PreviousDigest {
  ObjectPlace place;
  text::Sha256 content{};  ///< Of what is in its first gzip member.
  std::string signature;   ///< Of the previous digest, in hexadecimal as written.
};

/// What a digest file says.
struct Digest {
  ObjectPlace place;  ///< Where CloudTrail put it.
  std::string end;    ///< As written, since that is signed.
  text::Timestamp start_time = 0;
  text::Timestamp end_time = 0;
  std::string fingerprint;                 ///< Of the public key for its signature.
  std::string algorithm;                   ///< Of its signature; empty: not said.
  std::optional<PreviousDigest> previous;  ///< Nothing: a chain begins.
  std::vector<ListedLog> logs;

  /// Whether it was made later, for log files that the hourly digests left out. Such digests are chains of their own.
  [[nodiscard]] bool is_backfill() const;
  /// The name of its chain: account, region and trail, as its file's name has them.
  [[nodiscard]] std::string chain() const;
};

/// The content of a larger digest file isn't read. One of 40,000 log files has about as much.
constexpr std::size_t kMaxDigestBytes = std::size_t{16} << 20;

/// Reads a digest file's content. Refuses what AWS's own tool calls an invalid format, and anything that could be read
/// in two ways: a member twice, a key that leads out of its folder, half a previous digest.
text::Result<Digest> parse_digest(std::string_view json);

/// What CloudTrail signed of a digest with that content: end time, place, hash, and the signature of the one before.
std::string signed_text(const Digest& digest, const text::Sha256& content);

}  // namespace trailkeeper::rules::digests
