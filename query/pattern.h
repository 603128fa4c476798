// Globs, as filters take them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trailkeeper::query {

/// A value or a glob: `*` is any run of characters, `?` any one; `\` makes the next character plain. Case matters.
class Pattern {
 public:
  explicit Pattern(std::string_view text);

  [[nodiscard]] bool matches(std::string_view value) const;

  /// Whether it matches one value only, and that value.
  [[nodiscard]] bool is_plain() const { return plain_; }
  [[nodiscard]] const std::string& plain_text() const { return text_; }

 private:
  std::string text_;  // Wild cards as the bytes below; everything else as it is.
  bool plain_ = true;
};

/// Whether any of the patterns matches; false for none.
bool matches_any(const std::vector<Pattern>& patterns, std::string_view value);

}  // namespace trailkeeper::query
