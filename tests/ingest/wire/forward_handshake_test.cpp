// The handshake of the Forward protocol, from the side of a client that follows the specification.
#include "ingest/wire/forward_handshake.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <array>

#include "tests/support/forward_samples.h"

using namespace trailkeeper;
using namespace trailkeeper::ingest;
using namespace trailkeeper::tests;
using namespace std::string_literals;

namespace {

std::string sha512_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  REQUIRE(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha512(), nullptr) == 1);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4U];
    hex += "0123456789abcdef"[digest[i] & 15U];
  }
  return hex;
}

const std::string kKey = "the shared key";
const std::string kSalt = "0123456789\xFF\x00\x01\x02\x03\x04"s;

// The nonce of ["HELO", {"nonce": …, "auth": "", "keepalive": true}].
std::string nonce_of(std::string_view hello) {
  PackItem item;
  REQUIRE(take_item(hello, item));
  CHECK((item.type == PackType::array && item.number == 2));
  REQUIRE(take_item(hello, item));
  CHECK(item.bytes == "HELO");
  REQUIRE(take_item(hello, item));
  CHECK((item.type == PackType::map && item.number == 3));
  REQUIRE(take_item(hello, item));
  CHECK(item.bytes == "nonce");
  REQUIRE(take_item(hello, item));
  CHECK((item.type == PackType::binary && item.bytes.size() == 16));
  CHECK(hello == packed("auth") + packed("") + packed("keepalive") + "\xC3");
  return std::string{item.bytes};
}

std::string ping(const ForwardHandshake& handshake, const std::string& key) {
  const std::string digest = sha512_hex(kSalt + "client" + nonce_of(handshake.hello()) + key);
  return array({packed("PING"), packed("client"), packed(kSalt), packed(digest), packed(""), packed("")});
}

}  // namespace

TEST_CASE("the right key is accepted, and the answer proves that the server knows it, too") {
  CHECK(sha512_hex("abc").starts_with("ddaf35a193617abacc417349ae204131"));  // FIPS 180-4's example.
  ForwardHandshake handshake{"server", kKey};
  const std::string client = ping(handshake, kKey);
  const std::string digest = sha512_hex(kSalt + "server" + nonce_of(handshake.hello()) + kKey);
  std::size_t consumed = 99;
  for (std::size_t size = 0; size < client.size(); ++size) {
    CHECK(handshake.answer(client.substr(0, size), consumed).empty());
    CHECK(consumed == 0);
    CHECK(!handshake.accepted());
    CHECK(!handshake.refused());
  }
  // Events may follow at once.
  CHECK(handshake.answer(client + "\x93", consumed) ==
        array({packed("PONG"), "\xC3", packed(""), packed("server"), packed(digest)}));
  CHECK(consumed == client.size());
  CHECK(handshake.accepted());
  CHECK(!handshake.refused());
}

TEST_CASE("a wrong key is refused, and the client is told") {
  ForwardHandshake handshake{"server", kKey};
  const std::string client = ping(handshake, "another key");
  std::size_t consumed = 0;
  const std::string answer = handshake.answer(client, consumed);
  CHECK(answer == array({packed("PONG"), "\xC2", packed("shared_key mismatch"), packed(""), packed("")}));
  CHECK(consumed == client.size());
  CHECK(!handshake.accepted());
  CHECK(handshake.refused());
}

TEST_CASE("each handshake has a nonce of its own: a PING can't be replayed") {
  const ForwardHandshake first{"server", kKey};
  ForwardHandshake second{"server", kKey};
  CHECK(nonce_of(first.hello()) != nonce_of(second.hello()));
  std::size_t consumed = 0;
  static_cast<void>(second.answer(ping(first, kKey), consumed));
  CHECK(second.refused());
}

TEST_CASE("an empty key accepts nobody") {
  ForwardHandshake handshake{"server", ""};
  std::size_t consumed = 0;
  static_cast<void>(handshake.answer(ping(handshake, ""), consumed));
  CHECK(handshake.refused());
}

TEST_CASE("anything else than a PING is refused without an answer") {
  const std::string digest(128, '0');
  for (const std::string& bytes : {
           "\xC0"s,
           "\xC1"s,
           "GET / HTTP/1.1\r\n"s,
           array({packed("tag"), "\x01", packed({{"eventName", "A"}})}),
           array({packed("PONG"), packed("client"), packed(kSalt), packed(digest), packed(""), packed("")}),
           array({packed("PING"), packed("client"), packed(kSalt), packed(digest), packed("")}),
           array({packed("PING"), packed("client"), packed(kSalt), "\xC0", packed(""), packed("")}),
           array({packed("PING"), packed(std::string(65536, 'x'))}),
           "\xDB\xFF\xFF\xFF\xFF"s,
       }) {
    ForwardHandshake handshake{"server", kKey};
    std::size_t consumed = 0;
    CHECK(handshake.answer(bytes, consumed).empty());
    CHECK(consumed == bytes.size());
    CHECK(handshake.refused());
  }
}
