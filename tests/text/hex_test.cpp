#include "text/hex.h"

#include <doctest/doctest.h>

using namespace trailkeeper::text;

TEST_CASE("two digits a byte") {
  const std::string_view bytes{"\x00\x7f\xa0\xff", 4};
  CHECK(hex(bytes) == "007fa0ff");
  std::string out = "x";
  append_hex(bytes, out, kCapitalHexDigits);
  CHECK(out == "x007FA0FF");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CHECK(hex_byte("007fa0ff", 2 * i) == bytes[i]);
    CHECK(hex_byte("007FA0FF", 2 * i) == bytes[i]);
  }
}

TEST_CASE("what are no two digits is no byte") {
  for (const std::string_view text : {"", "0", "g0", "0g", "0x", "-1", " 1"}) CHECK(!hex_byte(text, 0));
  CHECK(!hex_byte("00", 1));
  CHECK(!hex_byte("00", 2));
}

TEST_CASE("all of a text is digits, or it stands for no bytes") {
  CHECK(bytes_of_hex("") == "");
  CHECK(bytes_of_hex("007Fa0fF") == std::string_view{"\x00\x7f\xa0\xff", 4});
  for (const std::string_view text : {"0", "000", "0g", "00 0", "0x00", "00\n"}) CHECK(!bytes_of_hex(text));
}
