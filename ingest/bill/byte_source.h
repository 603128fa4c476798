// The plain bytes of a file or pipe, piece by piece, whatever its compression.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ingest/decompressor.h"

namespace trailkeeper::ingest {

/// Not thread-safe.
class ByteSource {
 public:
  /// Owns `descriptor`. `ahead`: bytes that were read from it before.
  explicit ByteSource(int descriptor, std::string ahead = {});
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// The next bytes, valid until the next call; empty at the end.
  std::string_view read();
  /// The same again at the next read().
  std::string_view peek();

  /// Why the source ended early; empty if it didn't.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// Bytes read, as stored.
  [[nodiscard]] std::uint64_t stored_bytes() const { return stored_bytes_; }

 private:
  std::string_view read_stored();
  std::string_view fetch();

  int descriptor_;
  std::string ahead_;
  std::string stored_;
  std::string_view rest_;  // Of what was read and isn't decompressed yet.
  std::unique_ptr<DecompressionStream> stream_;
  std::string plain_;
  std::string_view peeked_;
  std::string problem_;
  std::uint64_t stored_bytes_ = 0;
  bool started_ = false;
  bool ended_ = false;
};

}  // namespace trailkeeper::ingest
