// Which of 64 bytes are brackets, quotes, backslashes and line feeds, one bit each.
#pragma once

#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace trailkeeper::event {

struct ByteMasks {
  std::uint64_t quote = 0;
  std::uint64_t backslash = 0;
  std::uint64_t open = 0;   ///< `{` or `[`
  std::uint64_t close = 0;  ///< `}` or `]`
  std::uint64_t line_feed = 0;
};

/// Reads 64 bytes.
inline ByteMasks byte_masks(const char* bytes) {
  ByteMasks masks;
#if defined(__SSE2__)
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 16 * i));
    // '{' and '[' differ only in bit 5, as do '}' and ']'.
    const __m128i folded = _mm_or_si128(block, _mm_set1_epi8(0x20));
    const auto bits = [&](__m128i value, char c) {
      const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_set1_epi8(c)));
      return static_cast<std::uint64_t>(static_cast<std::uint32_t>(mask)) << (16 * i);
    };
    masks.quote |= bits(block, '"');
    masks.backslash |= bits(block, '\\');
    masks.open |= bits(folded, '{');
    masks.close |= bits(folded, '}');
    masks.line_feed |= bits(block, '\n');
  }
#else
  for (unsigned i = 0; i < 64; ++i) {
    const char c = bytes[i];
    masks.quote |= static_cast<std::uint64_t>(c == '"') << i;
    masks.backslash |= static_cast<std::uint64_t>(c == '\\') << i;
    masks.open |= static_cast<std::uint64_t>((c | 0x20) == '{') << i;
    masks.close |= static_cast<std::uint64_t>((c | 0x20) == '}') << i;
    masks.line_feed |= static_cast<std::uint64_t>(c == '\n') << i;
  }
#endif
  return masks;
}

/// How many line feeds there are.
inline std::uint64_t count_line_feeds(std::string_view bytes) {
  std::uint64_t count = 0;
  std::size_t at = 0;
#if defined(__SSE2__)
  const __m128i feed = _mm_set1_epi8('\n');
  while (bytes.size() - at >= 16) {
    // A byte lane counts up to 255 before it must be added up.
    __m128i lanes = _mm_setzero_si128();
    for (unsigned i = 0; i < 255 && bytes.size() - at >= 16; ++i, at += 16) {
      const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + at));
      lanes = _mm_sub_epi8(lanes, _mm_cmpeq_epi8(block, feed));
    }
    const __m128i sums = _mm_sad_epu8(lanes, _mm_setzero_si128());
    count += static_cast<std::uint64_t>(_mm_cvtsi128_si64(sums)) +
             static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums)));
  }
#endif
  for (; at < bytes.size(); ++at) count += bytes[at] == '\n' ? 1U : 0U;
  return count;
}

/// Bit i of the result is the parity of bits 0 to i: from quotes to the stretches between them.
inline std::uint64_t prefix_xor(std::uint64_t bits) {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  bits ^= bits << 32;
  return bits;
}

}  // namespace trailkeeper::event
