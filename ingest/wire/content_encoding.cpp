#include "ingest/wire/content_encoding.h"

#include <utility>

#include "event/reject.h"
#include "ingest/decompressor.h"

namespace trailkeeper::ingest {
namespace {

// What is decompressed at once.
constexpr std::size_t kStep = std::size_t{1} << 20;

}  // namespace

DecodeResult decode_content(std::string_view encoding, std::string body, std::size_t limit, std::string& out) {
  out.clear();
  if (encoding.empty() || encoding == "identity") {
    if (body.size() > limit) return DecodeResult::too_large;
    out = std::move(body);
    return DecodeResult::ok;
  }
  Compression compression = Compression::none;
  if (encoding == "gzip" || encoding == "x-gzip") compression = Compression::gzip;
  if (encoding == "zstd") compression = Compression::zstd;
  if (compression == Compression::none) return DecodeResult::unknown_encoding;
  if (body.empty()) return DecodeResult::ok;
  if (compression_of(body) != compression) return DecodeResult::damaged;
  const auto stream = make_decompression_stream(compression);
  std::string_view rest = body;
  while (true) {
    const std::size_t before = out.size();
    const std::size_t left = rest.size();
    if (!stream->step(rest, kStep, out)) return DecodeResult::damaged;
    if (out.size() > limit) {
      std::string{}.swap(out);
      return DecodeResult::too_large;
    }
    if (out.size() == before && rest.size() == left) break;
  }
  return rest.empty() && stream->complete() ? DecodeResult::ok : DecodeResult::damaged;
}

}  // namespace trailkeeper::ingest
