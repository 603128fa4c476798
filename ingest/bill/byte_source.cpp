#include "ingest/bill/byte_source.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace trailkeeper::ingest {
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10;

}  // namespace

ByteSource::ByteSource(int descriptor, std::string ahead) : descriptor_(descriptor), ahead_(std::move(ahead)) {}

ByteSource::~ByteSource() { ::close(descriptor_); }

std::string_view ByteSource::read_stored() {
  if (!ahead_.empty()) {
    stored_ = std::exchange(ahead_, {});
    stored_bytes_ += stored_.size();
    return stored_;
  }
  stored_.resize(kPiece);
  while (true) {
    const ssize_t got = ::read(descriptor_, stored_.data(), stored_.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) problem_ = std::string{"cannot be read on: "} + std::strerror(errno);
    const std::size_t size = got < 0 ? 0 : static_cast<std::size_t>(got);
    stored_bytes_ += size;
    return std::string_view{stored_}.substr(0, size);
  }
}

std::string_view ByteSource::peek() {
  if (peeked_.empty()) peeked_ = fetch();
  return peeked_;
}

std::string_view ByteSource::read() { return peeked_.empty() ? fetch() : std::exchange(peeked_, {}); }

std::string_view ByteSource::fetch() {
  if (ended_) return {};
  if (!started_) {
    started_ = true;
    rest_ = read_stored();
    if (compression_of(rest_) == Compression::none) return std::exchange(rest_, {});
    stream_ = std::make_unique<LayerStream>();
  }
  if (!stream_) return read_stored();
  plain_.clear();
  while (plain_.empty()) {
    if (rest_.empty()) rest_ = read_stored();
    const bool at_end = rest_.empty();
    const bool sound = stream_->step(rest_, kPiece, plain_);
    if (sound && !(at_end && plain_.empty())) continue;
    ended_ = true;
    if (!sound) problem_ = "its compressed data is damaged";
    if (sound && !stream_->complete() && problem_.empty()) problem_ = "its compressed data is cut short";
    break;
  }
  return plain_;
}

}  // namespace trailkeeper::ingest
