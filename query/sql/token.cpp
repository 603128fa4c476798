#include "query/sql/token.h"

#include <array>

#include "query/sql/refused.h"
#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::query::sql {
namespace {

bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '@' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool continues_word(char c) { return begins_word(c) || text::is_digit(c); }

/// Reads tokens one after the other.
class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  Token next() {
    skip_blanks();
    Token token;
    token.offset = at_;
    if (at_ < sql_.size()) read(token);
    token.end = at_;
    return token;
  }

 private:
  [[nodiscard]] bool sees(std::string_view text) const { return sql_.substr(at_).starts_with(text); }

  void skip_blanks() {
    while (at_ < sql_.size()) {
      if (text::is_json_space(sql_[at_]) || sql_[at_] == '\f' || sql_[at_] == '\v') {
        ++at_;
      } else if (sees("--")) {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (sees("/*")) {
        const std::size_t end = sql_.find("*/", at_ + 2);
        if (end == text::npos) throw Refused{"the comment that begins here has no end (*/)", at_};
        at_ = end + 2;
      } else {
        return;
      }
    }
  }

  void read(Token& token) {
    const char c = sql_[at_];
    if (c == '\'' || c == '"') {
      token.kind = c == '"' ? TokenKind::quoted : TokenKind::string;
      read_quoted(c, token.text);
    } else if (c == '`') {
      throw Refused{"names stand between double quotes (\"), not between backticks", at_};
    } else if (text::is_digit(c) || (c == '.' && at_ + 1 < sql_.size() && text::is_digit(sql_[at_ + 1]))) {
      token.kind = TokenKind::number;
      read_number(token.text);
    } else if (begins_word(c)) {
      token.kind = TokenKind::word;
      while (at_ < sql_.size() && continues_word(sql_[at_])) token.text.push_back(sql_[at_++]);
    } else {
      token.kind = TokenKind::sign;
      read_sign(token.text);
    }
  }

  void read_quoted(char quote, std::string& text) {
    const std::size_t begin = at_++;
    while (true) {
      const std::size_t end = sql_.find(quote, at_);
      if (end == text::npos) throw Refused{"the quote that begins here has no end", begin};
      text.append(sql_.substr(at_, end - at_));
      at_ = end + 1;
      if (at_ >= sql_.size() || sql_[at_] != quote) return;
      text.push_back(quote);
      ++at_;
    }
  }

  void read_digits(std::string& text) {
    while (at_ < sql_.size() && text::is_digit(sql_[at_])) text.push_back(sql_[at_++]);
  }

  void read_number(std::string& text) {
    read_digits(text);
    if (sees(".")) {
      text.push_back(sql_[at_++]);
      read_digits(text);
    }
    if (!sees("e") && !sees("E")) return;
    const std::size_t sign = at_ + 1;
    const bool has_sign = sign < sql_.size() && (sql_[sign] == '+' || sql_[sign] == '-');
    const std::size_t digit = has_sign ? sign + 1 : sign;
    if (digit >= sql_.size() || !text::is_digit(sql_[digit])) return;
    text.append(sql_.substr(at_, digit - at_));
    at_ = digit;
    read_digits(text);
  }

  void read_sign(std::string& text) {
    static constexpr std::array<std::string_view, 7> kLong{"<=", ">=", "<>", "!=", "||", "->", "=>"};
    for (const std::string_view sign : kLong) {
      if (!sees(sign)) continue;
      text = sign;
      at_ += sign.size();
      return;
    }
    static constexpr std::string_view kShort = "()[],.;+-*/%=<>?:{}";
    if (kShort.find(sql_[at_]) == text::npos) throw Refused{"this character has no meaning in SQL", at_};
    text.push_back(sql_[at_++]);
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view sql) {
  if (sql.size() > kLongestSql) {
    throw Refused{"a query has " + std::to_string(kLongestSql) + " bytes at most", kLongestSql};
  }
  if (!text::valid_utf8(sql)) throw Refused{"the query isn't UTF-8", 0};
  if (sql.find('\0') != text::npos) throw Refused{"this character has no meaning in SQL", sql.find('\0')};
  std::vector<Token> tokens;
  Lexer lexer{sql};
  do {
    tokens.push_back(lexer.next());
    if (tokens.size() > kMostTokens) {
      throw Refused{"a query has " + std::to_string(kMostTokens) + " words and signs at most", tokens.back().offset};
    }
  } while (tokens.back().kind != TokenKind::end);
  return tokens;
}

}  // namespace trailkeeper::query::sql
