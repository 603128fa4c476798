// Gathers a segment's sections into a few values of bounded size.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "store/segments/segment_format.h"

namespace trailkeeper::store {

class SegmentParts {
 public:
  /// Receives each part when it is full, in order.
  using Sink = std::function<void(std::uint32_t part, std::string&& bytes)>;

  explicit SegmentParts(Sink sink) : sink_(std::move(sink)) {}

  /// Copies a section in. Sections aren't split over parts, so a part may be larger than the usual 8 MiB.
  void add(SectionId id, std::string_view bytes);

  /// Hands over the last part; fills in the header's sections, parts and stored_bytes.
  void finish(SegmentHeader& header);

 private:
  void flush();
  std::uint64_t checksum_of(SectionId id, std::string_view bytes);

  Sink sink_;
  std::string chunk_checksums_;
  std::string part_;
  std::uint32_t parts_ = 0;
  std::uint64_t stored_bytes_ = 0;
  std::vector<SectionEntry> sections_;
};

/// Puts blobs one after the other into sections of bounded size, and says where each lies.
class ChunkedBlobs {
 public:
  ChunkedBlobs(SegmentParts& parts, SectionId first) : parts_(parts), first_(first) {}

  /// The buffer to append the next blob to.
  std::string& begin_blob();

  /// Writes what is left, and the index of all blobs as `index`.
  void finish(SectionId index);

 private:
  void flush();

  SegmentParts& parts_;
  SectionId first_;
  std::string chunk_;
  std::uint64_t chunks_ = 0;
  std::vector<std::uint64_t> blob_chunks_;
  std::vector<std::uint64_t> blob_offsets_;
};

/// XXH3 of stored bytes.
std::uint64_t checksum(std::string_view bytes);

}  // namespace trailkeeper::store
