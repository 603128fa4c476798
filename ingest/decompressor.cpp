#include "ingest/decompressor.h"

#include <bzlib.h>
#include <libdeflate.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include "ingest/layer_stream.h"
#include "text/utf8.h"

namespace trailkeeper::ingest {
namespace {

// The last four bytes of a gzip member say how much it holds, modulo 2^32: a hint, never trusted.
std::size_t size_hint(std::string_view compressed) {
  if (compressed.size() < 18) return 0;
  std::uint32_t size = 0;
  std::memcpy(&size, compressed.data() + compressed.size() - 4, sizeof size);
  return size;
}

// gzip, or zlib's own format.
class InflateStream : public DecompressionStream {
 public:
  explicit InflateStream(int window_bits) {
    if (inflateInit2(&stream_, window_bits) != Z_OK) throw std::bad_alloc();
  }
  ~InflateStream() override { inflateEnd(&stream_); }
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;

  bool step(std::string_view& in, std::size_t room, std::string& out) override {
    const std::size_t begin = out.size();
    const std::size_t size = in.size();
    out.resize(begin + room);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + begin);
    stream_.avail_out = static_cast<uInt>(room);
    int code = Z_OK;
    while (!in.empty() && stream_.avail_out > 0 && code == Z_OK) {
      if (between_members_) {
        // Zero padding may follow the last member; anything else begins another.
        while (!in.empty() && in.front() == '\0') in.remove_prefix(1);
        if (in.empty()) break;
        note_member(consumed_ + size - in.size(), produced_ + room - stream_.avail_out);
        inflateReset(&stream_);
        between_members_ = false;
      }
      const auto offered = static_cast<uInt>(std::min<std::size_t>(in.size(), 1U << 30));
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
      stream_.avail_in = offered;
      code = inflate(&stream_, Z_NO_FLUSH);
      in.remove_prefix(offered - stream_.avail_in);
      if (code == Z_STREAM_END) {
        between_members_ = true;
        code = Z_OK;
      } else if (code == Z_BUF_ERROR) {
        code = Z_OK;
        break;
      }
    }
    consumed_ += size - in.size();
    produced_ += room - stream_.avail_out;
    out.resize(begin + room - stream_.avail_out);
    return code == Z_OK;
  }

  [[nodiscard]] bool complete() const override { return between_members_; }
  [[nodiscard]] const GzipMembers& members() const override { return members_; }

  // zlib's manual: 32 KiB of window and about 7 KiB around it.
  [[nodiscard]] std::size_t memory() const override { return std::size_t{40} << 10; }

 private:
  void note_member(std::uint64_t stored, std::uint64_t plain) {
    if (members_.size() < kMostGzipMembers) members_.push_back({stored, plain});
  }

  z_stream stream_{};
  GzipMembers members_;
  std::uint64_t consumed_ = 0;
  std::uint64_t produced_ = 0;
  bool between_members_ = false;
};

class ZstdStream : public DecompressionStream {
 public:
  explicit ZstdStream(WindowLimit limit) : context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    if (!context_) throw std::bad_alloc();
    constexpr int kLogOfFile = 27;
    constexpr int kLogOfRequest = 23;
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                           limit == WindowLimit::of_a_file ? kLogOfFile : kLogOfRequest);
  }

  bool step(std::string_view& in, std::size_t room, std::string& out) override {
    const std::size_t begin = out.size();
    out.resize(begin + room);
    ZSTD_outBuffer to{out.data() + begin, room, 0};
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    std::size_t code = 0;
    while (to.pos < to.size && ZSTD_isError(code) == 0) {
      const std::size_t before = from.pos + to.pos;
      code = ZSTD_decompressStream(context_.get(), &to, &from);
      // Without a byte more, zstd already speaks of the next frame.
      if (from.pos + to.pos == before) break;
      if (ZSTD_isError(code) == 0) complete_ = code == 0;
      if (from.pos == from.size && to.pos < to.size) break;
    }
    in.remove_prefix(from.pos);
    out.resize(begin + to.pos);
    produced_ += to.pos;
    return ZSTD_isError(code) == 0;
  }

  [[nodiscard]] bool complete() const override { return complete_; }

  // A window's pages are memory once they are written to.
  [[nodiscard]] std::size_t memory() const override {
    constexpr std::size_t kAround = std::size_t{512} << 10;
    return std::min(ZSTD_sizeof_DCtx(context_.get()), produced_ + kAround);
  }

 private:
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
  std::size_t produced_ = 0;
  bool complete_ = false;
};

class Bzip2Stream : public DecompressionStream {
 public:
  Bzip2Stream() { start(); }
  ~Bzip2Stream() override { BZ2_bzDecompressEnd(&stream_); }
  Bzip2Stream(const Bzip2Stream&) = delete;
  Bzip2Stream& operator=(const Bzip2Stream&) = delete;

