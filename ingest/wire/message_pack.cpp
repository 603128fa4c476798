#include "ingest/wire/message_pack.h"

#include <bit>
#include <charconv>
#include <cmath>

#include "text/hex.h"
#include "text/json_writer.h"

namespace trailkeeper::ingest {
namespace {

// What an item's first byte says: a number of `width` bytes follows, or else the number is `implied`. It is the value
// itself, the length of what follows, or the count of elements.
struct Head {
  PackType type = PackType::never_used;
  std::size_t width = 0;
  std::uint64_t implied = 0;
};

constexpr std::uint8_t kFirstOfTable = 0xC0;
constexpr std::array<Head, 32> kHeads{{
    {PackType::nil},
    {PackType::never_used},
    {PackType::boolean, 0, 0},
    {PackType::boolean, 0, 1},
    {PackType::binary, 1},
    {PackType::binary, 2},
    {PackType::binary, 4},
    {PackType::extension, 1},
    {PackType::extension, 2},
    {PackType::extension, 4},
    {PackType::real, 4},
    {PackType::real, 8},
    {PackType::natural, 1},
    {PackType::natural, 2},
    {PackType::natural, 4},
    {PackType::natural, 8},
    {PackType::integer, 1},
    {PackType::integer, 2},
    {PackType::integer, 4},
    {PackType::integer, 8},
    {PackType::extension, 0, 1},
    {PackType::extension, 0, 2},
    {PackType::extension, 0, 4},
    {PackType::extension, 0, 8},
    {PackType::extension, 0, 16},
    {PackType::string, 1},
    {PackType::string, 2},
    {PackType::string, 4},
    {PackType::array, 2},
    {PackType::array, 4},
    {PackType::map, 2},
    {PackType::map, 4},
}};

Head head_of(std::uint8_t first) {
  if (first < 0x80) return {PackType::natural, 0, first};
  if (first < 0x90) return {PackType::map, 0, first & 0x0FU};
  if (first < 0xA0) return {PackType::array, 0, first & 0x0FU};
  if (first < 0xC0) return {PackType::string, 0, first & 0x1FU};
  if (first < 0xE0) return kHeads[first - kFirstOfTable];
  return {PackType::integer, 0, first | ~std::uint64_t{0xFF}};
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<std::uint8_t>(c);
  return number;
}

std::uint64_t sign_extended(std::uint64_t number, std::size_t width) {
  const std::uint64_t sign = std::uint64_t{1} << (width * 8 - 1);
  return (number ^ sign) - sign;
}

void set_number(const Head& head, std::uint64_t number, PackItem& item) {
  item.number = number;
  if (head.type == PackType::integer && head.width > 0) item.number = sign_extended(number, head.width);
  if (head.type != PackType::real) return;
  item.single = head.width == 4;
  item.real = item.single ? static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(number)))
                          : std::bit_cast<double>(number);
}

}  // namespace

PackStatus read_item(std::string_view bytes, PackItem& item) {
  item = {};
  item.size = 1;
  if (bytes.empty()) return PackStatus::incomplete;
  const Head head = head_of(static_cast<std::uint8_t>(bytes.front()));
  if (head.type == PackType::never_used) return PackStatus::malformed;
  item.type = head.type;
  std::size_t begin = 1 + head.width;  // Of the content.
  item.size = begin;
  if (bytes.size() < begin) return PackStatus::incomplete;
  set_number(head, head.width > 0 ? big_endian(bytes.substr(1, head.width)) : head.implied, item);
  if (!item.is_text() && head.type != PackType::extension) return PackStatus::complete;
  if (head.type == PackType::extension) ++begin;
  const std::uint64_t length = item.number;
  item.size = begin + length;
  if (bytes.size() < item.size) return PackStatus::incomplete;
  if (head.type == PackType::extension) item.extension = static_cast<std::int8_t>(bytes[begin - 1]);
  item.bytes = bytes.substr(begin, length);
  return PackStatus::complete;
}

PackStatus PackScanner::scan(std::string_view bytes) {
  while (wanted_ > 0) {
    const PackStatus status = step(bytes);
    if (status != PackStatus::complete) return status;
  }
  return PackStatus::complete;
}

PackStatus PackScanner::step(std::string_view bytes) {
  PackItem item;
  const PackStatus status = read_item(bytes.substr(at_), item);
  if (status == PackStatus::malformed) return status;
  // Every value that is still to come takes a byte at least.
  const std::uint64_t wanted = wanted_ - 1 + item.children();
  if (at_ + item.size + wanted > limit_) return PackStatus::too_large;
  if (status == PackStatus::incomplete) return status;
  if (item.is_container() && depth_ == open_.size()) return PackStatus::too_deep;
  at_ += item.size;
  wanted_ = wanted;
  if (item.children() > 0) {
    open_[depth_++] = item.children();
  } else {
    close();
  }
  return PackStatus::complete;
}

// A value has ended, and with it the arrays and maps whose last one it was.
void PackScanner::close() {
  while (depth_ > 0 && --open_[depth_ - 1] == 0) --depth_;
}

std::string_view take_value(std::string_view& bytes) {
  PackItem item;
  if (read_item(bytes, item) != PackStatus::complete) return {};
  std::size_t size = item.size;
  if (item.children() > 0) {
    PackScanner scanner{bytes.size()};
    if (scanner.scan(bytes) != PackStatus::complete) return {};
    size = scanner.size();
  }
  const std::string_view value = bytes.substr(0, size);
  bytes.remove_prefix(value.size());
  return value;
}

