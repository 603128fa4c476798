#include "ingest/digest/content_hasher.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <optional>

#include "store/lmdb/store_files.h"
#include "text/sha256.h"

namespace trailkeeper::ingest {
namespace {

constexpr std::string_view kDamaged = "its gzip data is damaged or cut short";
constexpr std::string_view kNotGzip = "it isn't gzip, as CloudTrail delivers files";
constexpr std::size_t kHashedPiece = std::size_t{256} << 10;

// Bytes that grow without being filled first.
class Bytes {
 public:
  char* need(std::size_t size) {
    if (size > size_) {
      bytes_.reset();
      bytes_ = std::unique_ptr<char[]>{new char[size]};
      size_ = size;
    }
    return bytes_.get();
  }
  [[nodiscard]] char* data() const { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

// Up to `room` bytes; fewer at the end only. Nothing: it can't be read.
std::optional<std::size_t> read_up_to(int file, char* to, std::size_t room) {
  std::size_t filled = 0;
  while (filled < room) {
    const ssize_t count = ::read(file, to + filled, room - filled);
    if (count == 0) break;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    filled += static_cast<std::size_t>(count);
  }
  return filled;
}

std::string behind_first_member(std::uint64_t bytes) {
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes") +
         " behind the first gzip member, which no digest covers";
}

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B"); }

// The first member of a file of any size.
class FirstMember {
 public:
  FirstMember(int file, std::string_view ahead, Bytes& front) : file_(file), ahead_(ahead), front_(front) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~FirstMember() { inflateEnd(&stream_); }
  FirstMember(const FirstMember&) = delete;
  FirstMember& operator=(const FirstMember&) = delete;

  void read_into(HashedContent& content) {
    const auto piece = std::make_unique<char[]>(kHashedPiece);
    std::string_view stored = ahead_;
    int code = Z_OK;
    while (code == Z_OK) {
      if (stored.empty()) {
        const auto count = read_up_to(file_, piece.get(), kHashedPiece);
        if (!count || *count == 0) break;
        stored = {piece.get(), *count};
      }
      code = inflate_piece(stored, content);
    }
    content.front = {front_.data(), front_size_};
    if (content.plain_bytes > ContentHasher::kMaxContent) {
      content.problem = "its content is larger than 4 GiB";
      return;
    }
    if (code != Z_STREAM_END) {
      content.problem = kDamaged;
      return;
    }
    content.is_read = true;
    content.sha256 = hash_.finish();
    const std::uint64_t used = stream_.total_in;
    if (used < content.stored_bytes) content.problem = behind_first_member(content.stored_bytes - used);
  }

 private:
  int inflate_piece(std::string_view& stored, HashedContent& content) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(stored.data()));
    stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(stored.size(), 1U << 30));
    const std::size_t offered = stream_.avail_in;
    stream_.next_out = reinterpret_cast<Bytef*>(plain_.get());
    stream_.avail_out = kHashedPiece;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    stored.remove_prefix(offered - stream_.avail_in);
    const std::string_view plain{plain_.get(), kHashedPiece - stream_.avail_out};
    hash_.add(plain);
    keep_front(plain);
    content.plain_bytes += plain.size();
    if (content.plain_bytes > ContentHasher::kMaxContent) return Z_MEM_ERROR;
    return code == Z_BUF_ERROR ? Z_OK : code;
  }

  void keep_front(std::string_view plain) {
    const std::size_t more = std::min(plain.size(), ContentHasher::kFront - front_size_);
    std::memcpy(front_.need(ContentHasher::kFront) + front_size_, plain.data(), more);
    front_size_ += more;
  }

  int file_;
  std::string_view ahead_;
  Bytes& front_;
  std::size_t front_size_ = 0;
  std::unique_ptr<char[]> plain_ = std::make_unique<char[]>(kHashedPiece);
  z_stream stream_{};
  text::Sha256Stream hash_;
};

// All bytes of a file that isn't gzip.
void hash_plain(int file, std::string_view ahead, HashedContent& content) {
  text::Sha256Stream hash;
  hash.add(ahead);
  const auto piece = std::make_unique<char[]>(kHashedPiece);
  content.plain_bytes = ahead.size();
  while (true) {
    const auto count = read_up_to(file, piece.get(), kHashedPiece);
    if (!count) {
      content.problem = std::strerror(errno);
      return;
    }
    if (*count == 0) break;
    hash.add({piece.get(), *count});
    content.plain_bytes += *count;
  }
  content.is_read = true;
  content.sha256 = hash.finish();
  content.problem = kNotGzip;
}

}  // namespace

struct ContentHasher::Buffers {
  struct Free {
    void operator()(libdeflate_decompressor* one) const { libdeflate_free_decompressor(one); }
  };
  std::unique_ptr<libdeflate_decompressor, Free> decompressor{libdeflate_alloc_decompressor()};
  Bytes stored;
  Bytes plain;
};

ContentHasher::ContentHasher() : buffers_(std::make_unique<Buffers>()) {
  if (!buffers_->decompressor) throw std::bad_alloc();
}
ContentHasher::~ContentHasher() = default;

HashedContent ContentHasher::hash(const std::string& path) {
  HashedContent content;
  const store::Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    content.problem = errno == ELOOP ? "it is a link, which isn't followed" : std::strerror(errno);
    return content;
  }
  if (!S_ISREG(status.st_mode)) {
    content.problem = "it isn't a regular file";
    return content;
  }
  content.stored_bytes = static_cast<std::uint64_t>(status.st_size);
  const std::size_t ahead = static_cast<std::size_t>(std::min<std::uint64_t>(content.stored_bytes, kMaxStoredInMemory));
  const auto count = read_up_to(file.get(), buffers_->stored.need(ahead + 1), ahead);
  if (!count) {
    content.problem = std::strerror(errno);
    return content;
  }
  const std::string_view stored{buffers_->stored.data(), *count};
  const bool has_all = stored.size() == content.stored_bytes;
  if (!is_gzip(stored)) {
    hash_plain(file.get(), stored, content);
    content.front = stored;
    content.is_whole = has_all;
  } else if (!has_all || !inflate_at_once(stored, content)) {
    FirstMember{file.get(), stored, buffers_->plain}.read_into(content);
  }
  return content;
}

// False: it has too much for that, or is damaged.
bool ContentHasher::inflate_at_once(std::string_view stored, HashedContent& content) {
  constexpr std::size_t kSmallest = std::size_t{1} << 20;
  std::uint32_t hint = 0;  // The last member's size, by its own word.
  if (stored.size() >= 18) std::memcpy(&hint, stored.data() + stored.size() - sizeof hint, sizeof hint);
  std::size_t room = std::clamp<std::size_t>(hint, kSmallest, kMaxInMemory);
  while (true) {
    std::size_t used = 0;
    std::size_t written = 0;
    char* plain = buffers_->plain.need(room);
    const libdeflate_result result = libdeflate_gzip_decompress_ex(
        buffers_->decompressor.get(), stored.data(), stored.size(), plain, buffers_->plain.size(), &used, &written);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE && buffers_->plain.size() < kMaxInMemory) {
      room = std::min(kMaxInMemory, buffers_->plain.size() * 4);
      continue;
    }
    if (result != LIBDEFLATE_SUCCESS) return false;
    content.front = {plain, written};
    content.is_read = true;
    content.is_whole = true;
    content.plain_bytes = written;
    content.sha256 = text::sha256(content.front);
    if (used < stored.size()) content.problem = behind_first_member(stored.size() - used);
    return true;
  }
}

}  // namespace trailkeeper::ingest
