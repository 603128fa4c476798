#include "rules/credits/secret_signs.h"

#include <algorithm>
#include <array>
#include <cstring>
#if defined(__SSSE3__)
#include <tmmintrin.h>
#endif

#include "event/decoded_text.h"
#include "event/phrase_set.h"
#include "rules/credits/secret_mention.h"
#include "text/ascii.h"
#include "text/hex.h"

namespace trailkeeper::rules::credits {
namespace {

constexpr std::string_view kActivateSource = "activate.amazonaws.com";

// Bytes of which a text must have some for a sign to be in it, a bit each.
constexpr unsigned kM = 1;      // `m`, `M`
constexpr unsigned kG = 2;      // `g`, `G`
constexpr unsigned kP = 4;      // `p`, `P`
constexpr unsigned kThree = 8;  // `3`
constexpr unsigned kZ = 16;     // `z`, in amazonaws
constexpr unsigned kBackslash = 32;
constexpr unsigned kPercent = 64;
constexpr unsigned kOpening = 128;  // `{`, `[`

// A byte has the bits that both of its halves have: so two looks into tables of 16 find all of them.
constexpr std::array<std::uint8_t, 16> kBitsOfHigh{
    0, 0, kPercent, kThree, kM | kG, kP | kBackslash | kOpening, kM | kG, kP | kZ | kOpening, 0, 0, 0, 0, 0, 0, 0, 0};
constexpr std::array<std::uint8_t, 16> kBitsOfLow{kP, 0, 0,  kThree,   0,          kPercent, 0, kG,
                                                  0,  0, kZ, kOpening, kBackslash, kM,       0, 0};

constexpr unsigned bits_of(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return kBitsOfHigh[byte >> 4U] & kBitsOfLow[byte & 15U];
}
static_assert(bits_of('m') == kM && bits_of('M') == kM && bits_of('g') == kG && bits_of('G') == kG);
static_assert(bits_of('p') == kP && bits_of('P') == kP && bits_of('3') == kThree && bits_of('z') == kZ);
static_assert(bits_of('\\') == kBackslash && bits_of('%') == kPercent && bits_of('{') == kOpening &&
              bits_of('[') == kOpening);

// Which of them a text has.
unsigned bytes_in(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  unsigned bits = 0;
#if defined(__SSSE3__)
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kBitsOfHigh.data()));
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kBitsOfLow.data()));
  const __m128i half = _mm_set1_epi8(15);
  __m128i found = _mm_setzero_si128();
  for (; end - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i of_high = _mm_shuffle_epi8(high, _mm_and_si128(_mm_srli_epi16(block, 4), half));
    const __m128i of_low = _mm_shuffle_epi8(low, _mm_and_si128(block, half));
    found = _mm_or_si128(found, _mm_and_si128(of_high, of_low));
  }
  std::array<std::uint8_t, 16> lanes{};
  _mm_storeu_si128(reinterpret_cast<__m128i*>(lanes.data()), found);
  for (const std::uint8_t lane : lanes) bits |= lane;
#endif
  for (; at < end; ++at) bits |= bits_of(*at);
  return bits;
}

// What spellings of a name differ in (secret_named()).
constexpr bool is_joint(char c) { return c == '_' || c == '-' || c == ' ' || c == '.'; }

// Whether the letters of `name` stand before `end`, whatever their case and what joins them.
bool ends_with_name(std::string_view text, std::size_t end, std::string_view name) {
  std::size_t at = end;
  for (std::size_t left = name.size(); left > 0; --left) {
    while (at > 0 && is_joint(text[at - 1])) --at;
    if (at == 0 || (text[at - 1] | 0x20) != name[left - 1]) return false;
    --at;
  }
  return true;
}

// Calls `visit` with each place of one of two bytes, until it returns true.
template <typename Visit>
bool any_place(std::string_view text, char one, char other, const Visit& visit) {
  for (const char c : {one, other}) {
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    while (at < end) {
      const void* const found = std::memchr(at, c, static_cast<std::size_t>(end - at));
      if (found == nullptr) break;
      at = static_cast<const char*>(found);
      if (visit(static_cast<std::size_t>(at - text.data()))) return true;
      ++at;
    }
    if (one == other) break;
  }
  return false;
}

