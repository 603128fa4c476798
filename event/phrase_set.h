// Phrases that are looked for in texts as words of their own, and known only by their hashes.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace trailkeeper::event {

/// A set of phrases. A phrase begins and ends with a word (letters and digits; punctuation of any script ends one, and
/// a letter of a script without spaces is one, text/letters.h) and may have anything between its words. Finding costs
/// time in proportion to the text, however many phrases there are. Reading is thread-safe.
class PhraseSet {
 public:
  /// `seed` goes into all hashes: sets of one seed know each other's marks.
  explicit PhraseSet(std::uint64_t seed = 0) : seed_(seed) {}

  /// Shorter ones occur in texts by chance; longer ones aren't looked for.
  static constexpr std::size_t kShortest = 4;
  static constexpr std::size_t kLongest = 200;

  /// The hashes of a phrase: one for each of its beginnings that ends with a word; the last is that of the whole
  /// phrase, and identifies it. Anything at the ends of `phrase` that isn't a word is left out. Empty: not a phrase
  /// that a set may hold.
  [[nodiscard]] std::vector<std::uint64_t> marks(std::string_view phrase) const;
  void add(std::span<const std::uint64_t> marks);
  void add(std::string_view phrase) { add(marks(phrase)); }

  [[nodiscard]] bool empty() const { return states_.empty(); }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }

  /// A place in a text: [begin, end).
  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  /// The first phrase in `text` at or after `from`; of several that begin there, the longest. Whatever precedes it is
  /// not part of a word, or is an escape of JSON or of a URL (`\n`, `%3D`).
  [[nodiscard]] std::optional<Match> find(std::string_view text, std::size_t from = 0) const;

 private:
  [[nodiscard]] std::size_t match_at(std::string_view text, std::size_t begin) const;

  static constexpr std::uint8_t kGoesOn = 1;
  static constexpr std::uint8_t kWhole = 2;

  std::uint64_t seed_;
  boost::unordered_flat_map<std::uint64_t, std::uint8_t> states_;
};

/// Whether a byte may be part of a word; of those beyond ASCII the character decides (text/letters.h).
bool is_word_byte(char c);

}  // namespace trailkeeper::event
