// Text as a reader may take it: percent-encoded (RFC 3986, 2.1) any number of times, or with JSON's escapes (RFC 8259,
// 7) though it is no JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace trailkeeper::event {

/// Whether DecodedText would change a text. Quick.
bool is_encoded(std::string_view text);

/// A text decoded, and where its bytes stood: `%C3%BC`, `%25C3%25BC`, `\u00fc` and `\\u00FC` become `ü`, `\/` becomes
/// `/`.
class DecodedText {
 public:
  /// `plus_is_space`: as in forms (application/x-www-form-urlencoded).
  explicit DecodedText(std::string_view text, bool plus_is_space = false);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  /// Where what became the byte of that number began; its size gives the text's.
  [[nodiscard]] std::size_t place(std::size_t byte) const { return places_.at(byte); }

 private:
  std::string bytes_;
  std::vector<std::size_t> places_;
};

}  // namespace trailkeeper::event