  bool step(std::string_view& in, std::size_t room, std::string& out) override {
    const std::size_t begin = out.size();
    out.resize(begin + room);
    stream_.next_out = out.data() + begin;
    stream_.avail_out = static_cast<unsigned>(room);
    bool sound = true;
    while (sound && !in.empty() && stream_.avail_out > 0) {
      if (between_streams_) {
        BZ2_bzDecompressEnd(&stream_);
        const unsigned left = stream_.avail_out;
        char* const next = stream_.next_out;
        stream_ = {};
        start();
        stream_.next_out = next;
        stream_.avail_out = left;
        between_streams_ = false;
      }
      const auto offered = static_cast<unsigned>(std::min<std::size_t>(in.size(), 1U << 30));
      stream_.next_in = const_cast<char*>(in.data());
      stream_.avail_in = offered;
      const int code = BZ2_bzDecompress(&stream_);
      in.remove_prefix(offered - stream_.avail_in);
      between_streams_ = code == BZ_STREAM_END;
      sound = code == BZ_OK || code == BZ_STREAM_END;
    }
    out.resize(begin + room - stream_.avail_out);
    return sound;
  }

  [[nodiscard]] bool complete() const override { return between_streams_; }

  // bzip2's manual: 100 kB and four times the block, which has 900 kB at most.
  [[nodiscard]] std::size_t memory() const override { return std::size_t{3700} << 10; }

 private:
  void start() {
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
  }

  bz_stream stream_{};
  bool between_streams_ = false;
};

class XzStream : public DecompressionStream {
 public:
  explicit XzStream(WindowLimit limit) {
    constexpr std::uint64_t kOfFile = std::uint64_t{128} << 20;
    constexpr std::uint64_t kOfRequest = std::uint64_t{10} << 20;  // A dictionary of 8 MiB, xz's default.
    const std::uint64_t memory = limit == WindowLimit::of_a_file ? kOfFile : kOfRequest;
    if (lzma_stream_decoder(&stream_, memory, LZMA_CONCATENATED) != LZMA_OK) throw std::bad_alloc();
  }
  ~XzStream() override { lzma_end(&stream_); }
  XzStream(const XzStream&) = delete;
  XzStream& operator=(const XzStream&) = delete;

  bool step(std::string_view& in, std::size_t room, std::string& out) override {
    if (complete_) return in.empty();
    const bool last = in.empty();
    const std::size_t begin = out.size();
    out.resize(begin + room);
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data() + begin);
    stream_.avail_out = room;
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    stream_.avail_in = in.size();
    const lzma_ret code = lzma_code(&stream_, last ? LZMA_FINISH : LZMA_RUN);
    in.remove_prefix(in.size() - stream_.avail_in);
    out.resize(begin + room - stream_.avail_out);
    produced_ += out.size() - begin;
    complete_ = code == LZMA_STREAM_END;
    // Without progress: no more input will come, and the stream isn't complete.
    return code == LZMA_OK || code == LZMA_STREAM_END || code == LZMA_BUF_ERROR;
  }

  [[nodiscard]] bool complete() const override { return complete_; }

  // A dictionary's pages are memory once they are written to.
  [[nodiscard]] std::size_t memory() const override {
    constexpr std::size_t kAround = std::size_t{128} << 10;
    return std::min<std::size_t>(lzma_memusage(&stream_), produced_ + kAround);
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
  std::size_t produced_ = 0;
  bool complete_ = false;
};

// UTF-16 to UTF-8. A surrogate without its other half becomes U+FFFD.
class Utf16Stream : public DecompressionStream {
 public:
  explicit Utf16Stream(bool big) : big_(big) {}

  bool step(std::string_view& in, std::size_t room, std::string& out) override {
    const std::size_t end = out.size() + room;
    if (in.empty()) {
      if (high_ != 0) text::append_utf8(kReplacement, out);
      high_ = 0;
    }
    while (!in.empty() && out.size() < end) {
      const auto byte = static_cast<unsigned char>(in.front());
      in.remove_prefix(1);
      if (!has_byte_) {
        byte_ = byte;
        has_byte_ = true;
        continue;
      }
      has_byte_ = false;
      take_unit(big_ ? byte_ << 8U | byte : byte << 8U | byte_, out);
    }
    return true;
  }

  [[nodiscard]] bool complete() const override { return !has_byte_; }
  [[nodiscard]] std::size_t memory() const override { return 0; }

 private:
  static constexpr char32_t kReplacement = 0xFFFD;
  static constexpr std::uint32_t kByteOrderMark = 0xFEFF;

  void take_unit(std::uint32_t unit, std::string& out) {
    const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (high_ != 0 && low) {
      text::append_utf8(0x10000 + ((high_ - 0xD800) << 10U) + (unit - 0xDC00), out);
      high_ = 0;
      return;
    }
    if (high_ != 0) text::append_utf8(kReplacement, out);
    high_ = 0;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      high_ = unit;
    } else if (unit != kByteOrderMark) {
      text::append_utf8(low ? kReplacement : unit, out);
    }
  }

  bool big_;
  bool has_byte_ = false;
  std::uint32_t byte_ = 0;
  std::uint32_t high_ = 0;  // A high surrogate that waits for its other half.
};

