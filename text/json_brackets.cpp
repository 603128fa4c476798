#include "text/json_brackets.h"

#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::text {

std::size_t find_outside_strings(std::string_view json, std::size_t at, std::string_view marks) {
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      at = json_string_end(json, at);
    } else if (marks.find(c) != npos) {
      return at;
    } else {
      ++at;
    }
  }
  return npos;
}

std::size_t json_brackets_end(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  for (at = find_outside_strings(json, at, "{}[]"); at != npos; at = find_outside_strings(json, at + 1, "{}[]")) {
    if (json[at] == '{' || json[at] == '[') {
      ++depth;
    } else if (--depth == 0) {
      return at + 1;
    }
  }
  return npos;
}

}  // namespace trailkeeper::text
