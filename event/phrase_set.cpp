#include "event/phrase_set.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>

#include "text/ascii.h"
#include "text/letters.h"

namespace trailkeeper::event {
namespace {

constexpr std::array<bool, 256> kWordBytes = [] {
  std::array<bool, 256> bytes{};
  for (unsigned c = 0; c < bytes.size(); ++c) {
    bytes[c] = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
  }
  return bytes;
}();

constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// How texts are taken apart: letters of scripts that have no spaces are words of their own.
struct Words {
  static std::size_t end(std::string_view text, std::size_t at) {
    using Kind = text::WideCharacter::Kind;
    for (const std::size_t begin = at; at < text.size();) {
      if (is_ascii(text[at])) {
        if (!is_word_byte(text[at])) return at;
        ++at;
        continue;
      }
      const text::WideCharacter character = text::wide_character_at(text, at);
      if (character.kind == Kind::alone && at == begin) return at + character.bytes;
      if (character.kind != Kind::letter) return at;
      at += character.bytes;
    }
    return at;
  }
  static std::size_t begin(std::string_view text, std::size_t at) {
    while (at < text.size()) {
      const std::size_t wide = is_ascii(text[at]) ? 0 : text::wide_space_at(text, at);
      if (wide == 0 && is_word_byte(text[at])) return at;
      at += std::max<std::size_t>(wide, 1);
    }
    return at;
  }
};

/// As stores of earlier versions did, whose marks stay: all bytes beyond ASCII are letters.
struct OldWords {
  static std::size_t end(std::string_view text, std::size_t at) {
    while (at < text.size() && is_word_byte(text[at])) ++at;
    return at;
  }
  static std::size_t begin(std::string_view text, std::size_t at) {
    while (at < text.size() && !is_word_byte(text[at])) ++at;
    return at;
  }
};

// Whether a place where a word stands is its beginning.
bool begins_word(std::string_view text, std::size_t at) {
  if (at == 0 || (is_ascii(text[at - 1]) && !is_word_byte(text[at - 1]))) return true;
  if (is_ascii(text[at - 1])) return !is_ascii(text[at]) && Words::end(text, at - 1) == at;
  std::size_t before = at - 1;
  while (before > 0 && at - before < 4 && (static_cast<unsigned char>(text[before]) & 0xC0U) == 0x80) --before;
  return text::wide_character_at(text, before).kind != text::WideCharacter::Kind::letter;
}

std::uint64_t hash(std::string_view piece, std::uint64_t before) {
  return XXH3_64bits_withSeed(piece.data(), piece.size(), before);
}

bool has_capital(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool has_digit(std::string_view text) { return text.find_first_of("0123456789") != text::npos; }

using HashOfWord = std::uint64_t (*)(std::string_view word, std::uint64_t before);

// Of a word without regard to ASCII case. So are words of phrases that have a digit; one without may be anybody's word:
// `Root` isn't `root`.
std::uint64_t hash_of_word(std::string_view word, std::uint64_t before) {
  return has_capital(word) ? hash(text::lowered(word), before) : hash(word, before);
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// How many bytes of a word, which stands behind what isn't one, may be the rest of an escape: `n` of `\n`, `3D` of
// `%3D`, `25` and `253D` of `%253D`; 0: none.
std::array<std::size_t, 2> escape_rests(std::string_view text, std::size_t word) {
  if (word == 0) return {};
  const std::string_view rest = text.substr(word);
  const auto hex = [&](std::size_t from, std::size_t count) {
    if (rest.size() < from + count) return false;
    for (std::size_t i = from; i < from + count; ++i) {
      if (!is_hex(rest[i])) return false;
    }
    return true;
  };
  constexpr std::size_t kUrl = 2;
  constexpr std::size_t kUnicode = 4;
  if (text[word - 1] == '%' && hex(0, kUrl)) return {kUrl, rest.starts_with("25") && hex(kUrl, kUrl) ? 2 * kUrl : 0};
  if (text[word - 1] != '\\') return {};
  if (rest.front() == 'u' && hex(1, kUnicode)) return {1 + kUnicode, 0};
  return std::string_view{"bfnrt"}.find(rest.front()) == text::npos ? std::array<std::size_t, 2>{}
                                                                    : std::array<std::size_t, 2>{1, 0};
}

}  // namespace

bool is_word_byte(char c) { return kWordBytes[static_cast<unsigned char>(c)]; }

std::vector<std::uint64_t> PhraseSet::marks(std::string_view phrase) const {
  phrase.remove_prefix(Words::begin(phrase, 0));
  std::size_t whole = 0;
  for (std::size_t at = 0; at < phrase.size(); at = Words::begin(phrase, whole)) whole = Words::end(phrase, at);
  phrase = phrase.substr(0, whole);
  std::vector<std::uint64_t> marks;
  if (phrase.size() < kShortest || phrase.size() > kLongest) return marks;
  const HashOfWord hash_word = has_digit(phrase) ? hash_of_word : hash;
  std::uint64_t before = seed_;
  for (std::size_t at = 0; at < phrase.size();) {
    const std::size_t end = Words::end(phrase, at);
    marks.push_back(hash_word(phrase.substr(at, end - at), before));
    at = Words::begin(phrase, end);
    before = hash(phrase.substr(end, at - end), marks.back());
  }
  return marks;
}

void PhraseSet::add(std::span<const std::uint64_t> marks) {
  for (std::size_t i = 0; i < marks.size(); ++i) states_[marks[i]] |= i + 1 == marks.size() ? kWhole : kGoesOn;
}

// Where the longest phrase that begins there ends; text::npos if none does.
std::size_t PhraseSet::match_at(std::string_view text, std::size_t begin) const {
  bool began = false;  // The first word begins some phrase.
  const std::string_view near = text.substr(0, std::min(text.size(), begin + kLongest));
  const auto longest_by = [&](HashOfWord hash_word, auto words) {
    std::size_t longest = text::npos;
    std::uint64_t before = seed_;
    std::size_t at = begin;
    while (at < text.size()) {
      const std::size_t end = words.end(text, at);
      if (end - begin > kLongest) break;
      const std::uint64_t mark = hash_word(text.substr(at, end - at), before);
      const auto state = states_.find(mark);
      if (state == states_.end()) break;
      began = true;
      if ((state->second & kWhole) != 0) longest = end;
      if ((state->second & kGoesOn) == 0) break;
      at = words.begin(near, end);
      before = hash(text.substr(end, at - end), mark);
    }
    return longest;
  };
  const auto longest = [&](auto words) {
    const std::size_t end = longest_by(hash_of_word, words);
    if (end != text::npos && has_digit(text.substr(begin, end - begin))) return end;
    // Marks of phrases without a digit, and of all in stores of earlier versions, are of words as they are written. The
    // first word decides whether they may be others.
    const bool may_differ = began || has_capital(text.substr(begin, words.end(text, begin) - begin));
    return may_differ ? longest_by(hash, words) : text::npos;
  };
  const std::size_t found = longest(Words{});
  if (found != text::npos) return found;
  const std::size_t first = Words::end(text, begin);
  const bool wide = first < text.size() && !is_ascii(text[first]);
  return began || wide ? longest(OldWords{}) : text::npos;
}

std::optional<PhraseSet::Match> PhraseSet::find(std::string_view text, std::size_t from) const {
  if (states_.empty()) return std::nullopt;
  std::size_t at = Words::begin(text, from);
  // From within a word nothing begins but behind an escape.
  bool begins = at < text.size() && (at > from || begins_word(text, at));
  while (at < text.size()) {
    const std::size_t end = Words::end(text, at);
    if (begins) {
      if (const std::size_t found = match_at(text, at); found != text::npos) return Match{at, found};
      for (const std::size_t rest : escape_rests(text, at)) {
        if (rest == 0 || at + rest >= end) continue;
        if (const std::size_t found = match_at(text, at + rest); found != text::npos) return Match{at + rest, found};
      }
    }
    begins = true;
    at = Words::begin(text, end);
  }
  return std::nullopt;
}

}  // namespace trailkeeper::event
