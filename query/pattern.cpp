#include "query/pattern.h"

#include <algorithm>

namespace trailkeeper::query {
namespace {

// Bytes that no UTF-8 text has.
constexpr char kAnyRun = '\xFE';
constexpr char kAnyOne = '\xFF';

// The bytes of the UTF-8 character at text[at].
std::size_t character_length(std::string_view text, std::size_t at) {
  std::size_t length = 1;
  while (at + length < text.size() && (static_cast<unsigned char>(text[at + length]) & 0xC0U) == 0x80U) ++length;
  return length;
}

}  // namespace

Pattern::Pattern(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() &&
        std::string_view{"*?\\"}.find(text[i + 1]) != std::string_view::npos) {
      text_.push_back(text[++i]);
    } else if (text[i] == '*') {
      plain_ = false;
      if (text_.empty() || text_.back() != kAnyRun) text_.push_back(kAnyRun);
    } else if (text[i] == '?') {
      plain_ = false;
      text_.push_back(kAnyOne);
    } else {
      text_.push_back(text[i]);
    }
  }
}

// On a mismatch the last `*` takes one more character: linear but for the lengths of the runs.
bool Pattern::matches(std::string_view value) const {
  if (plain_) return value == text_;
  std::size_t at = 0;
  std::size_t in_value = 0;
  std::size_t after_star = std::string::npos;
  std::size_t star_value = 0;
  while (in_value < value.size()) {
    if (at < text_.size() && text_[at] == kAnyRun) {
      after_star = ++at;
      star_value = in_value;
    } else if (at < text_.size() && text_[at] == kAnyOne) {
      ++at;
      in_value += character_length(value, in_value);
    } else if (at < text_.size() && text_[at] == value[in_value]) {
      ++at;
      ++in_value;
    } else if (after_star != std::string::npos) {
      at = after_star;
      in_value = ++star_value;
    } else {
      return false;
    }
  }
  while (at < text_.size() && text_[at] == kAnyRun) ++at;
  return at == text_.size();
}

bool matches_any(const std::vector<Pattern>& patterns, std::string_view value) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& pattern) { return pattern.matches(value); });
}

}  // namespace trailkeeper::query
