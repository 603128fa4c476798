// Segments built in memory, without a store.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "event/record.h"
#include "store/segments/event_order.h"
#include "store/segments/merge.h"
#include "store/segments/segment.h"
#include "store/segments/segment_builder.h"
#include "tests/support/padded.h"

namespace trailkeeper::tests {

constexpr std::uint64_t kSeed = 0x1234567;

/// Bytes in a shared mapping, as a store's are: reading a segment may tell the kernel to drop its pages for now, which
/// would empty ordinary memory. Zeroes follow them up to the end of the page, and at least event::kPadding.
class MappedBytes {
 public:
  explicit MappedBytes(std::string_view bytes) : size_(bytes.size()), mapped_(bytes.size() + event::kPadding) {
    const int file = ::memfd_create("segment", MFD_CLOEXEC);
    if (file < 0 || ::ftruncate(file, static_cast<off_t>(mapped_)) != 0)
      throw std::runtime_error("memfd_create failed");
    data_ = static_cast<char*>(::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    ::close(file);
    if (data_ == MAP_FAILED) throw std::runtime_error("mmap failed");
    std::memcpy(data_, bytes.data(), bytes.size());
  }
  ~MappedBytes() {
    if (data_ != nullptr) ::munmap(data_, mapped_);
  }
  MappedBytes(MappedBytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(other.size_), mapped_(other.mapped_) {}
  MappedBytes& operator=(MappedBytes&&) = delete;
  MappedBytes(const MappedBytes&) = delete;
  MappedBytes& operator=(const MappedBytes&) = delete;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view view() const { return {data_, size_}; }
  char& operator[](std::size_t at) { return data_[at]; }

 private:
  char* data_ = nullptr;
  std::size_t size_;
  std::size_t mapped_;
};

/// A segment's parts as a store would hold them.
struct BuiltSegment {
  store::SegmentHeader header;
  std::vector<MappedBytes> parts;

  [[nodiscard]] store::Segment open() const {
    return store::Segment{header, [this](std::uint32_t part) { return parts.at(part).view(); }};
  }
};

template <typename Write>
BuiltSegment written(Write&& write) {
  BuiltSegment built;
  store::SegmentParts parts{[&](std::uint32_t number, const std::string& bytes) {
    if (number != built.parts.size()) throw std::runtime_error("parts out of order");
    built.parts.emplace_back(bytes);
  }};
  built.header = write(parts);
  return built;
}

/// Adds events to a builder; each must be one.
inline void add_all(store::SegmentBuilder& builder, event::RecordParser& parser,
                    const std::vector<std::string>& events) {
  for (const std::string& json : events) {
    const Padded bytes{json};
    event::Record record;
    if (parser.parse(bytes, record) != event::Reason::none) throw std::runtime_error("not an event: " + json);
    builder.add(record);
  }
}

/// The order that encode() wants, of the events that `keep` (all if empty).
inline std::vector<std::uint32_t> order_of(const store::SegmentBuilder& builder, const std::vector<bool>& keep = {}) {
  std::vector<std::uint32_t> kept;
  for (const std::uint32_t index : store::order_by_key(builder.keys())) {
    if (keep.empty() || keep[index]) kept.push_back(index);
  }
  return store::order_by_time(kept, builder.times());
}

inline std::string text_of(const store::Segment& segment, std::uint32_t index) {
  std::string out;
  segment.append_event(index, kSeed, out);
  return out;
}

}  // namespace trailkeeper::tests
