// The small structures a segment is made of.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "store/byte_codec.h"
#include "store/error.h"
#include "store/segments/bit_pack.h"
#include "store/segments/block_postings.h"
#include "store/segments/bloom_filter.h"
#include "store/segments/event_order.h"
#include "store/segments/string_list.h"
#include "store/segments/string_table.h"

using namespace trailkeeper;
using namespace trailkeeper::store;

namespace {

std::uint64_t low_bits(unsigned width) { return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1; }

// With the padding that readers of packed values ask for.
std::string padded(std::string bytes) { return bytes + std::string(64, '\x55'); }

}  // namespace

TEST_CASE("bits_for and packed_bytes") {
  CHECK(bits_for(0) == 0);
  CHECK(bits_for(1) == 1);
  CHECK(bits_for(255) == 8);
  CHECK(bits_for(256) == 9);
  CHECK(bits_for(~std::uint64_t{0}) == 64);
  CHECK(packed_bytes(0, 7) == 0);
  CHECK(packed_bytes(8, 1) == 1);
  CHECK(packed_bytes(9, 1) == 2);
  CHECK(packed_bytes(3, 64) == 24);
  CHECK(packed_bytes(1000, 0) == 0);
}

TEST_CASE("property: packed values of every width come back") {
  std::mt19937_64 random{11};
  for (unsigned width = 0; width <= 64; ++width) {
    for (const std::size_t count : {0, 1, 2, 63, 64, 65, 1000}) {
      std::vector<std::uint64_t> values(count);
      for (auto& value : values) value = random() & low_bits(width);
      std::string bytes;
      BitWriter writer{bytes, width};
      for (const auto value : values) writer.put(value);
      writer.finish();
      REQUIRE(bytes.size() == packed_bytes(count, width));
      const std::string readable = padded(bytes);
      const PackedView view{readable.data(), width, 0, count};
      bool same = true;
      for (std::size_t i = 0; i < count; ++i) same = same && view[i] == values[i];
      CAPTURE(width);
      REQUIRE(same);
    }
  }
}

TEST_CASE("property: columns of any range come back, whole and in stretches") {
  std::mt19937_64 random{12};
  for (int round = 0; round < 400; ++round) {
    const auto width = static_cast<unsigned>(random() % 65);
    const std::uint64_t base = random() & low_bits(static_cast<unsigned>(random() % 65));
    std::vector<std::uint64_t> values(random() % 300);
    for (auto& value : values) value = base + std::min(random() & low_bits(width), ~std::uint64_t{0} - base);
    std::string bytes;
    append_column(std::span<const std::uint64_t>{values}, bytes);
    const std::string readable = padded(bytes);
    const PackedView view = open_column(std::string_view{readable}.substr(0, bytes.size()));
    REQUIRE(view.size() == values.size());
    for (std::size_t i = 0; i < values.size(); ++i) REQUIRE(view[i] == values[i]);
  }
  for (int round = 0; round < 400; ++round) {
    const auto width = static_cast<unsigned>(random() % 33);
    std::vector<std::uint32_t> values(1 + random() % 3000);
    for (auto& value : values) value = static_cast<std::uint32_t>(random() & low_bits(width));
    std::string bytes;
    append_column(std::span<const std::uint32_t>{values}, bytes);
    const std::string readable = padded(bytes);
    const PackedView view = open_column(std::string_view{readable}.substr(0, bytes.size()));
    const std::size_t begin = random() % values.size();
    std::vector<std::uint32_t> out(random() % (values.size() - begin + 1));
    view.unpack(begin, out);
    REQUIRE(std::equal(out.begin(), out.end(), values.begin() + static_cast<std::ptrdiff_t>(begin)));
  }
}

TEST_CASE("a column cut short is found") {
  const std::vector<std::uint64_t> values{1, 1000, 2, 70000, 5, 6, 7, 8, 9};
  std::string bytes;
  append_column(std::span<const std::uint64_t>{values}, bytes);
  const std::string readable = padded(bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(open_column(std::string_view{readable}.substr(0, size)), StoreError);
  }
}

TEST_CASE("byte codec: integers, strings, and a reader that doesn't run over the end") {
  std::string bytes;
  const std::vector<std::uint64_t> numbers{0, 1, 127, 128, 300, 1ULL << 35, ~std::uint64_t{0}};
  for (const auto number : numbers) put_varint(number, bytes);
  put_string("text", bytes);
  put_string("", bytes);
  put_fixed(std::uint32_t{7}, bytes);
  ByteReader reader{bytes};
  for (const auto number : numbers) CHECK(reader.varint() == number);
  CHECK(reader.string() == "text");
  CHECK(reader.string().empty());
  CHECK(reader.fixed<std::uint32_t>() == 7);
  CHECK(reader.empty());
  CHECK_THROWS_AS(reader.varint(), StoreError);
  CHECK_THROWS_AS(ByteReader{std::string_view{"\x05"
                                              "ab"}}
                      .string(),
                  StoreError);
  CHECK_THROWS_AS(ByteReader{std::string_view{"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"}}.varint(),
                  StoreError);
  CHECK_THROWS_AS(ByteReader{std::string_view{"ab"}}.bytes(3), StoreError);
}

TEST_CASE("a string table gives equal strings equal codes, dense and in order of first use") {
  StringTable table;
  CHECK(table.code_of("a") == 0);
  CHECK(table.code_of("b") == 1);
  CHECK(table.code_of("a") == 0);
  CHECK(table.code_of("") == 2);
  CHECK(table[1] == "b");
  CHECK(table[2].empty());
  CHECK(table.size() == 3);
  table.clear();
  CHECK(table.size() == 0);
  CHECK(table.code_of("b") == 0);
}

