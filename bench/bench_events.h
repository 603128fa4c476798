// Generated events, parsed and built into segments, for the benchmarks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/record.h"
#include "store/segments/segment.h"
#include "store/segments/segment_builder.h"

namespace trailkeeper::bench {

constexpr std::uint64_t kHashSeed = 0x1234567;

/// NDJSON with the padding that parsers want.
struct Trail {
  std::string bytes;
  std::size_t size = 0;
  std::vector<std::string_view> events;

  [[nodiscard]] std::string_view view() const { return {bytes.data(), size}; }
};

/// Events `first` to `first + count - 1` of one trail of 90 days, each at a random time of it.
Trail make_trail(std::uint64_t count, std::uint64_t first = 0);

/// Adds all events of a trail; throws if one isn't an event.
void add_trail(const Trail& trail, event::RecordParser& parser, store::SegmentBuilder& builder);

/// The order in which encode() wants a builder's events, all of them.
std::vector<std::uint32_t> segment_order(const store::SegmentBuilder& builder);

/// Bytes in shared memory. Readers of segments tell the kernel which pages they no longer need, as they may with a
/// store's file; heap memory would lose its content.
class SharedBytes {
 public:
  explicit SharedBytes(std::string_view bytes);
  ~SharedBytes();
  SharedBytes(SharedBytes&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;
  SharedBytes& operator=(SharedBytes&&) = delete;

  [[nodiscard]] std::string_view view() const { return {data_, size_}; }

 private:
  char* data_;
  std::size_t size_;
};

/// A segment with its parts in memory.
struct MemorySegment {
  store::SegmentHeader header;
  std::vector<SharedBytes> parts;

  [[nodiscard]] store::Segment open() const;
};

MemorySegment encode(const store::SegmentBuilder& builder);
MemorySegment make_segment(std::uint64_t count, std::uint64_t first = 0);

}  // namespace trailkeeper::bench
