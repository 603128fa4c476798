#include "store/policy_file.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "store/byte_codec.h"
#include "store/error.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {

std::string policy_key(const PolicyFile& file) {
  std::string key;
  const auto put = [&key](std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(value >> shift & 0xFF));
  };
  // Times before 1970 sort before the others.
  put(static_cast<std::uint64_t>(file.time) ^ std::uint64_t{1} << 63);
  const XXH128_hash_t hash = XXH3_128bits(file.bytes.data(), file.bytes.size());
  put(hash.high64);
  put(hash.low64);
  return key;
}

std::string encode_policy_file(const PolicyFile& file) {
  std::string out;
  put_fixed(file.time, out);
  put_fixed(file.loaded, out);
  put_string(file.kind, out);
  put_string(file.source, out);
  put_string(file.bytes, out);
  put_fixed(checksum(out), out);
  return out;
}

PolicyFile decode_policy_file(std::string_view bytes) {
  constexpr std::size_t kChecksum = sizeof(std::uint64_t);
  if (bytes.size() < kChecksum) throw_corrupt("a policy file is cut off");
  const std::string_view content = bytes.substr(0, bytes.size() - kChecksum);
  if (ByteReader{bytes.substr(content.size())}.fixed<std::uint64_t>() != checksum(content)) {
    throw_corrupt("a policy file's checksum is wrong");
  }
  ByteReader reader{content};
  PolicyFile file;
  file.time = reader.fixed<std::int64_t>();
  file.loaded = reader.fixed<std::int64_t>();
  file.kind = reader.string();
  file.source = reader.string();
  file.bytes = reader.string();
  return file;
}

}  // namespace trailkeeper::store
