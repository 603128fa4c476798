#include "event/wrapped_text.h"

#include <algorithm>

#include "event/framer.h"
#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::event {
namespace {}  // namespace

std::string_view without_marks(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  constexpr std::string_view kCookie = "@cee:";
  text = text::trimmed(text);
  for (const std::string_view mark : {kByteOrderMark, kCookie}) {
    if (text.starts_with(mark)) text = text::trimmed(text.substr(mark.size()));
  }
  return text;
}

bool begins_json(std::string_view text) {
  return text.starts_with('{') || (text.starts_with('[') && begins_array(text) != ArrayStart::no);
}

std::size_t record_mentions(std::string_view text) {
  constexpr std::string_view kName = "eventname";
  std::size_t found = 0;
  for (std::size_t at = text.find_first_of("eE"); at != std::string_view::npos; at = text.find_first_of("eE", at + 1)) {
    if (text::same_ignoring_case(text.substr(at, kName.size()), kName)) ++found;
  }
  return found;
}

std::size_t object_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

std::size_t line_with_words_behind(std::string_view text, std::size_t begin, std::size_t end) {
  if (end >= text.size() || !text.substr(begin).starts_with('{')) return 0;
  while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t')) --begin;
  if (begin > 0 && text[begin - 1] != '\n') return 0;
  const std::size_t line_end = std::min(text.find('\n', end), text.size());
  const std::string_view line = text.substr(end, line_end - end);
  std::size_t at = std::min(line.find_first_not_of(" \t,"), line.size());
  while (at < line.size() && line[at] == '{') {
    at = object_end(line, at);
    at = std::min(line.find_first_not_of(" \t,", at), line.size());
  }
  constexpr std::string_view kNoWord{"\r\0\x1E{}[]\"\xEF", 9};
  return at < line.size() && kNoWord.find(line[at]) == std::string_view::npos ? line_end : 0;
}

bool is_json_string(std::string_view token) {
  if (token.size() < 2 || token.front() != '"' || token.back() != '"') return false;
  const std::string_view between = token.substr(1, token.size() - 2);
  for (std::size_t at = 0; at < between.size(); ++at) {
    if (between[at] == '"') return false;
    if (between[at] == '\\') ++at;
  }
  return text::valid_escapes(between);
}

}  // namespace trailkeeper::event
