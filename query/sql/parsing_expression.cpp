// Operators, by how tightly they bind.
#include <utility>

#include "query/sql/parsing.h"
#include "query/sql/refused.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

// Signs in a row of one kind make a tree as deep as they are many.
constexpr int kMostInARow = 200;

void check_row(int& length, std::size_t offset) {
  if (++length > kMostInARow) {
    throw Refused{"more than " + std::to_string(kMostInARow) + " operators in a row", offset};
  }
}

}  // namespace

ExpressionPointer Parsing::expression() {
  const Level level{*this};
  ExpressionPointer left = conjunction();
  if (!sees_word("or")) return left;
  auto any = node(ExpressionKind::logical, peek().offset, "OR", std::move(left));
  while (take_word("or")) any->operands.push_back(conjunction());
  return any;
}

ExpressionPointer Parsing::conjunction() {
  ExpressionPointer left = inverted();
  if (!sees_word("and")) return left;
  auto all = node(ExpressionKind::logical, peek().offset, "AND", std::move(left));
  while (take_word("and")) all->operands.push_back(inverted());
  return all;
}

ExpressionPointer Parsing::inverted() {
  if (!sees_word("not")) return predicate();
  const Level level{*this};
  const std::size_t offset = take().offset;
  return node(ExpressionKind::logical_not, offset, {}, inverted());
}

ExpressionPointer Parsing::predicate() {
  ExpressionPointer left = sum();
  int tests = 0;
  while (true) {
    const std::size_t offset = peek().offset;
    check_row(tests, offset);
    if (peek().kind == TokenKind::sign) {
      const std::string& sign = peek().text;
      if (sign != "=" && sign != "<>" && sign != "!=" && sign != "<" && sign != "<=" && sign != ">" && sign != ">=") {
        return left;
      }
      left = comparison_with(std::move(left));
      continue;
    }
    if (sees_word("is")) {
      left = is_test(std::move(left));
      continue;
    }
    const bool negated = sees_word("not") && (sees_word("in", 1) || sees_word("like", 1) || sees_word("between", 1));
    if (negated) take();
    if (take_word("between")) {
      ExpressionPointer low = sum();
      expect_word("AND", "between the two ends of BETWEEN");
      left = node(ExpressionKind::between, offset, {}, std::move(left), std::move(low), sum());
      left->negated = negated;
    } else if (take_word("in")) {
      left = in_test(std::move(left), negated, offset);
    } else if (take_word("like")) {
      left = like_test(std::move(left), negated, offset);
    } else {
      return left;
    }
  }
}

ExpressionPointer Parsing::comparison_with(ExpressionPointer left) {
  const Token sign = take();
  for (const std::string_view word : {"all", "any", "some"}) {
    if (sees_word(word) && sees_sign("(", 1)) {
      throw Refused{"comparing with " + peek().text + " (…) isn't supported: use IN, EXISTS, min or max",
                    peek().offset};
    }
  }
  std::string text = sign.text == "!=" ? "<>" : sign.text;
  return node(ExpressionKind::comparison, sign.offset, std::move(text), std::move(left), sum());
}

ExpressionPointer Parsing::is_test(ExpressionPointer left) {
  const std::size_t offset = take().offset;
  const bool negated = take_word("not");
  ExpressionPointer test;
  if (take_word("null")) {
    test = node(ExpressionKind::is_null, offset, {}, std::move(left));
  } else if (take_word("distinct")) {
    expect_word("FROM", "after IS DISTINCT");
    test = node(ExpressionKind::distinct, offset, {}, std::move(left), sum());
  } else {
    refuse_here("NULL, NOT NULL or DISTINCT FROM");
  }
  test->negated = negated;
  return test;
}

ExpressionPointer Parsing::in_test(ExpressionPointer left, bool negated, std::size_t offset) {
  expect_sign("(", "after IN");
  ExpressionPointer test;
  if (sees_word("select") || sees_word("with") || sees_word("values")) {
    test = node(ExpressionKind::in_query, offset, {}, std::move(left));
    test->query = query();
    expect_sign(")", "after the query of IN");
  } else {
    test = node(ExpressionKind::in_list, offset, {}, std::move(left));
    for (ExpressionPointer& one : expressions(")", "after the values of IN")) test->operands.push_back(std::move(one));
  }
  test->negated = negated;
  return test;
}

ExpressionPointer Parsing::like_test(ExpressionPointer left, bool negated, std::size_t offset) {
  ExpressionPointer pattern = sum();
  ExpressionPointer escape = take_word("escape") ? sum() : nullptr;
  auto test = node(ExpressionKind::like, offset, {}, std::move(left), std::move(pattern), std::move(escape));
  test->negated = negated;
  return test;
}

ExpressionPointer Parsing::sum() {
  ExpressionPointer left = product();
  int row = 0;
  while (sees_sign("+") || sees_sign("-") || sees_sign("||")) {
    const Token sign = take();
    check_row(row, sign.offset);
    left = node(ExpressionKind::arithmetic, sign.offset, sign.text, std::move(left), product());
  }
  return left;
}

ExpressionPointer Parsing::product() {
  ExpressionPointer left = signed_value();
  int row = 0;
  while (sees_sign("*") || sees_sign("/") || sees_sign("%")) {
    const Token sign = take();
    check_row(row, sign.offset);
    left = node(ExpressionKind::arithmetic, sign.offset, sign.text, std::move(left), signed_value());
  }
  return left;
}

ExpressionPointer Parsing::signed_value() {
  if (!sees_sign("-") && !sees_sign("+")) return with_suffixes();
  const Level level{*this};
  const Token sign = take();
  ExpressionPointer operand = signed_value();
  return sign.text == "+" ? std::move(operand) : node(ExpressionKind::negation, sign.offset, {}, std::move(operand));
}

ExpressionPointer Parsing::with_suffixes() {
  ExpressionPointer left = value();
  int row = 0;
  while (true) {
    check_row(row, peek().offset);
    if (sees_sign("[")) {
      const std::size_t offset = take().offset;
      ExpressionPointer index = expression();
      expect_sign("]", "after the index");
      left = node(ExpressionKind::subscript, offset, {}, std::move(left), std::move(index));
    } else if (sees_sign(".")) {
      take();
      // Behind a dot every word is a name.
      if (peek().kind != TokenKind::word && peek().kind != TokenKind::quoted) refuse_here("a field's name after '.'");
      Token field = take();
      left = node(ExpressionKind::field, field.offset, {}, std::move(left));
      left->names.push_back({std::move(field.text), field.offset});
    } else if (sees_word("at") && sees_word("time", 1)) {
      throw Refused{"AT TIME ZONE isn't supported: times are in UTC", peek().offset};
    } else {
      return left;
    }
  }
}

std::vector<ExpressionPointer> Parsing::expressions(std::string_view closing, std::string_view where) {
  std::vector<ExpressionPointer> found;
  if (take_sign(closing)) return found;
  do {
    found.push_back(expression());
  } while (take_sign(","));
  expect_sign(closing, where);
  return found;
}

}  // namespace trailkeeper::query::sql
