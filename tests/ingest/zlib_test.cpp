// zlib's own format, which has no magic number.
#include <doctest/doctest.h>
#include <zlib.h>

#include <string>

#include "ingest/decompressor.h"
#include "ingest/layer_stream.h"

using namespace trailkeeper::ingest;

namespace {

std::string deflated(const std::string& bytes, int level) {
  std::string out(compressBound(bytes.size()), '\0');
  uLongf size = out.size();
  REQUIRE(compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                    bytes.size(), level) == Z_OK);
  out.resize(size);
  return out;
}

}  // namespace

TEST_CASE("zlib is known by its first bytes, whatever was compressed and at which level") {
  for (int level = 0; level <= 9; ++level) {
    for (int size = 0; size < 400; ++size) {
      const std::string event =
          R"({"Records":[{"eventVersion":"1.08","eventTime":"2024-05-01T10:00:00Z","eventName":"X)" +
          std::string(static_cast<std::size_t>(size), 'y') + std::to_string(size * 7919) + "\"}]}";
      const std::string stored = deflated(event, level);
      CAPTURE(level);
      CAPTURE(size);
      REQUIRE(compression_of(stored) == Compression::zlib);
      std::string out;
      REQUIRE(unpack(stored, std::size_t{1} << 20, out) == UnpackResult::ok);
      REQUIRE(out == event);
    }
  }
}

TEST_CASE("text that begins as zlib does is text") {
  CHECK(compression_of("x^") == Compression::none);
  CHECK(compression_of("x^2 + y") == Compression::none);
  CHECK(compression_of("x^2 + y^2 = r^2, which is a circle") == Compression::none);
}
