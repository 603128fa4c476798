// MessagePack, every format of its specification.
#include "ingest/wire/message_pack.h"

#include <doctest/doctest.h>

#include <vector>

using namespace trailkeeper;
using namespace trailkeeper::ingest;
using namespace std::string_literals;

namespace {

constexpr std::size_t kNoLimit = std::size_t{1} << 40;

std::string json(std::string_view value) {
  std::string out;
  REQUIRE(append_json(value, out));
  return out;
}

PackStatus scan(std::string_view bytes, std::size_t limit = kNoLimit) { return PackScanner{limit}.scan(bytes); }

std::string nested(std::size_t levels) { return std::string(levels, '\x91') + "\xC0"; }

}  // namespace

TEST_CASE("scalars as JSON") {
  CHECK(json("\xC0") == "null");
  CHECK(json("\xC2") == "false");
  CHECK(json("\xC3") == "true");
  CHECK(json("\x00"s) == "0");
  CHECK(json("\x7F") == "127");
  CHECK(json("\xFF") == "-1");
  CHECK(json("\xE0") == "-32");
  CHECK(json("\xCC\xFF") == "255");
  CHECK(json("\xCD\x01\x00"s) == "256");
  CHECK(json("\xCE\xFF\xFF\xFF\xFF") == "4294967295");
  CHECK(json("\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF") == "18446744073709551615");
  CHECK(json("\xD0\x80") == "-128");
  CHECK(json("\xD0\x7F") == "127");
  CHECK(json("\xD1\x80\x00"s) == "-32768");
  CHECK(json("\xD2\x80\x00\x00\x00"s) == "-2147483648");
  CHECK(json("\xD3\x80\x00\x00\x00\x00\x00\x00\x00"s) == "-9223372036854775808");
}

TEST_CASE("reals as JSON: the shortest text that reads back the same; what isn't finite is null") {
  CHECK(json("\xCA\x3D\xCC\xCC\xCD") == "0.1");
  CHECK(json("\xCB\x3F\xB9\x99\x99\x99\x99\x99\x9A") == "0.1");
  CHECK(json("\xCB\xC0\x09\x21\xFB\x54\x44\x2D\x18") == "-3.141592653589793");
  CHECK(json("\xCB\x7F\xEF\xFF\xFF\xFF\xFF\xFF\xFF") == "1.7976931348623157e+308");
  CHECK(json("\xCB\x7F\xF0\x00\x00\x00\x00\x00\x00"s) == "null");
  CHECK(json("\xCA\x7F\xC0\x00\x00"s) == "null");
}

TEST_CASE("text as JSON: escaped, and always valid UTF-8") {
  CHECK(json("\xA0") == R"("")");
  CHECK(json("\xA5\"\\\n\x01\xFF") == R"("\"\\\n\u0001)"
                                      "\xEF\xBF\xBD\"");
  CHECK(json("\xD9\x02\xC3\xA9") == "\"\xC3\xA9\"");
  CHECK(json("\xDA\x00\x01x"s) == R"("x")");
  CHECK(json("\xDB\x00\x00\x00\x01x"s) == R"("x")");
  CHECK(json("\xC4\x01x") == R"("x")");
  CHECK(json("\xC5\x00\x01x"s) == R"("x")");
  CHECK(json("\xC6\x00\x00\x00\x01x"s) == R"("x")");
}

TEST_CASE("arrays and maps as JSON") {
  CHECK(json("\x90") == "[]");
  CHECK(json("\x80") == "{}");
  CHECK(json("\x93\x01\x92\x02\xC0\x80") == "[1,[2,null],{}]");
  CHECK(json("\xDC\x00\x02\x01\x02"s) == "[1,2]");
  CHECK(json("\xDD\x00\x00\x00\x01\x01"s) == "[1]");
  CHECK(json("\x82\xA1"s + "a\x81\xC4\x01" + "b\xFE\xA1" + "c\x91\xC2") == R"({"a":{"b":-2},"c":[false]})");
  CHECK(json("\xDE\x00\x01\xA1"s + "a\x01") == R"({"a":1})");
  CHECK(json("\xDF\x00\x00\x00\x01\xA1"s + "a\x01") == R"({"a":1})");
}

TEST_CASE("keys that aren't text become strings; containers among them cannot make escapes grow") {
  CHECK(json("\x84\x01\x02\xC0\x03\xCB\x3F\xF8\x00\x00\x00\x00\x00\x00\x04\x91\x05\x06"s) ==
        R"({"1":2,"null":3,"1.5":4,"9105":6})");
  std::string keys(100, '\x81');
  keys += std::string(101, '\xC0');
  CHECK(json(keys).size() < 1000);
}

