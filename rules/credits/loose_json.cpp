#include "rules/credits/loose_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "text/json_node.h"
#include "text/json_text.h"

namespace trailkeeper::rules::credits {
namespace {

bool is_scalar_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' ||
         c == '.' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

LooseToken LooseJson::take(LooseToken::Kind kind, std::size_t size) {
  const LooseToken token{kind, text_.substr(at_, size)};
  at_ += token.bytes.size();
  return token;
}

bool LooseJson::colon_follows() const {
  const std::size_t next = text_.find_first_not_of(" \t\r\n", at_);
  return next != std::string_view::npos && text_[next] == ':';
}

LooseToken LooseJson::next() {
  assert(!ended());
  using TokenKind = LooseToken::Kind;
  const char c = text_[at_];
  if (c == '"') {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    end = std::min(end + 1, text_.size());
    LooseToken token = take(TokenKind::string, end - at_);
    if (colon_follows()) token.kind = TokenKind::key;
    return token;
  }
  if (c == '{' || c == '[') return take(TokenKind::open, 1);
  if (c == '}' || c == ']') return take(TokenKind::close, 1);
  if (c == ',') return take(TokenKind::comma, 1);
  std::size_t end = at_;
  while (end < text_.size() && is_scalar_byte(text_[end])) ++end;
  return end > at_ ? take(TokenKind::scalar, end - at_) : take(TokenKind::other, 1);
}

std::string text_of_token(std::string_view token) {
  token.remove_prefix(1);
  if (token.ends_with('"')) token.remove_suffix(1);
  if (!text::valid_escapes(token)) return std::string{token};
  std::string text;
  text::append_unescaped(token, text);
  return text;
}

bool looks_like_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

bool is_json(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos || first == text.find_last_not_of(kSpace)) return false;
  const char open = text[first];
  const char close = text[text.find_last_not_of(kSpace)];
  const bool whole = (open == '{' && close == '}') || (open == '[' && close == ']') || (open == '"' && close == '"');
  return whole && static_cast<bool>(text::parse_json_object(fmt::format("{{\"\":{}}}", text)));
}

bool may_have_json(std::string_view text) { return text.find_first_of("{[") != std::string_view::npos; }

}  // namespace trailkeeper::rules::credits
