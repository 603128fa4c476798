// What stands between operators: literals, names, calls, CASE, brackets.
#include <utility>

#include "query/sql/parsing.h"
#include "query/sql/refused.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {

ExpressionPointer Parsing::value() {
  switch (peek().kind) {
    case TokenKind::string: {
      Token token = take();
      return node(ExpressionKind::string, token.offset, std::move(token.text));
    }
    case TokenKind::number: {
      Token token = take();
      return node(ExpressionKind::number, token.offset, std::move(token.text));
    }
    case TokenKind::quoted: {
      Token token = take();
      auto named = node(ExpressionKind::name, token.offset);
      named->names.push_back({std::move(token.text), token.offset});
      return named;
    }
    case TokenKind::word: return word_value();
    default: break;
  }
  if (sees_sign("(")) return bracketed();
  if (sees_sign("<") || sees_sign(":") || sees_sign("?")) return placeholder();
  refuse_here("a value");
}

ExpressionPointer Parsing::bracketed() {
  if (sees_lambda()) return lambda();
  const Level level{*this};
  const std::size_t offset = take().offset;
  if (sees_word("select") || sees_word("with") || sees_word("values")) {
    auto inner = node(ExpressionKind::subquery, offset);
    inner->query = query();
    expect_sign(")", "after the query");
    return inner;
  }
  ExpressionPointer inner = expression();
  if (sees_sign(",")) throw Refused{"a row of values, (a, b), isn't supported here", peek().offset};
  expect_sign(")", "to close the bracket");
  return inner;
}

// `<IP address>`, `:name` or `?`: something that is still to be filled in.
ExpressionPointer Parsing::placeholder() {
  const std::size_t offset = peek().offset;
  if (take_sign("?")) throw Refused{"'?' has no value: write :name and give it with --param name=value", offset};
  if (take_sign(":")) {
    if (peek().kind != TokenKind::word) refuse_here("a parameter's name after ':'");
    return node(ExpressionKind::parameter, offset, take().text);
  }
  take();
  while (!sees_sign(">")) {
    constexpr std::size_t kLongest = 80;
    if (peek().kind == TokenKind::end || peek().end - offset > kLongest)
      throw Refused{"here should be a value", offset};
    take();
  }
  const std::size_t end = take().offset;
  return node(ExpressionKind::parameter, offset, std::string{sql_.substr(offset + 1, end - offset - 1)});
}

ExpressionPointer Parsing::word_value() {
  const Token& token = peek();
  const std::size_t offset = token.offset;
  if (token.text.front() == '$') return node(ExpressionKind::parameter, offset, take().text.substr(1));
  if (sees_word("null")) return take(), node(ExpressionKind::null, offset);
  if (sees_word("true") || sees_word("false")) return node(ExpressionKind::boolean, offset, text::lowered(take().text));
  if (sees_word("case")) return case_value();
  if (sees_word("cast") && sees_sign("(", 1)) return cast(false);
  if (sees_word("try_cast") && sees_sign("(", 1)) return cast(true);
  if (sees_word("extract") && sees_sign("(", 1)) return extract();
  if (sees_word("position") && sees_sign("(", 1)) return position_call();
  if (sees_word("interval") && (peek(1).kind == TokenKind::string || sees_sign("-", 1))) return interval();
  if (peek(1).kind == TokenKind::string) return typed_literal();
  if (sees_word("array") && sees_sign("[", 1)) {
    take();
    take();
    auto made = node(ExpressionKind::array, offset);
    made->operands = expressions("]", "after the array's elements");
    return made;
  }
  if (sees_word("exists") && sees_sign("(", 1)) {
    take();
    take();
    auto test = node(ExpressionKind::exists, offset);
    test->query = query();
    expect_sign(")", "after the query of EXISTS");
    return test;
  }
  if (sees_lambda()) return lambda();
  for (const std::string_view word : {"current_timestamp", "current_date", "current_time", "localtimestamp"}) {
    if (sees_word(word) && !sees_sign("(", 1)) return node(ExpressionKind::call, offset, text::lowered(take().text));
  }
  // Also of words that are keywords elsewhere: if(…), replace(…).
  if (sees_sign("(", 1)) return call();
  if (is_reserved(token.text)) refuse_here("a value");
  auto named = node(ExpressionKind::name, offset);
  named->names.push_back(name("a column's name"));
  return named;
}

ExpressionPointer Parsing::typed_literal() {
  if (!sees_word("timestamp") && !sees_word("date")) {
    throw Refused{"a literal of type " + peek().text + " isn't supported: use cast('…' AS …)", peek().offset};
  }
  const Token type = take();
  Token token = take();
  auto made = node(ExpressionKind::typed, token.offset, std::move(token.text));
  made->type.name = text::lowered(type.text);
  return made;
}

ExpressionPointer Parsing::interval() {
  const std::size_t offset = take().offset;
  std::string text = take_sign("-") ? "-" : "";
  if (peek().kind != TokenKind::string) refuse_here("the number of an interval between quotes");
  text += take().text;
  auto made = node(ExpressionKind::interval, offset, std::move(text));
  if (peek().kind != TokenKind::word) refuse_here("the unit of the interval, such as DAY");
  made->type.name = text::lowered(take().text);
  if (sees_word("to")) throw Refused{"an interval of two units isn't supported", peek().offset};
  return made;
}

ExpressionPointer Parsing::case_value() {
  const Level level{*this};
  const std::size_t offset = take().offset;
  const bool simple = !sees_word("when");
  auto made = node(simple ? ExpressionKind::simple_case : ExpressionKind::searched_case, offset);
  if (simple) made->operands.push_back(expression());
  if (!sees_word("when")) refuse_here("WHEN");
  while (take_word("when")) {
    made->operands.push_back(expression());
    expect_word("THEN", "after the condition of WHEN");
    made->operands.push_back(expression());
  }
  if (take_word("else")) {
    made->has_else = true;
    made->operands.push_back(expression());
  }
  expect_word("END", "at the end of CASE");
  return made;
}

