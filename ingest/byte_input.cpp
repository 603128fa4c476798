#include "ingest/byte_input.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace trailkeeper::ingest {
namespace {

constexpr std::size_t kStoredPiece = std::size_t{256} << 10;

}  // namespace

DescriptorInput::DescriptorInput(int descriptor, std::string ahead)
    : descriptor_(descriptor), ahead_(std::move(ahead)) {
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
}

DescriptorInput::~DescriptorInput() { ::close(descriptor_); }

std::size_t DescriptorInput::read(char* to, std::size_t room) {
  if (!ahead_.empty()) {
    const std::size_t size = std::min(room, ahead_.size());
    std::memcpy(to, ahead_.data(), size);
    ahead_.erase(0, size);
    bytes_ += size;
    return size;
  }
  while (problem_.empty()) {
    const ssize_t got = ::read(descriptor_, to, room);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) problem_ = std::string{"cannot be read on: "} + std::strerror(errno);
    bytes_ += static_cast<std::uint64_t>(std::max<ssize_t>(got, 0));
    return static_cast<std::size_t>(std::max<ssize_t>(got, 0));
  }
  return 0;
}

const std::string& PlainInput::problem() const { return problem_.empty() ? stored_.problem() : problem_; }

// Sees how the bytes are encoded.
void PlainInput::begin() {
  begun_ = true;
  piece_.resize(kStoredPiece);
  std::size_t size = 0;
  while (size < kTellingBytes) {
    const std::size_t got = stored_.read(piece_.data() + size, piece_.size() - size);
    if (got == 0) break;
    size += got;
  }
  stored_bytes_ += size;
  rest_ = std::string_view{piece_}.substr(0, size);
  if (compression_of(rest_) != Compression::none) stream_ = std::make_unique<LayerStream>();
}

std::string_view PlainInput::peek() {
  if (head_.empty() && head_given_ == 0) {
    head_.resize(kPeek);
    std::size_t size = 0;
    while (size < kPeek) {
      const std::size_t got = give(head_.data() + size, kPeek - size);
      if (got == 0) break;
      size += got;
    }
    head_.resize(size);
  }
  return head_;
}

std::size_t PlainInput::read(char* to, std::size_t room) {
  if (head_given_ < head_.size()) {
    const std::size_t size = std::min(room, head_.size() - head_given_);
    std::memcpy(to, head_.data() + head_given_, size);
    head_given_ += size;
    return size;
  }
  return give(to, room);
}

std::size_t PlainInput::give(char* to, std::size_t room) {
  if (!begun_) begin();
  if (!stream_ && rest_.empty()) return stored_.read(to, room);
  if (stream_ && plain_rest_.empty() && !ended_) decode(room);
  std::string_view& from = stream_ ? plain_rest_ : rest_;
  const std::size_t size = std::min(room, from.size());
  std::memcpy(to, from.data(), size);
  from.remove_prefix(size);
  return size;
}

// Fills plain_rest_; it stays empty at the end.
void PlainInput::decode(std::size_t room) {
  plain_.clear();
  while (plain_.empty()) {
    if (rest_.empty()) {
      const std::size_t got = stored_.read(piece_.data(), piece_.size());
      rest_ = std::string_view{piece_}.substr(0, got);
      stored_bytes_ += got;
    }
    const bool at_end = rest_.empty();
    const std::size_t before = rest_.size();
    bool sound = stream_->step(rest_, room, plain_);
    sound = sound && (at_end || rest_.size() != before || !plain_.empty());
    plain_bytes_ += plain_.size();
    const bool believed = plain_bytes_ <= kUnquestioned || plain_bytes_ / kMaxExpansion <= stored_bytes_;
    if (sound && believed && !(at_end && plain_.empty())) continue;
    ended_ = true;
    if (!sound) {
      problem_ = "its compressed data is damaged";
    } else if (!believed) {
      problem_ = "it expands to more than 2,000 times its size: what came first was taken";
    } else if (!stream_->complete() && stored_.problem().empty()) {
      problem_ = "its compressed data is cut short";
    }
    break;
  }
  plain_rest_ = plain_;
}

}  // namespace trailkeeper::ingest
