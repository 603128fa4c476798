// Compressed bytes to plain ones, told apart by their content.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::ingest {

enum class Compression { none, gzip, zstd };

/// By the first bytes: gzip's 1F 8B (RFC 1952), zstd's 28 B5 2F FD (RFC 8878).
Compression compression_of(std::string_view first_bytes);

/// Decompresses all members of a gzip file at once; fast, for files whose content fits `limit` bytes. Nothing if it is
/// damaged, cut short or larger: then GzipStream gives what can be had.
bool gunzip_all(std::string_view compressed, std::size_t limit, std::string& out);

/// Decompresses bit by bit.
class DecompressionStream {
 public:
  virtual ~DecompressionStream() = default;

  /// Takes bytes from the front of `in` and appends up to about `room` bytes to `out`. Returns false when the data is
  /// damaged; what came before stays in `out`.
  virtual bool step(std::string_view& in, std::size_t room, std::string& out) = 0;

  /// Whether the data seen so far ends with a complete member or frame.
  [[nodiscard]] virtual bool complete() const = 0;

  /// Heap bytes that it holds.
  [[nodiscard]] virtual std::size_t memory() const = 0;
};

/// How far back a zstd frame may refer, which is memory: up to 128 MiB, as zstd's own command takes unasked, or 8 MiB,
/// which is what RFC 9659 allows in HTTP. Frames that ask for more are damaged.
enum class WindowLimit { of_a_file, of_a_request };

/// For gzip or zstd; several members or frames may follow each other.
std::unique_ptr<DecompressionStream> make_decompression_stream(Compression compression,
                                                               WindowLimit limit = WindowLimit::of_a_file);

}  // namespace trailkeeper::ingest