// An escape for a byte that a name, or JSON in a text, may have: nobody knows what the text says before it is decoded.
bool hides_name(std::string_view text) {
  constexpr std::string_view kEscape = "\\u00";
  for (std::size_t at = text.find(kEscape); at != text::npos; at = text.find(kEscape, at + 1)) {
    if (at + kEscape.size() + 2 > text.size()) continue;
    const int high = text::hex_value(text[at + kEscape.size()]);
    const int low = text::hex_value(text[at + kEscape.size() + 1]);
    if (high < 0 || low < 0) continue;
    const char c = static_cast<char>(high * 16 + low);
    constexpr std::string_view kOfJson = R"(\"{[)";
    if (high < 8 && (event::is_word_byte(c) || is_joint(c) || kOfJson.find(c) != text::npos)) return true;
  }
  return false;
}

}  // namespace

// promocode, promotioncode, promotionalcode; a3popc.
bool may_name_code(std::string_view text) {
  const auto ends = [&](std::string_view name) {
    return [=](std::size_t at) { return ends_with_name(text, at + 1, name); };
  };
  return any_place(text, 'm', 'M', ends("prom")) || any_place(text, '3', '3', [&](std::size_t at) {
           std::size_t next = at + 1;
           while (next < text.size() && is_joint(text[next])) ++next;
           return next < text.size() && (text[next] | 0x20) == 'p' && ends_with_name(text, at, "a");
         });
}

// orgid, organizationid, organisationid; org.
bool may_name_org_id(std::string_view text) {
  return any_place(text, 'g', 'G', [&](std::size_t at) { return ends_with_name(text, at + 1, "org"); });
}

// offercode, couponcode, vouchercode.
bool may_name_offer_code(std::string_view text) {
  const auto ends = [&](std::string_view name) {
    return [=](std::size_t at) { return ends_with_name(text, at + 1, name); };
  };
  return any_place(text, 'f', 'F', ends("off")) || any_place(text, 'h', 'H', ends("vouch")) ||
         any_place(text, 'p', 'P', ends("coup"));
}

SecretSigns SignReader::of_text(std::string_view written) const {
  SecretSigns signs;
  const auto read = [&](std::string_view text, unsigned has) {
    if ((has & kP) != 0 && (has & (kM | kThree)) != 0 && may_name_code(text)) signs.bits_ |= SecretSigns::kSure;
    if (((has & kG) != 0 && may_name_org_id(text)) || may_name_offer_code(text)) signs.bits_ |= SecretSigns::kOrgId;
    if ((has & kZ) != 0 && text.find(kActivateSource) != text::npos) signs.bits_ |= SecretSigns::kActivate;
  };
  const unsigned has = bytes_in(written);
  read(written, has);
  if ((has & (kBackslash | kPercent)) != 0 && event::is_encoded(written)) {
    const event::DecodedText decoded{written};
    read(decoded.bytes(), bytes_in(decoded.bytes()));
  }
  // JSON within a string may go on where a configured path leads, also from within a text, or a string encoded twice.
  if (!paths_.empty() && (has & (kBackslash | kOpening)) != 0) signs.bits_ |= SecretSigns::kOrgId;
  if ((has & kBackslash) == 0) return signs;
  if (hides_name(written)) signs.bits_ |= SecretSigns::kSure;
  // What is nested deeper than masks look into is masked whole; so deep, quotes have this many backslashes at least.
  if (written.find(R"(\\\\)") != text::npos) signs.bits_ |= SecretSigns::kOrgId;
  return signs;
}

SecretSigns SignReader::of_encoded(std::string_view written) {
  SecretSigns signs;
  const auto read = [&signs](std::string_view text) {
    if (!encoded_secret_names(text).empty()) signs.bits_ |= SecretSigns::kOrgId;
  };
  read(written);
  if (event::is_encoded(written)) read(event::DecodedText{written}.bytes());
  return signs;
}

SecretSigns SignReader::of_path(std::string_view path) const {
  SecretSigns signs;
  if (paths_.empty()) return signs;
  std::string plain;
  for (const char c : path) {
    if (c != '[' && c != ']' && c != '\\' && static_cast<unsigned char>(c) >= ' ') plain += c;
  }
  // Envelopes make paths longer, and what is below the place is of it.
  if (std::any_of(paths_.begin(), paths_.end(),
                  [&](const std::string& known) { return plain.find(known) != std::string::npos; })) {
    signs.bits_ |= SecretSigns::kOrgId;
  }
  return signs;
}

}  // namespace trailkeeper::rules::credits
