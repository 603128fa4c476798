#include "ingest/wire/json_members.h"

namespace trailkeeper::ingest {
namespace {

std::optional<std::size_t> end_of_string(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size()) {
    at = text.find_first_of("\"\\", at);
    if (at == std::string_view::npos) return std::nullopt;
    if (text[at] == '"') return at + 1;
    at += 2;  // What is escaped ends nothing.
  }
  return std::nullopt;
}

}  // namespace

std::size_t skip_blank(std::string_view text, std::size_t at) {
  const std::size_t found = text.find_first_not_of(" \t\r\n,", at);
  return found == std::string_view::npos ? text.size() : found;
}

std::optional<std::size_t> end_of_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return std::nullopt;
  if (text[at] == '"') return end_of_string(text, at);
  if (text[at] != '{' && text[at] != '[') {
    const std::size_t end = text.find_first_of(" \t\r\n,]}", at);
    if (end == std::string_view::npos) return std::nullopt;
    return end == at ? at + 1 : end;
  }
  std::size_t depth = 0;
  while (at < text.size()) {
    at = text.find_first_of("\"{}[]", at);
    if (at == std::string_view::npos) return std::nullopt;
    if (text[at] == '"') {
      const auto end = end_of_string(text, at);
      if (!end) return std::nullopt;
      at = *end;
      continue;
    }
    const bool opens = text[at] == '{' || text[at] == '[';
    depth += opens ? 1 : 0;
    if (!opens && --depth == 0) return at + 1;
    ++at;
  }
  return std::nullopt;
}

std::optional<Member> member_at(std::string_view text, std::size_t at) {
  const auto key_end = end_of_string(text, at);
  if (!key_end) return std::nullopt;
  const std::size_t colon = skip_blank(text, *key_end);
  if (colon >= text.size() || text[colon] != ':') return std::nullopt;
  Member member;
  member.key = text.substr(at + 1, *key_end - at - 2);
  member.value = skip_blank(text, colon + 1);
  if (member.value >= text.size()) return std::nullopt;
  member.value_end = end_of_value(text, member.value);
  return member;
}

}  // namespace trailkeeper::ingest
