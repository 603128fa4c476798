// The SHA-256 of a gzip file's content, as CloudTrail's digests have it: of the first member's content, inflated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "rules/digests/digest.h"

namespace trailkeeper::ingest {

/// What a file contains.
struct HashedContent {
  bool is_read = false;
  text::Sha256 sha256{};  ///< Of the first member's content; of all bytes of a file that isn't gzip.
  std::string problem;    ///< Why the file isn't one whole gzip member; empty: it is.
  std::uint64_t stored_bytes = 0;
  std::uint64_t plain_bytes = 0;
  std::string_view front;  ///< The content's first bytes, at least kFront of them, or all: until the next file.
  bool is_whole = false;   ///< `front` is all of it.
};

/// Reads file after file with the same buffers, which hold kMaxInMemory at most; larger files pass through piece by
/// piece. Not thread-safe: one for each thread.
class ContentHasher {
 public:
  ContentHasher();
  ~ContentHasher();
  ContentHasher(const ContentHasher&) = delete;
  ContentHasher& operator=(const ContentHasher&) = delete;

  /// A regular file; a link isn't followed.
  HashedContent hash(const std::string& path);

  static constexpr std::size_t kFront = std::size_t{64} << 10;
  static constexpr std::size_t kMaxStoredInMemory = std::size_t{32} << 20;
  static constexpr std::size_t kMaxInMemory = std::size_t{128} << 20;
  /// A file that inflates to more than this isn't CloudTrail's: a few kilobytes may inflate to anything.
  static constexpr std::uint64_t kMaxContent = std::uint64_t{4} << 30;

 private:
  struct Buffers;

  bool inflate_at_once(std::string_view stored, HashedContent& content);

  std::unique_ptr<Buffers> buffers_;
};

}  // namespace trailkeeper::ingest
