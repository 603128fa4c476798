#include "ingest/archive_end.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace trailkeeper::ingest {
namespace {

constexpr std::size_t kEndPiece = std::size_t{64} << 10;

// Bytes that come piece by piece, of which the next can be looked at.
class BytesAhead {
 public:
  BytesAhead(std::string ahead, std::uint64_t at, ByteInput& bytes)
      : ahead_(std::move(ahead)), begin_(at), bytes_(bytes) {}

  [[nodiscard]] std::uint64_t at() const { return begin_ + taken_; }

  // The next bytes: at least `size`, or all that there are.
  std::string_view peek(std::size_t size) {
    while (ahead_.size() - taken_ < size) {
      ahead_.erase(0, taken_);
      begin_ += std::exchange(taken_, 0);
      const std::size_t had = ahead_.size();
      ahead_.resize(had + kEndPiece);
      const std::size_t got = bytes_.read(ahead_.data() + had, kEndPiece);
      ahead_.resize(had + got);
      if (got == 0) break;
    }
    return std::string_view{ahead_}.substr(taken_);
  }

  // False: there aren't so many.
  bool skip(std::uint64_t size) {
    while (size > 0) {
      const std::size_t step = static_cast<std::size_t>(std::min<std::uint64_t>(size, peek(1).size()));
      if (step == 0) return false;
      taken_ += step;
      size -= step;
    }
    return true;
  }

 private:
  std::string ahead_;
  std::uint64_t begin_;
  std::size_t taken_ = 0;
  ByteInput& bytes_;
};

// Where something begins that isn't padding.
std::optional<std::uint64_t> next_visible(BytesAhead& bytes) {
  constexpr std::string_view kPadding{"\0 \t\r\n", 5};
  for (std::string_view rest = bytes.peek(1); !rest.empty(); rest = bytes.peek(1)) {
    const std::size_t visible = std::min(rest.find_first_not_of(kPadding), rest.size());
    const bool found = visible < rest.size();
    bytes.skip(visible);
    if (found) return bytes.at();
  }
  return std::nullopt;
}

// A little-endian number.
std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = size; i-- > 0;) number = number << 8U | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

// A kind of record in the directory of a ZIP archive (APPNOTE.TXT, 4.3): its size without what varies, and where sizes
// of that stand.
struct ZipPart {
  std::string_view magic;
  std::size_t size;
  std::array<std::size_t, 3> lengths;
  std::size_t bytes_of_length;
};
constexpr std::string_view kEndOfDirectory = "PK\x05\x06";
constexpr std::array kZipParts = std::to_array<ZipPart>({
    {"PK\x01\x02", 46, {28, 30, 32}, 2},  // A member.
    {"PK\x06\x06", 12, {4, 0, 0}, 8},     // The end, in an archive of more than 4 GiB.
    {"PK\x06\x07", 20, {}, 0},            // Where that is.
    {"PK\x05\x05", 6, {4, 0, 0}, 2},      // A signature.
    {kEndOfDirectory, 22, {20, 0, 0}, 2},
});

}  // namespace

ArchiveEnd read_zip_end(std::string ahead, std::uint64_t at, ByteInput& bytes) {
  BytesAhead rest{std::move(ahead), at, bytes};
  while (true) {
    constexpr std::size_t kLongest = 46;
    const std::string_view next = rest.peek(kLongest);
    const auto* const part = std::find_if(kZipParts.begin(), kZipParts.end(),
                                          [&](const ZipPart& known) { return next.starts_with(known.magic); });
    if (part == kZipParts.end() || next.size() < part->size) return {};
    std::uint64_t size = part->size;
    for (const std::size_t place : part->lengths) {
      if (place > 0) size += number_at(next, place, part->bytes_of_length);
    }
    const bool end = part->magic == kEndOfDirectory;
    if (!rest.skip(size)) return {};
    if (end) return {true, next_visible(rest)};
  }
}

ArchiveEnd read_tar_end(std::string ahead, std::uint64_t at, ByteInput& bytes) {
  BytesAhead rest{std::move(ahead), at, bytes};
  return {true, next_visible(rest)};
}

}  // namespace trailkeeper::ingest
