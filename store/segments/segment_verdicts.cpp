#include "store/segments/segment_verdicts.h"

#include <zstd.h>

#include "store/byte_codec.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {
namespace {

// basis, XXH3 of basis and codes, whether complete, then the codes compressed.
constexpr std::size_t kHead = 17;

std::uint64_t checksum_of(std::uint64_t basis, std::string_view codes) {
  return checksum(codes) ^ basis * 0x9E3779B97F4A7C15;
}

}  // namespace

std::string encode_verdicts(const SegmentVerdicts& verdicts) {
  const std::string_view codes{reinterpret_cast<const char*>(verdicts.codes.data()), verdicts.codes.size()};
  std::string out;
  put_fixed(verdicts.basis, out);
  put_fixed(checksum_of(verdicts.basis, codes), out);
  out.push_back(verdicts.complete ? 1 : 0);
  std::string compressed(ZSTD_compressBound(codes.size()), '\0');
  const std::size_t size = ZSTD_compress(compressed.data(), compressed.size(), codes.data(), codes.size(), 1);
  compressed.resize(ZSTD_isError(size) != 0 ? 0 : size);
  return out + compressed;
}

std::optional<SegmentVerdicts> head_of_verdicts(std::string_view bytes) {
  if (bytes.size() < kHead) return std::nullopt;
  SegmentVerdicts head;
  head.basis = ByteReader{bytes}.fixed<std::uint64_t>();
  head.complete = bytes[kHead - 1] != 0;
  return head;
}

std::optional<SegmentVerdicts> decode_verdicts(std::string_view bytes, std::size_t events) {
  if (bytes.size() < kHead) return std::nullopt;
  ByteReader reader{bytes};
  SegmentVerdicts verdicts;
  verdicts.basis = reader.fixed<std::uint64_t>();
  const auto expected = reader.fixed<std::uint64_t>();
  verdicts.complete = reader.fixed<std::uint8_t>() != 0;
  verdicts.codes.resize(events);
  const std::size_t size = ZSTD_decompress(verdicts.codes.data(), events, reader.rest().data(), reader.rest().size());
  if (size != events) return std::nullopt;
  const std::string_view codes{reinterpret_cast<const char*>(verdicts.codes.data()), events};
  if (checksum_of(verdicts.basis, codes) != expected) return std::nullopt;
  return verdicts;
}

}  // namespace trailkeeper::store
