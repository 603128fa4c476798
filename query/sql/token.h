// The words and signs of a query's text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace trailkeeper::query::sql {

enum class TokenKind {
  word,    ///< A name or keyword, as written.
  quoted,  ///< A name that stood between double quotes.
  string,
  number,
  sign,
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;  ///< Of what was quoted, without quotes.
  std::size_t offset = 0;
  std::size_t end = 0;  ///< Behind its last byte.
};

/// Bytes that a query may have.
constexpr std::size_t kLongestSql = std::size_t{1} << 17;
/// Words and signs that it may have.
constexpr std::size_t kMostTokens = 20'000;

/// All of them, the end as the last. Comments are left out. Throws Refused.
std::vector<Token> tokens_of(std::string_view sql);

}  // namespace trailkeeper::query::sql
