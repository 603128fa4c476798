// CSV (RFC 4180).
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::text {

/// Appends a field, between quotes where it needs them.
inline void append_csv_field(std::string_view text, std::string& out) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out.append(text);
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace trailkeeper::text
