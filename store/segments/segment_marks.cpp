#include "store/segments/segment_marks.h"

#include "store/byte_codec.h"
#include "store/error.h"

namespace trailkeeper::store {

// The basis, then runs of events: how many are between, how many there are.
std::string encode_marks(const SegmentMarks& marks) {
  std::string out;
  put_fixed(marks.basis, out);
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < marks.events.size();) {
    std::size_t end = i + 1;
    while (end < marks.events.size() && marks.events[end] == marks.events[end - 1] + 1) ++end;
    put_varint(marks.events[i] - next, out);
    put_varint(end - i, out);
    next = std::uint64_t{marks.events[end - 1]} + 1;
    i = end;
  }
  return out;
}

std::optional<SegmentMarks> decode_marks(std::string_view bytes, std::uint64_t events) {
  try {
    ByteReader reader{bytes};
    SegmentMarks marks;
    marks.basis = reader.fixed<std::uint64_t>();
    std::uint64_t next = 0;
    while (!reader.empty()) {
      const std::uint64_t gap = reader.varint();
      const std::uint64_t length = reader.varint();
      if (gap > events - next || length == 0 || length > events - next - gap) return std::nullopt;
      next += gap;
      for (const std::uint64_t end = next + length; next < end; ++next) {
        marks.events.push_back(static_cast<std::uint32_t>(next));
      }
    }
    return marks;
  } catch (const StoreError&) {
    return std::nullopt;
  }
}

}  // namespace trailkeeper::store
