#include "ingest/decompressor.h"

#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

namespace trailkeeper::ingest {
namespace {

// The last four bytes of a gzip member say how much it holds, modulo 2^32: a hint, never trusted.
std::size_t size_hint(std::string_view compressed) {
  if (compressed.size() < 18) return 0;
  std::uint32_t size = 0;
  std::memcpy(&size, compressed.data() + compressed.size() - 4, sizeof size);
  return size;
}

class GzipStream : public DecompressionStream {
 public:
  GzipStream() {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipStream() override { inflateEnd(&stream_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  bool step(std::string_view& in, std::size_t room, std::string& out) override {
    const std::size_t begin = out.size();
    out.resize(begin + room);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + begin);
    stream_.avail_out = static_cast<uInt>(room);
    int code = Z_OK;
    while (!in.empty() && stream_.avail_out > 0 && code == Z_OK) {
      if (between_members_) {
        // Zero padding may follow the last member; anything else begins another.
        while (!in.empty() && in.front() == '\0') in.remove_prefix(1);
        if (in.empty()) break;
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
    out.resize(begin + room - stream_.avail_out);
    return code == Z_OK;
  }

  [[nodiscard]] bool complete() const override { return between_members_; }

  // zlib's manual: 32 KiB of window and about 7 KiB around it.
  [[nodiscard]] std::size_t memory() const override { return std::size_t{40} << 10; }

 private:
  z_stream stream_{};
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
    return ZSTD_isError(code) == 0;
  }

  [[nodiscard]] bool complete() const override { return complete_; }

  [[nodiscard]] std::size_t memory() const override { return ZSTD_sizeof_DCtx(context_.get()); }

 private:
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
  bool complete_ = false;
};

}  // namespace

Compression compression_of(std::string_view first_bytes) {
  if (first_bytes.starts_with("\x1F\x8B")) return Compression::gzip;
  if (first_bytes.starts_with("\x28\xB5\x2F\xFD")) return Compression::zstd;
  return Compression::none;
}

bool gunzip_all(std::string_view compressed, std::size_t limit, std::string& out) {
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
  }
  out.resize(filled);
  return true;
}

std::unique_ptr<DecompressionStream> make_decompression_stream(Compression compression, WindowLimit limit) {
  if (compression == Compression::gzip) return std::make_unique<GzipStream>();
  return std::make_unique<ZstdStream>(limit);
}

}  // namespace trailkeeper::ingest
