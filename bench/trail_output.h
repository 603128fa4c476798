// Writes a trail as NDJSON or as S3 has it.
#pragma once

#include <cstdint>
#include <string>

#include "trail_events.h"

namespace trailkeeper::bench {

/// What was written.
struct TrailSize {
  std::uint64_t files = 0;
  std::uint64_t raw_bytes = 0;     ///< Of the JSON.
  std::uint64_t stored_bytes = 0;  ///< Of the files.
};

/// One event a line, to `file` or, where that is empty, to standard output. Throws std::system_error.
TrailSize write_ndjson(const TrailOptions& options, const std::string& file);

/// `AWSLogs/ACCOUNT/CloudTrail/REGION/yyyy/mm/dd/….json.gz` below `directory`. Throws std::system_error.
TrailSize write_s3(const TrailOptions& options, const std::string& directory, std::uint64_t events_per_file);

}  // namespace trailkeeper::bench
