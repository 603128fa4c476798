// Encoded bytes to plain ones: compressions and UTF-16, told apart by their content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trailkeeper::ingest {

enum class Compression { none, gzip, zstd, zlib, bzip2, xz, utf16_little, utf16_big };

/// This many first bytes reveal every encoding; fewer reveal most.
constexpr std::size_t kTellingBytes = 16;

/// By the first bytes: gzip's 1F 8B (RFC 1952), zstd's 28 B5 2F FD (RFC 8878), zlib (RFC 1950), bzip2, xz; UTF-16 with
/// a byte order mark, or beginning with two characters of ASCII.
Compression compression_of(std::string_view first_bytes);

/// A gzip member after the first of a file. CloudTrail writes files of one member; joining files, or appending to one,
/// makes more.
struct GzipMember {
  std::uint64_t stored = 0;  ///< Where it begins in the file.
  std::uint64_t plain = 0;   ///< Where its content begins in the content of all members.
};
using GzipMembers = std::vector<GzipMember>;

/// How many members of a file are noted.
constexpr std::size_t kMostGzipMembers = 1000;

/// Decompresses all members of a gzip file at once; fast, for files whose content fits into `limit` bytes. Nothing if
/// it is damaged, cut short or larger: then use a stream to get what can be had. Notes the members after the first.
bool gunzip_all(std::string_view compressed, std::size_t limit, std::string& out, GzipMembers& members);

/// Decompresses piece by piece.
class DecompressionStream {
 public:
  virtual ~DecompressionStream() = default;

  /// Takes bytes from the front of `in` and appends up to about `room` bytes to `out`. Returns false when the data is
  /// damaged; what came before stays in `out`. An empty `in` means that no more will come.
  virtual bool step(std::string_view& in, std::size_t room, std::string& out) = 0;

  /// Whether the data seen so far ends with a complete member or frame.
  [[nodiscard]] virtual bool complete() const = 0;

  /// For gzip: the members after the first, so far.
  [[nodiscard]] virtual const GzipMembers& members() const;

  /// Heap bytes that it holds, about; address space counts as far as it was written to.
  [[nodiscard]] virtual std::size_t memory() const = 0;
};

/// How far back compressed data may refer, which takes that much memory: for zstd 128 MiB, which its own command
/// accepts by default, or 8 MiB, which RFC 9659 allows in HTTP; for xz nearly 128 or 10 MiB. Data that asks for more
/// counts as damaged.
enum class WindowLimit { of_a_file, of_a_request };

/// For one encoding; several members or frames may follow each other.
std::unique_ptr<DecompressionStream> make_decompression_stream(Compression compression,
                                                               WindowLimit limit = WindowLimit::of_a_file);

}  // namespace trailkeeper::ingest
