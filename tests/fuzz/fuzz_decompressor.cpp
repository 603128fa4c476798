// Any bytes as each encoding, and as layers of them: whatever comes out, at once or bit by bit, memory stays bounded.
#include <cstdlib>
#include <string>

#include "ingest/decompressor.h"

using namespace trailkeeper::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  constexpr std::size_t kLimit = std::size_t{1} << 22;
  for (const Compression compression :
       {Compression::gzip, Compression::zstd, Compression::zlib, Compression::bzip2, Compression::xz,
        Compression::utf16_little, Compression::utf16_big, Compression::none}) {
    const auto stream = make_decompression_stream(compression);
    std::string_view in = bytes;
    std::string out;
    while (out.size() < kLimit) {
      const std::size_t before = out.size() + (bytes.size() - in.size());
      if (!stream->step(in, 4096, out)) break;
      if (out.size() + (bytes.size() - in.size()) == before) break;
    }
    static_cast<void>(stream->complete());
  }
  std::string all;
  GzipMembers members;
  if (gunzip_all(bytes, kLimit, all, members) && all.size() > kLimit) std::abort();
  return 0;
}
