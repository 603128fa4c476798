// A copy of what CloudTrail delivered, as it was read: the files, and what the digests among them say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "rules/digests/digest.h"
#include "rules/digests/object_metadata.h"
#include "rules/digests/object_place.h"
#include "text/sha256.h"

namespace trailkeeper::rules::digests {

struct CopiedFile {
  enum class Kind : std::uint8_t {
    digest,
    log,    ///< Of a trail, by its place or content.
    other,  ///< Anything else in a bucket; it counts only if a digest lists it.
  };
  std::string path;        ///< Absolute.
  std::size_t folder = 0;  ///< How many of its first bytes are the folder that was named, with its slash.
  Kind kind = Kind::other;
  bool is_read = false;
  text::Sha256
      content{};  ///< If it was read: of the content of its first gzip member or, if it isn't gzip, of the whole file.
  std::string problem;  ///< Why it isn't a file as CloudTrail delivers them; empty: it is.

  [[nodiscard]] CopyPath place() const { return {path, folder}; }
};

/// The content of a file that is a digest, or should be.
struct CopiedDigest {
  std::size_t file = 0;          ///< Its place in Copy::files.
  std::optional<Digest> digest;  ///< Nothing: it can't be read as one.
  std::string problem;           ///< Then: why.
  std::optional<ObjectMetadata> metadata;
  std::string metadata_problem;  ///< Why there is none although its file is there.
};

struct Copy {
  std::vector<CopiedFile> files;
  std::vector<CopiedDigest> digests;
};

/// For hash tables: a hash of content needs no other.
struct HashOfSha256 {
  std::size_t operator()(const text::Sha256& hash) const;
};

/// Finds a copy's files by what digests say about them.
class CopyIndex {
 public:
  /// `copy` must outlive it and stay as it is.
  explicit CopyIndex(const Copy& copy);

  /// Whether a file has that name, wherever it is.
  [[nodiscard]] bool has_name(std::string_view name) const { return names_.contains(name); }
  /// Those that lie where the object of a key belongs (is_at): several, if there are several copies. However many have
  /// one name, the others aren't looked at.
  [[nodiscard]] std::vector<std::size_t> at(std::string_view key) const;

 private:
  const Copy& copy_;
  std::unordered_set<std::string_view> names_;
  std::vector<std::size_t> by_end_;  ///< By their paths, read backwards.
  std::unordered_multimap<std::string_view, std::size_t> by_path_in_copy_;
  std::size_t longest_path_in_copy_ = 0;
};

}  // namespace trailkeeper::rules::digests