TEST_CASE("extensions as JSON") {
  CHECK(json("\xD7\x00\x66\x32\x0C\xA0\x00\x00\x00\x07"s) == "1714556064.000000007");
  CHECK(json("\xC7\x08\x00\x66\x32\x0C\xA0\x3B\x9A\xC9\xFF"s) == "1714556064.999999999");
  CHECK(json("\xD7\x00\x66\x32\x0C\xA0\xFF\xFF\xFF\xFF"s) == "1714556064");
  CHECK(json("\xD4\x05\xAB") == R"({"extension":5,"hex":"ab"})");
  CHECK(json("\xD5\xFF\x01\x02") == R"({"extension":-1,"hex":"0102"})");
  CHECK(json("\xD6\x01"s + "abcd") == R"({"extension":1,"hex":"61626364"})");
  CHECK(json("\xD8\x01"s + std::string(16, '\0')) == R"({"extension":1,"hex":")" + std::string(32, '0') + "\"}");
  CHECK(json("\xC7\x00\x01"s) == R"({"extension":1,"hex":""})");
  CHECK(json("\xC8\x00\x01\x01\x02"s) == R"({"extension":1,"hex":"02"})");
  CHECK(json("\xC9\x00\x00\x00\x01\x01\x02"s) == R"({"extension":1,"hex":"02"})");
}

TEST_CASE("what isn't exactly one value isn't turned into JSON") {
  std::string out = "before";
  for (const std::string& bytes : {""s, "\x01\x02"s, "\x92\x01"s, "\xC1"s, "\xA2x"s, "\x91\xC1"s, nested(129)}) {
    CHECK(!append_json(bytes, out));
  }
  CHECK(out == "before");
}

TEST_CASE("every value cut short is incomplete, nothing is read past it, and the end is found byte by byte") {
  std::string value;
  pack_array(4, value);
  pack_map(2, value);
  pack_string(std::string(300, 'x'), value);
  pack_binary("abc", value);
  pack_nil(value);
  pack_array(0, value);
  value += "\xC8\x00\x02\x01zz\xCB"s + std::string(8, '\x01') + "\xD6\x01"s + "abcd";
  PackScanner scanner{kNoLimit};
  for (std::size_t size = 0; size <= value.size(); ++size) {
    const std::vector<char> front{value.begin(), value.begin() + static_cast<std::ptrdiff_t>(size)};
    const PackStatus expected = size == value.size() ? PackStatus::complete : PackStatus::incomplete;
    CHECK(scan({front.data(), size}) == expected);
    CHECK(scanner.scan({front.data(), size}) == expected);
    std::string_view rest{front.data(), size};
    CHECK(take_value(rest).size() == (size == value.size() ? size : 0));
  }
  CHECK(scanner.size() == value.size());
  scanner.reset();
  CHECK(scanner.scan("\x01\x02") == PackStatus::complete);
  CHECK(scanner.size() == 1);
  std::string_view two = "\x01\x91\x02";
  CHECK(take_value(two) == "\x01");
  CHECK(take_value(two) == "\x91\x02");
  CHECK(take_value(two).empty());
}

TEST_CASE("limits: depth, and sizes that the limit can't hold are seen at once") {
  CHECK(scan(nested(event::kMaxDepth)) == PackStatus::complete);
  CHECK(scan(nested(event::kMaxDepth + 1)) == PackStatus::too_deep);
  CHECK(scan(std::string(event::kMaxDepth, '\x91') + "\x90") == PackStatus::too_deep);
  CHECK(scan("\xC1") == PackStatus::malformed);
  CHECK(scan("\x92\x01\xC1") == PackStatus::malformed);
  CHECK(scan("\xA3xyz", 4) == PackStatus::complete);
  CHECK(scan("\xA4x", 4) == PackStatus::too_large);
  CHECK(scan("\xDB\xFF\xFF\xFF\xFF", 1000) == PackStatus::too_large);
  CHECK(scan("\xDD\xFF\xFF\xFF\xFF", 1000) == PackStatus::too_large);
  CHECK(scan("\xDF\xFF\xFF\xFF\xFF", kNoLimit) == PackStatus::incomplete);
  CHECK(scan("\x94\x01\x02", 4) == PackStatus::too_large);
  CHECK(scan("\x93\x01\x02", 4) == PackStatus::incomplete);
  CHECK(scan("\x93\x01\x02\xCD", 4) == PackStatus::too_large);
}

TEST_CASE("written in the smallest format, and read back") {
  for (const std::size_t size : {0U, 15U, 16U, 31U, 32U, 255U, 256U, 65535U, 65536U}) {
    CAPTURE(size);
    const std::string content(size, 'x');
    std::string bytes;
    pack_string(content, bytes);
    PackItem item;
    CHECK(read_item(bytes, item) == PackStatus::complete);
    CHECK((item.type == PackType::string && item.bytes == content && item.size == bytes.size()));
    CHECK(bytes.size() - size == (size < 32 ? 1 : size < 256 ? 2 : size < 65536 ? 3 : 5));
    bytes.clear();
    pack_binary(content, bytes);
    CHECK(read_item(bytes, item) == PackStatus::complete);
    CHECK((item.type == PackType::binary && item.bytes == content));
    bytes.clear();
    pack_array(size, bytes);
    CHECK(read_item(bytes, item) == PackStatus::complete);
    CHECK((item.type == PackType::array && item.number == size && item.children() == size));
    CHECK(bytes.size() == (size < 16 ? 1 : size < 65536 ? 3 : 5));
    bytes.clear();
    pack_map(size, bytes);
    CHECK(read_item(bytes, item) == PackStatus::complete);
    CHECK((item.type == PackType::map && item.number == size && item.children() == 2 * size));
  }
  std::string bytes;
  pack_boolean(true, bytes);
  pack_boolean(false, bytes);
  pack_nil(bytes);
  CHECK(bytes == "\xC3\xC2\xC0");
}
