#include "ingest/wire/json_members.h"

#include "text/ascii.h"
#include "text/json_brackets.h"
#include "text/json_text.h"

namespace trailkeeper::ingest {

std::size_t skip_blank(std::string_view text, std::size_t at) {
  const std::size_t found = text.find_first_not_of(" \t\r\n,", at);
  return found == text::npos ? text.size() : found;
}

std::optional<std::size_t> end_of_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return std::nullopt;
  if (text[at] == '"') {
    const std::size_t end = text::json_string_end(text, at);
    return end == text::npos ? std::nullopt : std::optional{end};
  }
  if (text[at] != '{' && text[at] != '[') {
    const std::size_t end = text.find_first_of(" \t\r\n,]}", at);
    if (end == text::npos) return std::nullopt;
    return end == at ? at + 1 : end;
  }
  const std::size_t end = text::json_brackets_end(text, at);
  return end == text::npos ? std::nullopt : std::optional{end};
}

std::optional<Member> member_at(std::string_view text, std::size_t at) {
  const std::size_t key_end = text::json_string_end(text, at);
  if (key_end == text::npos) return std::nullopt;
  const std::size_t colon = skip_blank(text, key_end);
  if (colon >= text.size() || text[colon] != ':') return std::nullopt;
  Member member;
  member.key = text.substr(at + 1, key_end - at - 2);
  member.value = skip_blank(text, colon + 1);
  if (member.value >= text.size()) return std::nullopt;
  member.value_end = end_of_value(text, member.value);
  return member;
}

}  // namespace trailkeeper::ingest
