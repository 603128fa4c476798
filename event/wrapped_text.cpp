#include "event/wrapped_text.h"

#include "event/framer.h"
#include "text/json_text.h"

namespace trailkeeper::event {
namespace {

constexpr std::string_view kBlank{" \t\r\n\0", 5};

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string_view without_marks(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  constexpr std::string_view kCookie = "@cee:";
  text = trimmed(text);
  for (const std::string_view mark : {kByteOrderMark, kCookie}) {
    if (text.starts_with(mark)) text = trimmed(text.substr(mark.size()));
  }
  return text;
}

bool begins_json(std::string_view text) {
  return text.starts_with('{') || (text.starts_with('[') && begins_array(text) != ArrayStart::no);
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
