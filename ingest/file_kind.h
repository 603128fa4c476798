// What a file is, by its name and its first bytes: a trail, an archive of files, another service's file, or one that
// can't be read here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::ingest {

struct FileKind {
  enum class What : std::uint8_t {
    trail,       ///< To be read: JSON, or something unknown.
    archive,     ///< ZIP or tar: its members are to be read.
    other,       ///< Lies beside trails in a bucket, and holds no events: digests, other services' logs.
    unreadable,  ///< A format that is known but not read.
  };
  What what = What::trail;
  std::string name;    ///< Of `other` and `unreadable`, for people: `VPC flow log`, `Parquet`.
  std::string remedy;  ///< Of `unreadable`: what to do.
};

/// The name of CloudTrail's digest files, of which kind `other`.
constexpr std::string_view kDigestKind = "CloudTrail digest";

/// By how many of its first bytes content is told, whichever way it comes.
constexpr std::size_t kToldBy = std::size_t{64} << 10;

/// `path`: as the source is named; folders of S3's layout (`AWSLogs/ACCOUNT/SERVICE/…`) reveal the service. `first`:
/// the first bytes of its content once encodings are taken off, all or at least kToldBy of them. A file that looks like
/// another service's is a trail all the same if these have a record in them (ingest/front_records.h). Quick for trails.
FileKind file_kind(std::string_view path, std::string_view first);

/// The same of what has no name, a request's body. What begins as JSON is to be read, whatever it is: it is rejected
/// as a record. Quick for JSON.
FileKind body_kind(std::string_view first);

}  // namespace trailkeeper::ingest
