// Where an object lies in S3, and where in a copy of a bucket.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace trailkeeper::rules::digests {

/// An object in S3.
struct ObjectPlace {
  std::string bucket;
  std::string key;

  friend auto operator<=>(const ObjectPlace&, const ObjectPlace&) = default;
  /// `s3://BUCKET/KEY`
  [[nodiscard]] std::string uri() const;
};

/// Whether both parts may belong to an object that CloudTrail wrote: no control characters, and no folders that lead
/// elsewhere (`..`, `.`).
bool is_sound(const ObjectPlace& place);

/// What stands behind the last slash.
std::string_view file_name(std::string_view path);

/// A key from its last folder `AWSLogs` on; all of one that has none.
std::string_view from_layout(std::string_view key);

/// A file of a copy: an absolute path, of which the first `folder` bytes are the folder that was named, with its slash.
struct CopyPath {
  std::string_view path;
  std::size_t folder = 0;
};

/// Whether a file lies where the object of that key belongs. Whatever stands before `AWSLogs/` is the copy's own, as
/// buckets are synchronised from any prefix into any folder; so is the part of the key that a partial copy leaves out.
bool is_at(CopyPath file, std::string_view key);

/// Where a copy has the object of a key, inferred from another file of the copy and its key; empty if these don't show
/// it.
std::string expected_path(std::string_view key, std::string_view known_path, std::string_view known_key);

}  // namespace trailkeeper::rules::digests