bool is_text_byte(char c) { return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c <= '~'); }

// Deflate with a window of 32 kB, without a dictionary, at one of the levels. Of the four beginnings `x^` also begins
// text: but no text is behind a compression's.
bool is_zlib(std::string_view bytes) {
  if (bytes.size() < 4 || bytes[0] != 'x') return false;
  if (std::string_view{"\x01\x9C\xDA"}.find(bytes[1]) != std::string_view::npos) return true;
  const std::string_view behind = bytes.substr(2, kTellingBytes - 2);
  return bytes[1] == '^' && !std::all_of(behind.begin(), behind.end(), is_text_byte);
}

bool is_bzip2(std::string_view bytes) {
  // The magic of a block, or of a stream's end.
  return bytes.size() >= 6 && bytes.starts_with("BZh") && bytes[3] >= '1' && bytes[3] <= '9' &&
         (bytes.substr(4, 2) == "1A" || bytes.substr(4, 2) == "\x17\x72");
}

// A frame, or one that is to be skipped (RFC 8878, 3.1.2), as pzstd puts before its frames.
bool is_zstd(std::string_view bytes) {
  const bool skippable = bytes.size() >= 4 && bytes[0] >= '\x50' && bytes[0] <= '\x5F';
  return bytes.starts_with("\x28\xB5\x2F\xFD") || (skippable && bytes.substr(1).starts_with("\x2A\x4D\x18"));
}

Compression utf16_of(std::string_view bytes) {
  using std::string_view_literals::operator""sv;
  if (bytes.starts_with("\xFF\xFE\0\0"sv)) return Compression::none;  // UTF-32.
  if (bytes.starts_with("\xFF\xFE")) return Compression::utf16_little;
  if (bytes.starts_with("\xFE\xFF")) return Compression::utf16_big;
  if (bytes.size() < 4) return Compression::none;
  if (is_text_byte(bytes[0]) && bytes[1] == '\0' && is_text_byte(bytes[2]) && bytes[3] == '\0') {
    return Compression::utf16_little;
  }
  if (bytes[0] == '\0' && is_text_byte(bytes[1]) && bytes[2] == '\0' && is_text_byte(bytes[3])) {
    return Compression::utf16_big;
  }
  return Compression::none;
}

}  // namespace

Compression compression_of(std::string_view first_bytes) {
  using std::string_view_literals::operator""sv;
  if (first_bytes.starts_with("\x1F\x8B")) return Compression::gzip;
  if (is_zstd(first_bytes)) return Compression::zstd;
  if (is_bzip2(first_bytes)) return Compression::bzip2;
  if (first_bytes.starts_with("\xFD"
                              "7zXZ\0"sv)) {
    return Compression::xz;
  }
  if (is_zlib(first_bytes)) return Compression::zlib;
  return utf16_of(first_bytes);
}

bool gunzip_all(std::string_view compressed, std::size_t limit, std::string& out, GzipMembers& members) {
  const std::size_t stored = compressed.size();
  members.clear();
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
  };
  thread_local const std::unique_ptr<libdeflate_decompressor, Free> kDecompressor{libdeflate_alloc_decompressor()};
  std::size_t filled = 0;
  std::size_t guess = std::clamp<std::size_t>(size_hint(compressed), compressed.size() * 4, limit);
  while (!compressed.empty()) {
    out.resize(std::min(limit, filled + guess));
    std::size_t used = 0;
    std::size_t written = 0;
    const libdeflate_result result =
        libdeflate_gzip_decompress_ex(kDecompressor.get(), compressed.data(), compressed.size(), out.data() + filled,
                                      out.size() - filled, &used, &written);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE && out.size() < limit) {
      guess *= 2;
      continue;
    }
    if (result != LIBDEFLATE_SUCCESS) return false;
    filled += written;
    compressed.remove_prefix(used);
    while (!compressed.empty() && compressed.front() == '\0') compressed.remove_prefix(1);
    if (!compressed.empty() && members.size() < kMostGzipMembers)
      members.push_back({stored - compressed.size(), filled});
  }
  out.resize(filled);
  return true;
}

std::unique_ptr<DecompressionStream> make_decompression_stream(Compression compression, WindowLimit limit) {
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  switch (compression) {
    case Compression::gzip: return std::make_unique<InflateStream>(kGzipOnly);
    case Compression::zlib: return std::make_unique<InflateStream>(MAX_WBITS);
    case Compression::zstd: return std::make_unique<ZstdStream>(limit);
    case Compression::bzip2: return std::make_unique<Bzip2Stream>();
    case Compression::xz: return std::make_unique<XzStream>(limit);
    case Compression::utf16_little: return std::make_unique<Utf16Stream>(false);
    case Compression::utf16_big: return std::make_unique<Utf16Stream>(true);
    case Compression::none: break;
  }
  return std::make_unique<LayerStream>(limit);
}

const GzipMembers& DecompressionStream::members() const {
  static const GzipMembers kNone;
  return kNone;
}

}  // namespace trailkeeper::ingest
