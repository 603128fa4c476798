#include "query/sql/parser.h"

#include <algorithm>
#include <array>

#include "query/sql/parsing.h"
#include "query/sql/refused.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {

Statement parse(std::string_view sql) { return Parsing{sql}.statement(); }

bool is_reserved(std::string_view word) {
  static constexpr std::array<std::string_view, 44> kReserved{
      "select",  "from",   "where",     "group",       "having", "order",  "limit", "offset",   "fetch",
      "union",   "except", "intersect", "join",        "inner",  "left",   "right", "full",     "cross",
      "natural", "on",     "using",     "as",          "and",    "or",     "not",   "in",       "like",
      "between", "is",     "case",      "when",        "then",   "else",   "end",   "distinct", "exists",
      "with",    "values", "unnest",    "tablesample", "window", "escape", "for",   "by"};
  return std::any_of(kReserved.begin(), kReserved.end(),
                     [word](std::string_view one) { return text::same_ignoring_case(one, word); });
}

ExpressionPointer node(ExpressionKind kind, std::size_t offset, std::string text) {
  auto made = std::make_unique<Expression>();
  made->kind = kind;
  made->offset = offset;
  made->text = std::move(text);
  return made;
}

ExpressionPointer node(ExpressionKind kind, std::size_t offset, std::string text, ExpressionPointer first,
                       ExpressionPointer second, ExpressionPointer third) {
  auto made = node(kind, offset, std::move(text));
  made->operands.push_back(std::move(first));
  if (second) made->operands.push_back(std::move(second));
  if (third) made->operands.push_back(std::move(third));
  return made;
}

Parsing::Level::Level(Parsing& parsing) : parsing_(parsing) {
  if (++parsing_.level_ > kMostLevels) {
    throw Refused{"the query is nested more than " + std::to_string(kMostLevels) + " levels deep here",
                  parsing_.peek().offset};
  }
}

const Token& Parsing::peek(std::size_t ahead) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }

Token Parsing::take() {
  Token token = peek();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool Parsing::sees_word(std::string_view word, std::size_t ahead) const {
  return peek(ahead).kind == TokenKind::word && text::same_ignoring_case(peek(ahead).text, word);
}

bool Parsing::sees_words(std::string_view first, std::string_view second) const {
  return sees_word(first) && sees_word(second, 1);
}

bool Parsing::sees_sign(std::string_view sign, std::size_t ahead) const {
  return peek(ahead).kind == TokenKind::sign && peek(ahead).text == sign;
}

bool Parsing::take_word(std::string_view word) {
  if (!sees_word(word)) return false;
  take();
  return true;
}

bool Parsing::take_sign(std::string_view sign) {
  if (!sees_sign(sign)) return false;
  take();
  return true;
}

void Parsing::expect_word(std::string_view word, std::string_view where) {
  if (!take_word(word)) refuse_here(std::string{word} + " " + std::string{where});
}

void Parsing::expect_sign(std::string_view sign, std::string_view where) {
  if (!take_sign(sign)) refuse_here("'" + std::string{sign} + "' " + std::string{where});
}

void Parsing::refuse_here(std::string_view expected) const {
  const Token& token = peek();
  constexpr std::size_t kLongestShown = 60;
  const std::string_view seen = sql_.substr(token.offset, std::min(token.end - token.offset, kLongestShown));
  throw Refused{"here should be " + std::string{expected} +
                    (seen.empty() ? ", but the query ends" : ", not " + std::string{seen}),
                token.offset};
}

bool Parsing::sees_name() const {
  return peek().kind == TokenKind::quoted || (peek().kind == TokenKind::word && !is_reserved(peek().text));
}

Name Parsing::name(std::string_view what) {
  if (!sees_name()) refuse_here(what);
  Token token = take();
  return {std::move(token.text), token.offset};
}

Statement Parsing::statement() {
  Statement statement;
  statement.explain = take_word("explain");
  static constexpr std::array<std::string_view, 12> kWriting{"insert",   "update", "delete", "create",
                                                             "drop",     "alter",  "merge",  "grant",
                                                             "truncate", "call",   "pragma", "attach"};
  for (const std::string_view word : kWriting) {
    if (sees_word(word)) throw Refused{"queries only read: this one must begin with SELECT or WITH", peek().offset};
  }
  statement.query = query();
  while (take_sign(";")) {
  }
  if (peek().kind != TokenKind::end) refuse_here("the end of the query");
  return statement;
}

}  // namespace trailkeeper::query::sql
