#include "bench_events.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <stdexcept>

#include "store/segments/event_order.h"
#include "trail_events.h"

namespace trailkeeper::bench {

Trail make_trail(std::uint64_t count, std::uint64_t first) {
  TrailOptions options;
  options.events = count;
  options.order = TimeOrder::random;
  options.start = 1'709'251'200;  // 2024-03-01
  TrailEvents events{options};
  Trail trail;
  std::vector<std::size_t> ends;
  for (std::uint64_t i = 0; i < count; ++i) {
    events.append(first + i, trail.bytes);
    ends.push_back(trail.bytes.size());
    trail.bytes += '\n';
  }
  trail.size = trail.bytes.size();
  trail.bytes.append(event::kPadding, '\0');
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    trail.events.push_back(std::string_view{trail.bytes}.substr(begin, end - begin));
    begin = end + 1;
  }
  return trail;
}

void add_trail(const Trail& trail, event::RecordParser& parser, store::SegmentBuilder& builder) {
  for (const std::string_view json : trail.events) {
    event::Record record;
    if (parser.parse(json, record) != event::Reason::none)
      throw std::runtime_error("not an event: " + std::string{json});
    builder.add(record);
  }
}

std::vector<std::uint32_t> segment_order(const store::SegmentBuilder& builder) {
  return store::order_by_time(store::order_by_key(builder.keys()), builder.times());
}

SharedBytes::SharedBytes(std::string_view bytes) : size_(bytes.size()) {
  const int descriptor = ::memfd_create("segment", MFD_CLOEXEC);
  const std::size_t mapped = size_ + event::kPadding;
  if (descriptor < 0 || ::ftruncate(descriptor, static_cast<off_t>(mapped)) != 0) throw std::bad_alloc{};
  void* const memory = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  if (memory == MAP_FAILED) throw std::bad_alloc{};
  data_ = static_cast<char*>(memory);
  std::memcpy(data_, bytes.data(), size_);
}

SharedBytes::~SharedBytes() {
  if (data_ != nullptr) ::munmap(data_, size_ + event::kPadding);
}

store::Segment MemorySegment::open() const {
  return store::Segment{header, [this](std::uint32_t part) { return parts.at(part).view(); }};
}

MemorySegment encode(const store::SegmentBuilder& builder) {
  MemorySegment segment;
  store::SegmentParts parts{[&](std::uint32_t, const std::string& bytes) { segment.parts.emplace_back(bytes); }};
  segment.header = builder.encode(segment_order(builder), parts);
  return segment;
}

MemorySegment make_segment(std::uint64_t count, std::uint64_t first) {
  const Trail trail = make_trail(count, first);
  event::RecordParser parser;
  store::SegmentBuilder builder{kHashSeed};
  add_trail(trail, parser, builder);
  return encode(builder);
}

}  // namespace trailkeeper::bench
