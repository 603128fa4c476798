// Text with percent-encoded bytes (RFC 3986, 2.1).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trailkeeper::event {

/// The byte that `%XX` at a place stands for; nothing if there is no such thing.
std::optional<char> percent_byte(std::string_view text, std::size_t at);

/// `%2F` becomes `/`, once; what is no escape stays as it is.
std::string percent_decoded(std::string_view text);

/// Whether a text has letters, digits or bytes beyond ASCII, of which words are made, as `%30`, or as `%2530`.
bool hides_words(std::string_view text);

/// A text decoded as often as it was encoded (beyond ASCII once), and where its bytes stood.
class PercentText {
 public:
  explicit PercentText(std::string_view text);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  /// Where the byte of that number began; its size gives the text's.
  [[nodiscard]] std::size_t place(std::size_t byte) const { return places_.at(byte); }

 private:
  std::string bytes_;
  std::vector<std::size_t> places_;
};

}  // namespace trailkeeper::event