ExpressionPointer Parsing::cast(bool forgiving) {
  const std::size_t offset = take().offset;
  take();
  auto made = node(ExpressionKind::cast, offset, {}, expression());
  made->negated = forgiving;
  expect_word("AS", "between value and type");
  made->type = type_name();
  expect_sign(")", "after the type");
  return made;
}

ExpressionPointer Parsing::extract() {
  const std::size_t offset = take().offset;
  take();
  const Name unit = name("a part of a time, such as HOUR");
  expect_word("FROM", "after the part of EXTRACT");
  auto made = node(ExpressionKind::call, offset, text::lowered(unit.text), expression());
  expect_sign(")", "after EXTRACT's time");
  return made;
}

ExpressionPointer Parsing::position_call() {
  const std::size_t offset = take().offset;
  take();
  ExpressionPointer part = sum();
  expect_word("IN", "between the two texts of POSITION");
  ExpressionPointer whole = sum();
  expect_sign(")", "after the texts of POSITION");
  return node(ExpressionKind::call, offset, "strpos", std::move(whole), std::move(part));
}

ExpressionPointer Parsing::call() {
  const Level level{*this};
  Token word = take();
  take();
  auto made = node(ExpressionKind::call, word.offset, text::lowered(word.text));
  if (take_sign("*")) {
    made->star = true;
    expect_sign(")", "after '*'");
  } else if (!take_sign(")")) {
    made->distinct = take_word("distinct");
    if (!made->distinct) take_word("all");
    do {
      made->operands.push_back(expression());
    } while (take_sign(","));
    if (take_word("order")) {
      expect_word("BY", "after ORDER");
      made->order = sort_items();
    }
    expect_sign(")", "after the arguments of " + word.text);
  }
  call_suffixes(*made);
  return made;
}

void Parsing::call_suffixes(Expression& call) {
  if (sees_word("filter") && sees_sign("(", 1)) {
    take();
    take();
    expect_word("WHERE", "in FILTER");
    call.filter = expression();
    expect_sign(")", "after FILTER's condition");
  }
  if (sees_words("within", "group") || sees_words("ignore", "nulls") || sees_words("respect", "nulls")) {
    throw Refused{peek().text + " " + peek(1).text + " isn't supported", peek().offset};
  }
  if (sees_word("over")) call.window = window();
}

std::unique_ptr<Window> Parsing::window() {
  auto made = std::make_unique<Window>();
  made->offset = take().offset;
  if (!sees_sign("(")) throw Refused{"a window's name isn't supported: write OVER (…)", peek().offset};
  take();
  if (take_word("partition")) {
    expect_word("BY", "after PARTITION");
    do {
      made->partition.push_back(expression());
    } while (take_sign(","));
  }
  if (take_word("order")) {
    expect_word("BY", "after ORDER");
    made->order = sort_items();
  }
  made->frame = frame();
  expect_sign(")", "after the window");
  return made;
}

std::string Parsing::frame() {
  if (!sees_word("rows") && !sees_word("range") && !sees_word("groups")) return {};
  const std::string unit = take().text + " ";
  if (!take_word("between")) return unit + frame_bound();
  std::string first = frame_bound();
  expect_word("AND", "between the two ends of a window");
  return unit + "BETWEEN " + first + " AND " + frame_bound();
}

std::string Parsing::frame_bound() {
  if (take_word("current")) {
    expect_word("ROW", "after CURRENT");
    return "CURRENT ROW";
  }
  const std::string count = take_word("unbounded") ? "UNBOUNDED" : count_of_rows();
  if (take_word("preceding")) return count + " PRECEDING";
  expect_word("FOLLOWING", "or PRECEDING");
  return count + " FOLLOWING";
}

TypeName Parsing::type_name() {
  const Level level{*this};
  if (peek().kind != TokenKind::word) refuse_here("a type");
  TypeName type;
  type.offset = peek().offset;
  type.name = text::lowered(take().text);
  if (type.name == "double" && take_word("precision")) return type;
  if (take_sign("(")) {
    do {
      if (peek().kind == TokenKind::number) {
        take();
      } else if (type.name == "row") {
        throw Refused{"the type row isn't supported: take the fields out of a json or map", type.offset};
      } else {
        type.of.push_back(type_name());
      }
    } while (take_sign(","));
    expect_sign(")", "after the type");
  }
  if (type.name == "timestamp" && take_word("with")) {
    expect_word("TIME", "after WITH");
    expect_word("ZONE", "after TIME");
  }
  return type;
}

bool Parsing::sees_lambda() const {
  if (peek().kind == TokenKind::word && sees_sign("->", 1)) return true;
  if (!sees_sign("(")) return false;
  std::size_t ahead = 1;
  while (peek(ahead).kind == TokenKind::word && sees_sign(",", ahead + 1)) ahead += 2;
  return peek(ahead).kind == TokenKind::word && sees_sign(")", ahead + 1) && sees_sign("->", ahead + 2);
}

ExpressionPointer Parsing::lambda() {
  auto made = node(ExpressionKind::lambda, peek().offset);
  if (take_sign("(")) {
    do {
      made->names.push_back(name("a parameter's name"));
    } while (take_sign(","));
    expect_sign(")", "after the parameters");
  } else {
    made->names.push_back(name("a parameter's name"));
  }
  expect_sign("->", "after the parameters");
  made->operands.push_back(expression());
  return made;
}

}  // namespace trailkeeper::query::sql
