// The parser's parts: one function for each rule of the grammar.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "query/sql/syntax.h"
#include "query/sql/token.h"

namespace trailkeeper::query::sql {

/// Reads a query from its tokens. What it doesn't know it names in a Refused.
class Parsing {
 public:
  explicit Parsing(std::string_view sql) : sql_(sql), tokens_(tokens_of(sql)) {}

  Statement statement();

 private:
  class Level;

  // Tokens.
  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
  Token take();
  [[nodiscard]] bool sees_word(std::string_view word, std::size_t ahead = 0) const;
  [[nodiscard]] bool sees_words(std::string_view first, std::string_view second) const;
  [[nodiscard]] bool sees_sign(std::string_view sign, std::size_t ahead = 0) const;
  bool take_word(std::string_view word);
  bool take_sign(std::string_view sign);
  void expect_word(std::string_view word, std::string_view where);
  void expect_sign(std::string_view sign, std::string_view where);
  [[noreturn]] void refuse_here(std::string_view expected) const;
  [[nodiscard]] bool sees_name() const;
  Name name(std::string_view what);

  // parsing_expression.cpp
  ExpressionPointer expression();
  ExpressionPointer conjunction();
  ExpressionPointer inverted();
  ExpressionPointer predicate();
  ExpressionPointer comparison_with(ExpressionPointer left);
  ExpressionPointer is_test(ExpressionPointer left);
  ExpressionPointer in_test(ExpressionPointer left, bool negated, std::size_t offset);
  ExpressionPointer like_test(ExpressionPointer left, bool negated, std::size_t offset);
  ExpressionPointer sum();
  ExpressionPointer product();
  ExpressionPointer signed_value();
  ExpressionPointer with_suffixes();
  std::vector<ExpressionPointer> expressions(std::string_view closing, std::string_view where);

  // parsing_value.cpp
  ExpressionPointer value();
  ExpressionPointer bracketed();
  ExpressionPointer placeholder();
  ExpressionPointer word_value();
  ExpressionPointer typed_literal();
  ExpressionPointer interval();
  ExpressionPointer case_value();
  ExpressionPointer cast(bool forgiving);
  ExpressionPointer extract();
  ExpressionPointer position_call();
  ExpressionPointer call();
  ExpressionPointer lambda();
  void call_suffixes(Expression& call);
  std::unique_ptr<Window> window();
  std::string frame();
  std::string frame_bound();
  TypeName type_name();
  [[nodiscard]] bool sees_lambda() const;

  // parsing_query.cpp
  QueryPointer query();
  void with_tables(Query& into);
  Body set_operations();
  Body intersections();
  Body simple_body();
  Body set_of(Body left, std::string word, Body right, std::size_t offset);
  void select(Select& into);
  SelectItem select_item();
  void group_by(Select& into);
  std::vector<SortItem> sort_items();
  void limits(Query& into);
  std::string count_of_rows();
  RelationPointer relation();
  RelationPointer joined(RelationPointer left);
  RelationPointer single_relation();
  RelationPointer unnest();
  RelationPointer table();
  [[nodiscard]] std::size_t end_of_event_store() const;
  void alias(Relation& of);

  std::string_view sql_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int level_ = 0;
};

/// Whether a word can't be an alias without AS, or a column, because the grammar needs it.
bool is_reserved(std::string_view word);

/// A node of the tree.
ExpressionPointer node(ExpressionKind kind, std::size_t offset, std::string text = {});
/// With its operands.
ExpressionPointer node(ExpressionKind kind, std::size_t offset, std::string text, ExpressionPointer first,
                       ExpressionPointer second = nullptr, ExpressionPointer third = nullptr);

/// One level of nesting deeper, while it lives.
class Parsing::Level {
 public:
  explicit Level(Parsing& parsing);
  ~Level() { --parsing_.level_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  Parsing& parsing_;
};

}  // namespace trailkeeper::query::sql
