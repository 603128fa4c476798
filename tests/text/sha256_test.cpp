#include "text/sha256.h"

#include <doctest/doctest.h>

#include <string>

#include "text/hex.h"

using namespace trailkeeper::text;

TEST_CASE("the hashes of FIPS 180-4's examples, however the bytes come") {
  const std::string million(1'000'000, 'a');
  const std::pair<std::string_view, std::string_view> examples[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& [bytes, expected] : examples) {
    CHECK(hex_of(sha256(bytes)) == expected);
    Sha256Stream stream;
    stream.add(bytes.substr(0, bytes.size() / 3));
    stream.add({});
    stream.add(bytes.substr(bytes.size() / 3));
    CHECK(stream.finish() == sha256(bytes));
  }
}

TEST_CASE("a hash is 64 digits of either case") {
  const Sha256 hash = sha256("abc");
  std::string digits = hex_of(hash);
  CHECK(parse_sha256(digits) == hash);
  for (char& digit : digits) digit = static_cast<char>(digit >= 'a' ? digit - 'a' + 'A' : digit);
  CHECK(parse_sha256(digits) == hash);
  CHECK(!parse_sha256(digits + "00"));
  CHECK(!parse_sha256(digits.substr(2)));
  digits.back() = 'g';
  CHECK(!parse_sha256(digits));
}

// RFC 4231, test cases 1, 2 and 6.
TEST_CASE("HMAC-SHA-256 as RFC 4231 has it") {
  CHECK(hex_of(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex_of(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex_of(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}
