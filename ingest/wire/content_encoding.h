// HTTP bodies as they were before Content-Encoding (RFC 9110 section 8.4).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trailkeeper::ingest {

enum class DecodeResult { ok, unknown_encoding, damaged, too_large };

/// Takes `gzip` (also `x-gzip`), `zstd`, `deflate` or `identity` (also an empty text) off, and whatever encodings the
/// bytes show beneath that, declared or not, as a replayed file's (LayerStream). A body of more than `limit` bytes when
/// decompressed is too_large: decompression ends there, so a small body can't fill the memory.
DecodeResult decode_content(std::string_view encoding, std::string body, std::size_t limit, std::string& out);

}  // namespace trailkeeper::ingest