TEST_CASE("property: a string table against a map, with repetition and without") {
  std::mt19937_64 random{13};
  for (const std::uint64_t variety : {10ULL, 5000ULL, 1ULL << 40}) {
    StringTable table;
    std::map<std::string, std::uint32_t> known;
    std::vector<std::string> by_code;
    for (int i = 0; i < 60000; ++i) {
      std::string text = "value " + std::to_string(random() % variety);
      if (i % 997 == 0) text.append(random() % 9000, 'x');
      const std::uint32_t code = table.code_of(text);
      REQUIRE(code <= by_code.size());
      if (code == by_code.size()) by_code.push_back(text);
      REQUIRE(by_code[code] == text);
      if (variety == 10) REQUIRE(known.emplace(text, code).first->second == code);
    }
    REQUIRE(table.size() == by_code.size());
    for (std::uint32_t code = 0; code < table.size(); ++code) REQUIRE(table[code] == by_code[code]);
  }
}

TEST_CASE("property: string lists come back, over one block and many, with strings larger than a block") {
  std::mt19937_64 random{14};
  StringListWriter writer;
  for (const std::size_t count : {0, 1, 3, 100, 5000}) {
    std::vector<std::string> strings(count);
    for (auto& text : strings) {
      const std::uint64_t kind = random() % 40;
      const std::size_t length = kind == 0 ? 4096 + random() % 70000 : kind == 1 ? 0 : random() % 60;
      for (std::size_t i = 0; i < length; ++i)
        text.push_back(static_cast<char>(kind % 2 == 0 ? 'a' + random() % 3 : random()));
    }
    if (count == 3) strings[1] = std::string(4096, '\0');
    for (const auto& text : strings) writer.add(text);
    std::string bytes;
    writer.finish(bytes);
    const std::string readable = padded(bytes);
    const StringList list{std::string_view{readable}.substr(0, bytes.size() + kPackPadding)};
    REQUIRE(list.size() == count);
    std::string scratch;
    for (std::uint32_t i = 0; i < count; ++i) REQUIRE(list.get(i, scratch) == strings[i]);
    for (std::size_t i = 0; i < std::min<std::size_t>(count, 500); ++i) {
      const auto index = static_cast<std::uint32_t>(random() % count);
      std::string out = "before ";
      list.append(index, out);
      REQUIRE(out == "before " + strings[index]);
    }
    CHECK_THROWS_AS(list.get(static_cast<std::uint32_t>(count), scratch), StoreError);
  }
}

TEST_CASE("Bloom filter: no false negatives; false positives below 1 in 200") {
  std::mt19937_64 random{15};
  const auto key = [&] {
    EventKey out{};
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
    return out;
  };
  for (const std::size_t count : {0, 1, 100, 100000}) {
    std::vector<EventKey> keys(count);
    for (auto& one : keys) one = key();
    std::string bytes;
    append_bloom_filter(keys, bytes);
    const BloomFilter filter{bytes};
    bool all = true;
    for (const auto& one : keys) all = all && filter.may_contain(one);
    CHECK(all);
    int wrong = 0;
    for (int i = 0; i < 40000; ++i) wrong += filter.may_contain(key()) ? 1 : 0;
    CAPTURE(count);
    CHECK(wrong <= 200);
  }
}

TEST_CASE("property: block postings against brute force") {
  std::mt19937_64 random{16};
  for (const std::uint32_t code_count : {1U, 2U, 40U, 300U, 5000U}) {
    std::vector<std::uint32_t> codes(kPostingBlock * 23 + 17);
    std::uint32_t burst = 0;
    for (auto& code : codes) {
      if (random() % 50 == 0) burst = static_cast<std::uint32_t>(random() % (code_count + 1));
      code = burst;
    }
    std::string bytes;
    append_postings(codes, code_count, bytes);
    const std::string readable = padded(bytes);
    const BlockPostings postings{std::string_view{readable}.substr(0, bytes.size())};
    if (!postings.available()) continue;
    for (std::uint32_t code = 0; code < code_count; ++code) {
      std::vector<std::uint8_t> expected(24, 0);
      for (std::size_t i = 0; i < codes.size(); ++i) {
        if (codes[i] == code + 1) expected[i / kPostingBlock] = 1;
      }
      std::vector<std::uint8_t> blocks(24, 0);
      postings.mark(code, blocks);
      REQUIRE(blocks == expected);
    }
  }
}

TEST_CASE("property: the orders of events, with ties") {
  std::mt19937_64 random{17};
  for (const std::size_t count : {0, 1, 2, 300, 20000}) {
    std::vector<EventKey> keys(count);
    std::vector<text::Timestamp> times(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0 && random() % 5 == 0) {
        keys[i] = keys[random() % i];
      } else {
        for (auto& byte : keys[i]) byte = static_cast<std::uint8_t>(random() % 3);
      }
      times[i] = static_cast<std::int64_t>(random() % 50) * 1000 - 10000 + static_cast<std::int64_t>(random() % 2);
    }
    std::vector<std::uint32_t> expected(count);
    for (std::uint32_t i = 0; i < count; ++i) expected[i] = i;
    std::stable_sort(expected.begin(), expected.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });
    const auto by_key = order_by_key(keys);
    REQUIRE(by_key == expected);
    std::stable_sort(expected.begin(), expected.end(), [&](auto a, auto b) { return times[a] < times[b]; });
    REQUIRE(order_by_time(by_key, times) == expected);
  }
}
