#include "ingest/slice_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "event/byte_masks.h"

namespace trailkeeper::ingest {
namespace {

// Small enough to stay in a core's cache between reading, framing and parsing.
constexpr std::size_t kSliceBytes = std::size_t{1} << 20;
constexpr std::size_t kCompressedBytes = std::size_t{1} << 20;

}  // namespace

SliceReader::SliceReader(int descriptor, std::string source, std::function<std::string()> take_buffer,
                         std::string ahead)
    : descriptor_(descriptor),
      source_(std::make_shared<const std::string>(std::move(source))),
      take_buffer_(std::move(take_buffer)),
      ahead_(std::move(ahead)) {
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
}

SliceReader::~SliceReader() { ::close(descriptor_); }

// Reads once; 0 at the end or after an error, which ends the input.
std::size_t SliceReader::read_some(char* to, std::size_t room) {
  if (!ahead_.empty()) {
    const std::size_t size = std::min(room, ahead_.size());
    std::memcpy(to, ahead_.data(), size);
    ahead_.erase(0, size);
    stored_bytes_ += size;
    return size;
  }
  while (!input_ended_) {
    const ssize_t got = ::read(descriptor_, to, room);
    if (got > 0) {
      stored_bytes_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) problem_ = std::string{"cannot be read on: "} + std::strerror(errno);
    input_ended_ = true;
  }
  return 0;
}

// Brings `window` up to `wanted` bytes of content; false when the source has no more.
bool SliceReader::fill(std::string& window, std::size_t& size, std::size_t wanted) {
  if (window.size() < wanted + event::kPadding) window.resize(wanted + event::kPadding);
  while (size < wanted) {
    if (!stream_) {
      const std::size_t got = read_some(window.data() + size, wanted - size);
      if (got == 0) return false;
      size += got;
      if (!started_ && size >= 4) {
        started_ = true;
        const Compression compression = compression_of({window.data(), size});
        if (compression != Compression::none) {
          stream_ = make_decompression_stream(compression);
          compressed_.assign(window, 0, size);
          compressed_rest_ = compressed_;
          size = 0;
        }
      }
      continue;
    }
    if (compressed_rest_.empty()) {
      compressed_.resize(kCompressedBytes);
      const std::size_t got = read_some(compressed_.data(), compressed_.size());
      compressed_rest_ = std::string_view{compressed_}.substr(0, got);
    }
    std::string plain;
    const bool ended = compressed_rest_.empty();
    const bool sound = stream_->step(compressed_rest_, wanted - size, plain);
    std::memcpy(window.data() + size, plain.data(), plain.size());
    size += plain.size();
    if (!sound || (ended && plain.empty())) {
      if (!sound) {
        problem_ = "its compressed data is damaged";
      } else if (!stream_->complete() && problem_.empty()) {
        problem_ = "its compressed data is cut short";
      }
      input_ended_ = true;
      return false;
    }
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
