// Bodies with encodings in each other.
#include <doctest/doctest.h>

#include <string>

#include "ingest/layer_stream.h"
#include "ingest/wire/json_lines.h"
#include "tests/support/compressed.h"
#include "tests/support/whole_body.h"

using namespace trailkeeper;
using namespace trailkeeper::ingest;
using trailkeeper::tests::decoded;
using trailkeeper::tests::gzip;
using trailkeeper::tests::zstd;

namespace {

// Text that compresses as events do, so that a layer's first bytes give nothing yet.
std::string lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += R"({"eventName":"Describe)" + std::to_string(i * 7919 % 1000) + "\"}\n";
  return text;
}

}  // namespace

TEST_CASE("up to four encodings in each other, whatever the first bytes of one give") {
  constexpr std::size_t kLimit = std::size_t{8} << 20;
  for (const int count : {1, 30, 3000}) {
    const std::string text = lines(count);
    for (unsigned kinds = 0; kinds < 16; ++kinds) {
      for (const int level : {1, 6, 9}) {
        std::string body = text;
        for (unsigned layer = 0; layer < LayerStream::kMaxLayers; ++layer) {
          body = (kinds >> layer & 1U) != 0 ? zstd(body) : gzip(body, level);
          CAPTURE(count);
          CAPTURE(kinds);
          CAPTURE(layer);
          const auto got = decoded("", body, kLimit);
          REQUIRE(got.first == DecodeResult::ok);
          REQUIRE(got.second == text);
        }
      }
    }
  }
}

TEST_CASE("a piece ends after some work, whatever comes of it, so that somebody can look who waits for it") {
  BodyWindow window{gzip(std::string(std::size_t{40} << 20, '\n'), 9), "gzip", std::size_t{64} << 20};
  JsonLineDecoder decoder;
  int pieces = 0;
  for (bool more = true; more; ++pieces) {
    const std::uint64_t before = window.work();
    Delivery piece;
    more = *next_piece(window, decoder, piece);
    CHECK(window.work() < before + 2 * kMostWork);
  }
  CHECK(window.result() == DecodeResult::ok);
  CHECK(pieces >= 5);
}
