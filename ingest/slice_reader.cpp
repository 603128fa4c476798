#include "ingest/slice_reader.h"

#include <cstring>
#include <utility>

#include "event/byte_masks.h"

namespace trailkeeper::ingest {
namespace {

// Small enough to stay in a core's cache between reading, framing and parsing.
constexpr std::size_t kSliceBytes = std::size_t{1} << 20;

}  // namespace

SliceReader::SliceReader(ByteInput& bytes, std::string source, std::function<std::string()> take_buffer)
    : bytes_(bytes),
      source_(std::make_shared<const std::string>(std::move(source))),
      take_buffer_(std::move(take_buffer)) {}

// Brings `window` up to `wanted` bytes of content; false when the source has no more.
bool SliceReader::fill(std::string& window, std::size_t& size, std::size_t wanted) {
  if (window.size() < wanted + event::kPadding) window.resize(wanted + event::kPadding);
  while (size < wanted) {
    const std::size_t got = bytes_.read(window.data() + size, wanted - size);
    if (got == 0) return false;
    size += got;
  }
  return true;
}

std::optional<Slice> SliceReader::next() {
  if (done_) return std::nullopt;
  Slice slice;
  slice.source = source_;
  slice.bytes = take_buffer_();
  std::size_t size = carry_.size();
  if (slice.bytes.size() < size + event::kPadding) slice.bytes.resize(size + event::kPadding);
  std::memcpy(slice.bytes.data(), carry_.data(), size);
  std::size_t consumed = 0;
  // Tiny documents are left over from the slice before: as long as there are many, nothing is read.
  bool more = true;
  if (size >= kSliceBytes / 2) consumed = framer_.split({slice.bytes.data(), size}, false, slice.frames);
  while (consumed == 0 && !done_) {
    more = fill(slice.bytes, size, size + kSliceBytes);
    consumed = framer_.split({slice.bytes.data(), size}, !more, slice.frames);
    done_ = !more && consumed == size;
  }
  carry_.assign(slice.bytes, consumed, size - consumed);
  slice.size = consumed;
  slice.offset = offset_;
  slice.line = line_;
  slice.last = done_;
  offset_ += consumed;
  line_ += event::count_line_feeds({slice.bytes.data(), consumed});
  return slice;
}

}  // namespace trailkeeper::ingest