bool take_item(std::string_view& bytes, PackItem& item) {
  if (read_item(bytes, item) != PackStatus::complete) return false;
  bytes.remove_prefix(item.size);
  return true;
}

namespace {

template <typename Number>
std::string number_text(Number number) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

std::string real_text(const PackItem& item) {
  if (!std::isfinite(item.real)) return "null";
  return item.single ? number_text(static_cast<float>(item.real)) : number_text(item.real);
}

// Seconds and nanoseconds, 32 bits each: the Forward protocol's EventTime ext format.
std::string event_time_text(std::string_view bytes) {
  std::string seconds = std::to_string(big_endian(bytes.substr(0, 4)));
  const std::string fraction = std::to_string(big_endian(bytes.substr(4)));
  constexpr std::size_t kDigits = 9;
  if (fraction.size() > kDigits) return seconds;  // More than a second of nanoseconds.
  return seconds + '.' + std::string(kDigits - fraction.size(), '0') + fraction;
}

void write_extension(const PackItem& item, text::JsonWriter& json) {
  constexpr std::size_t kEventTimeSize = 8;
  if (item.extension == 0 && item.bytes.size() == kEventTimeSize) {
    json.raw(event_time_text(item.bytes));
    return;
  }
  std::string hex;
  text::append_hex(item.bytes, hex);
  json.open('{').member("extension", static_cast<int>(item.extension)).member("hex", hex).close('}');
}

void write_value(std::string_view& bytes, text::JsonWriter& json);

// JSON has only strings. An array or map isn't spelled out in one: escapes in escapes would double with each level.
std::string take_key(std::string_view& bytes) {
  PackItem item;
  read_item(bytes, item);
  std::string key;
  if (item.is_text()) {
    take_item(bytes, item);
    key = item.bytes;
  } else if (item.is_container()) {
    text::append_hex(take_value(bytes), key);
  } else {
    text::JsonWriter json{key};
    write_value(bytes, json);
  }
  return key;
}

void write_container(const PackItem& head, std::string_view& bytes, text::JsonWriter& json) {
  const bool map = head.type == PackType::map;
  json.open(map ? '{' : '[');
  for (std::uint64_t i = 0; i < head.number; ++i) {
    if (map) json.name(take_key(bytes));
    write_value(bytes, json);
  }
  json.close(map ? '}' : ']');
}

// Precondition: a whole value is at the front of `bytes` (so that recursion ends after event::kMaxDepth levels).
void write_value(std::string_view& bytes, text::JsonWriter& json) {
  PackItem item;
  take_item(bytes, item);
  switch (item.type) {
    case PackType::never_used:
    case PackType::nil: json.raw("null"); break;
    case PackType::boolean: json.value(item.number != 0); break;
    case PackType::natural: json.value(item.number); break;
    case PackType::integer: json.value(static_cast<std::int64_t>(item.number)); break;
    case PackType::real: json.raw(real_text(item)); break;
    case PackType::string:
    case PackType::binary: json.value(item.bytes); break;
    case PackType::array:
    case PackType::map: write_container(item, bytes, json); break;
    case PackType::extension: write_extension(item, json); break;
  }
}

void append_big_endian(std::uint64_t number, std::size_t width, std::string& out) {
  while (width > 0) out += static_cast<char>(number >> (--width * 8));
}

// The heads of a family: one that implies numbers up to `implied_max`, and those with 1 (0: there is none), 2 and 4
// bytes.
struct Family {
  std::uint8_t implied;
  std::size_t implied_max;
  std::uint8_t one;
  std::uint8_t two;
  std::uint8_t four;
};

void pack_head(const Family& family, std::size_t number, std::string& out) {
  if (family.implied != 0 && number <= family.implied_max) {
    out += static_cast<char>(family.implied | number);
  } else if (family.one != 0 && number <= 0xFF) {
    out += static_cast<char>(family.one);
    append_big_endian(number, 1, out);
  } else if (number <= 0xFFFF) {
    out += static_cast<char>(family.two);
    append_big_endian(number, 2, out);
  } else {
    out += static_cast<char>(family.four);
    append_big_endian(number, 4, out);
  }
}

}  // namespace

bool append_json(std::string_view value, std::string& out) {
  std::string_view whole = take_value(value);
  if (whole.empty() || !value.empty()) return false;
  text::JsonWriter json{out};
  write_value(whole, json);
  return true;
}

void pack_nil(std::string& out) { out += '\xC0'; }

void pack_boolean(bool value, std::string& out) { out += value ? '\xC3' : '\xC2'; }

void pack_string(std::string_view text, std::string& out) {
  pack_head({0xA0, 31, 0xD9, 0xDA, 0xDB}, text.size(), out);
  out += text;
}

void pack_binary(std::string_view bytes, std::string& out) {
  pack_head({0, 0, 0xC4, 0xC5, 0xC6}, bytes.size(), out);
  out += bytes;
}

void pack_array(std::size_t elements, std::string& out) { pack_head({0x90, 15, 0, 0xDC, 0xDD}, elements, out); }

void pack_map(std::size_t pairs, std::string& out) { pack_head({0x80, 15, 0, 0xDE, 0xDF}, pairs, out); }

}  // namespace trailkeeper::ingest
