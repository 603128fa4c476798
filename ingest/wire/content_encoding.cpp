#include "ingest/wire/content_encoding.h"

#include <utility>

#include "event/reject.h"
#include "ingest/decompressor.h"

namespace trailkeeper::ingest {
DecodeResult decode_content(std::string_view encoding, std::string body, std::size_t limit, std::string& out) {
  out.clear();
  Compression declared = Compression::none;
  if (encoding == "gzip" || encoding == "x-gzip") declared = Compression::gzip;
  if (encoding == "zstd") declared = Compression::zstd;
  if (encoding == "deflate") declared = Compression::zlib;
  if (declared == Compression::none && !encoding.empty() && encoding != "identity") {
    return DecodeResult::unknown_encoding;
  }
  const Compression found = compression_of(body);
  if (declared != Compression::none && found != declared && !body.empty()) return DecodeResult::damaged;
  if (found == Compression::none) {
    if (body.size() > limit) return DecodeResult::too_large;
    out = std::move(body);
    return DecodeResult::ok;
  }
  const UnpackResult result = unpack(body, limit, out);
  if (result == UnpackResult::ok) return DecodeResult::ok;
  std::string{}.swap(out);
  return result == UnpackResult::too_large ? DecodeResult::too_large : DecodeResult::damaged;
}

}  // namespace trailkeeper::ingest
