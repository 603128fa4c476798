#include "event/phrase_set.h"

#define XXH_INLINE_ALL
#include <doctest/doctest.h>
#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "tests/support/phrases.h"

using trailkeeper::event::is_word_byte;
using trailkeeper::event::PhraseSet;
using trailkeeper::tests::set_of;

namespace {

std::string shown(const PhraseSet& set, std::string_view text) {
  std::string out;
  std::size_t at = 0;
  for (auto match = set.find(text); match; match = set.find(text, at)) {
    out += std::string{text.substr(at, match->begin - at)} + "#";
    at = match->end;
  }
  return out + std::string{text.substr(at)};
}

// Plain and slow: the leftmost phrase that stands alone, of several the longest.
std::string shown_slowly(const std::vector<std::string>& phrases, const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t longest = 0;
    for (const std::string& phrase : phrases) {
      const std::size_t end = at + phrase.size();
      const bool alone = text.compare(at, phrase.size(), phrase) == 0 && (at == 0 || !is_word_byte(text[at - 1])) &&
                         (end >= text.size() || !is_word_byte(text[end]));
      if (alone) longest = std::max(longest, phrase.size());
    }
    out += longest > 0 ? "#" : text.substr(at, 1);
    at += std::max<std::size_t>(longest, 1);
  }
  return out;
}

}  // namespace

TEST_CASE("A phrase is found where it stands as a word, not in words") {
  const PhraseSet set = set_of({"0Xy12", "acme-7/eu"});
  CHECK(shown(set, "0Xy12") == "#");
  CHECK(shown(set, "a 0Xy12, (0Xy12)_0Xy12.") == "a #, (#)_#.");
  CHECK(shown(set, "0Xy123 a0Xy12 0xy1") == "0Xy123 a0Xy12 0xy1");
  CHECK(shown(set, "x:acme-7/eu:acme-7/eu2") == "x:#:acme-7/eu2");
  CHECK(shown(set, "acme-7 acme-7 /eu") == "acme-7 acme-7 /eu");
}

TEST_CASE("A phrase with a digit is found whatever the case of its ASCII letters, also by marks as words are written") {
  CHECK(shown(set_of({"0Xy12", "Acme Corp 7"}), "0xy12 0XY12 acme CORP 7") == "# # #");
  CHECK(shown(set_of({"Root", "Acme Corp", "low"}), "root ROOT Root; acme corp, Acme Corp") ==
        "root ROOT #; acme corp, #");
  CHECK(shown(set_of({"acme"}), "acme Acme ACME") == "# Acme ACME");
  // Made by an earlier version, of "Acme" and "low Corp".
  PhraseSet set{7};
  for (const auto& words : {std::vector<std::string_view>{"Acme"}, std::vector<std::string_view>{"low", " ", "Corp"}}) {
    std::vector<std::uint64_t> marks;
    std::uint64_t before = set.seed();
    for (std::size_t i = 0; i < words.size(); ++i) {
      before = XXH3_64bits_withSeed(words[i].data(), words[i].size(), before);
      if (i % 2 == 0) marks.push_back(before);
    }
    set.add(marks);
  }
  CHECK(shown(set, "Acme, low Corp, acme, low corp") == "#, #, acme, low corp");
}

TEST_CASE("Escapes of JSON and URLs aren't part of a word; a phrase may begin like one") {
  const PhraseSet set = set_of({"0Xy12", "nexus", "3Dabc"});
  CHECK(shown(set, R"(a\n0Xy12\t0Xy12\u00e90Xy12)") == R"(a\n#\t#\u00e9#)");
  CHECK(shown(set, "?a%3D0Xy12%26b%253D0Xy12") == "?a%3D#%26b%253D#");
  CHECK(shown(set, R"(C:\nexus %3Dabc)") == R"(C:\# %#)");
}

TEST_CASE("What isn't a word at a phrase's ends is left out; short and long phrases aren't taken") {
  CHECK(shown(set_of({"  <0Xy12> "}), "<0Xy12>") == "<#>");
  CHECK(set_of({"abc", "", "---", std::string(PhraseSet::kLongest + 1, 'a')}).empty());
  CHECK_FALSE(set_of({"abcd", std::string(PhraseSet::kLongest, 'a')}).empty());
}

TEST_CASE("Of phrases that begin alike the longest is found") {
  const PhraseSet set = set_of({"acme", "acme corp", "acme corp berlin"});
  CHECK(shown(set, "acme corp berlin; acme corp paris; acme inc; acme corp berlin") == "#; # paris; # inc; #");
}

TEST_CASE("Punctuation of any script ends a word, and so does a letter of a script without spaces") {
  const PhraseSet set = set_of({"0Xy12", "n\xC3\xA4\xC3\xAFve77", "\xE7\xB5\x84\xE7\xBB\x87", "Big\xE2\x80\x94Org 7"});
  for (const std::string_view beside :
       {"\xC2\xA0", "\xE2\x80\x94", "\xE2\x80\x9C", "\xC2\xAB", "\xE2\x80\xA6", "\xEF\xBC\x9A", "\xEF\xBC\x8C",
        "\xE3\x80\x80", "\xE2\x80\x8B", "\xE7\xBB\x84", "\xFF", "\xF0\x9F\x98\x80"}) {
    const std::string text = "a " + std::string{beside} + "0Xy12" + std::string{beside} + "b";
    CHECK_MESSAGE(shown(set, text) == "a " + std::string{beside} + "#" + std::string{beside} + "b", text);
  }
  CHECK(shown(set, "n\xC3\xA4\xC3\xAFve77 \xC3\xA4n\xC3\xA4\xC3\xAFve77") == "# \xC3\xA4n\xC3\xA4\xC3\xAFve77");
  CHECK(shown(set, "\xE6\x96\xB0\xE7\xB5\x84\xE7\xBB\x87 Big\xE2\x80\x94Org 7") == "\xE6\x96\xB0# #");
  // What no word of was split, stores of earlier versions know as one word.
  PhraseSet old;
  const std::string phrase = "Big\xE2\x80\x94Org";
  old.add(std::vector<std::uint64_t>{XXH3_64bits_withSeed(phrase.data(), phrase.size(), 0)});
  CHECK(shown(old, "the Big\xE2\x80\x94Org.") == "the #.");
}

TEST_CASE("Any phrases in any text: as a plain search finds them") {
  std::mt19937 rng{5};
  // Without what may be an escape.
  const std::string alphabet = "ab12 -/";
  const auto text_of = [&](std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += alphabet[rng() % alphabet.size()];
    return text;
  };
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> phrases;
    while (phrases.size() < rng() % 6 + 1) {
      std::string phrase = text_of(4 + rng() % 6);
      if (is_word_byte(phrase.front()) && is_word_byte(phrase.back())) phrases.push_back(std::move(phrase));
    }
    const std::string text = text_of(rng() % 80);
    CHECK_MESSAGE(shown(set_of(phrases), text) == shown_slowly(phrases, text), text);
  }
}

TEST_CASE("Finding costs time in proportion to the text, however many phrases begin alike") {
  PhraseSet set{7};
  std::string phrase = "ab";
  while (phrase.size() + 3 < PhraseSet::kLongest) {
    phrase += " ab";
    set.add(std::string_view{phrase + " cd"});
  }
  std::string text;
  while (text.size() < 200'000) text += "ab ";
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(set.find(text));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{20});
}
