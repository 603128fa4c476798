#include "ingest/wire/body_window.h"

#include <cstring>
#include <utility>

namespace trailkeeper::ingest {
namespace {

// What is decompressed at once.
constexpr std::size_t kStep = std::size_t{256} << 10;

}  // namespace

BodyWindow::BodyWindow(std::string body, std::string_view encoding, std::size_t limit)
    : bytes_(std::move(body)), size_(bytes_.size()), limit_(limit) {
  Compression compression = Compression::none;
  if (encoding == "gzip" || encoding == "x-gzip") compression = Compression::gzip;
  if (encoding == "zstd") compression = Compression::zstd;
  if (compression == Compression::none && !encoding.empty() && encoding != "identity") {
    end(DecodeResult::unknown_encoding);
    return;
  }
  if (compression != Compression::none && size_ > 0 && compression_of(bytes_) != compression) {
    end(DecodeResult::damaged);
    return;
  }
  start(compression);
}

BodyWindow::BodyWindow(std::string body, Compression compression, std::size_t limit)
    : bytes_(std::move(body)), size_(bytes_.size()), limit_(limit) {
  start(compression);
}

void BodyWindow::start(Compression compression) {
  if (compression == Compression::none || size_ == 0) {
    bytes_.append(event::kPadding, '\0');
    last_ = true;
    if (size_ > limit_) end(DecodeResult::too_large);
    return;
  }
  compressed_ = std::move(bytes_);
  rest_ = compressed_;
  bytes_.assign(event::kPadding, '\0');
  size_ = 0;
  stream_ = make_decompression_stream(compression, WindowLimit::of_a_request);
}

void BodyWindow::end(DecodeResult result) {
  result_ = result;
  last_ = true;
  begin_ = size_ = 0;
  std::string(event::kPadding, '\0').swap(bytes_);
  std::string{}.swap(compressed_);
  stream_.reset();
}

bool BodyWindow::grow() {
  if (last_ || !stream_) return false;
  bytes_.erase(size_);
  bytes_.erase(0, begin_);
  begin_ = 0;
  const std::size_t before = bytes_.size();
  const std::size_t left = rest_.size();
  const bool sound = stream_->step(rest_, kStep, bytes_);
  size_ = bytes_.size();
  out_ += size_ - before;
  bytes_.append(event::kPadding, '\0');
  if (!sound) {
    end(DecodeResult::damaged);
    return false;
  }
  if (out_ > limit_) {
    end(DecodeResult::too_large);
    return false;
  }
  if (size_ == before && rest_.size() == left) {
    if (!rest_.empty() || !stream_->complete()) {
      end(DecodeResult::damaged);
      return false;
    }
    last_ = true;
  }
  return true;
}

std::size_t BodyWindow::memory() const {
  return bytes_.capacity() + compressed_.capacity() + (stream_ ? stream_->memory() : 0);
}

}  // namespace trailkeeper::ingest
