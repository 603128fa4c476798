// What S3 keeps of a digest beside its content: its signature.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/result.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::digests {

/// Of an object, as CloudTrail sets it.
struct ObjectMetadata {
  std::string signature;                      ///< In hexadecimal.
  std::string algorithm;                      ///< Of the signature; empty: not said.
  std::optional<text::Timestamp> backfilled;  ///< When a backfill digest was made.
};

/// The end of the name of a file beside a digest file that has its object's metadata.
constexpr std::string_view kMetadataSuffix = ".metadata.json";

/// Such files aren't larger.
constexpr std::size_t kMaxMetadataBytes = std::size_t{64} << 10;

/// Reads what `aws s3api head-object` prints.
text::Result<ObjectMetadata> parse_object_metadata(std::string_view json);

}  // namespace trailkeeper::rules::digests
