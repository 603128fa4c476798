#include "text/percent.h"

namespace trailkeeper::text {

std::optional<char> percent_byte(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] == '%' ? hex_byte(text, at + 1) : std::nullopt;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = percent_byte(text, at);
    out += byte.value_or(text[at]);
    if (byte) at += 2;
  }
  return out;
}

bool is_unreserved(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || c == '-' || c == '.' || c == '_' || c == '~';
}

void append_percent_encoded(std::string_view text, std::string& out, std::string_view kept, std::string_view digits) {
  for (const char c : text) {
    if (is_unreserved(c) || kept.find(c) != std::string_view::npos) {
      out.push_back(c);
    } else {
      out.push_back('%');
      append_hex({&c, 1}, out, digits);
    }
  }
}

}  // namespace trailkeeper::text
