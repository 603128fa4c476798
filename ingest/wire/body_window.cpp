#include "ingest/wire/body_window.h"

#include <cstring>
#include <utility>

#include "ingest/layer_stream.h"

namespace trailkeeper::ingest {
namespace {

// What is decompressed at once.
constexpr std::size_t kStep = std::size_t{256} << 10;

}  // namespace

BodyWindow::BodyWindow(std::string body, std::string_view encoding, std::size_t limit)
    : bytes_(std::move(body)), size_(bytes_.size()), limit_(limit) {
  Compression declared = Compression::none;
  if (encoding == "gzip" || encoding == "x-gzip") declared = Compression::gzip;
  if (encoding == "zstd") declared = Compression::zstd;
  if (encoding == "deflate") declared = Compression::zlib;
  const Compression found = compression_of(bytes_);
  if (declared == Compression::none && !encoding.empty() && encoding != "identity") {
    end(DecodeResult::unknown_encoding);
  } else if (declared != Compression::none && found != declared && size_ > 0) {
    end(DecodeResult::damaged);
  } else if (found != Compression::none) {
    start();
  } else if (size_ > limit_) {
    end(DecodeResult::too_large);
  } else {
    bytes_.append(event::kPadding, '\0');
    last_ = true;
  }
}

void BodyWindow::start() {
  compressed_ = std::move(bytes_);
  rest_ = compressed_;
  bytes_.assign(event::kPadding, '\0');
  size_ = 0;
  stream_ = std::make_unique<LayerStream>(WindowLimit::of_a_request);
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
  const std::size_t left = rest_.size();
  const std::uint64_t done = stream_->progress();
  const std::size_t had = bytes_.size();
  const bool sound = stream_->step(rest_, kStep, bytes_);
  size_ = bytes_.size();
  out_ += size_ - had;
  bytes_.append(event::kPadding, '\0');
  if (!sound) {
    end(DecodeResult::damaged);
    return false;
  }
  // Also of layers that come to nothing: else few bytes might take for ever.
  if (out_ > limit_ || stream_->passed() / LayerStream::kMaxLayers > limit_) {
    end(DecodeResult::too_large);
    return false;
  }
  if (left == 0 && stream_->progress() == done) {
    if (!stream_->complete()) {
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
