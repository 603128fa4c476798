#include "generate/text.h"

#include <algorithm>
#include <array>

namespace trailkeeper::generate {
namespace {

constexpr std::array<std::string_view, 5> kAlphabets{
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQR",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz09",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
};

constexpr std::string_view kHex = "0123456789abcdef";

}  // namespace

void append_random(std::string& out, Random& random, Alphabet alphabet, unsigned count) {
  constexpr unsigned kPerDraw = 10;  // Ten characters of six bits from each 64.
  const char* characters = kAlphabets[static_cast<std::size_t>(alphabet)].data();
  std::array<char, 64> chunk;
  while (count > 0) {
    const unsigned now = std::min(count, 6 * kPerDraw);
    for (unsigned done = 0; done < now;) {
      std::uint64_t bits = random.next();
      const unsigned end = std::min(done + kPerDraw, now);
      for (; done < end; ++done, bits >>= 6) chunk[done] = characters[bits & 63];
    }
    out.append(chunk.data(), now);
    count -= now;
  }
}

void append_guid(std::string& out, Random& random) {
  std::array<char, 36> text;
  std::uint64_t bits = 0;
  unsigned left = 0;
  for (unsigned i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      text[i] = '-';
      continue;
    }
    if (left == 0) {
      bits = random.next();
      left = 16;
    }
    text[i] = kHex[bits & 15];
    bits >>= 4;
    --left;
  }
  text[14] = '4';
  text[19] = kHex[8 + (static_cast<unsigned char>(text[19]) & 3)];
  out.append(text.data(), text.size());
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  std::size_t begin = digits.size();
  do {
    digits[--begin] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0);
  out.append(digits.data() + begin, digits.size() - begin);
}

void append_padded(std::string& out, std::uint64_t number, unsigned digits) {
  const std::size_t begin = out.size();
  out.append(digits, '0');
  for (std::size_t i = out.size(); i > begin && number > 0; number /= 10) {
    out[--i] = static_cast<char>('0' + number % 10);
  }
}

void append_json_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += c;
    }
  }
}

}  // namespace trailkeeper::generate
