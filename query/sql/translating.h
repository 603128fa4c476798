// The translator's parts: scopes, values, and a function for each kind of node.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/sql/refused.h"
#include "query/sql/syntax.h"
#include "query/sql/translate.h"

namespace trailkeeper::query::sql {

struct FunctionWord;

/// A column that a name may mean.
struct ScopeColumn {
  std::string name;
  Type type;
  std::string sql;
};

/// A table in a scope. One of events has no columns here: its paths are asked for by need.
struct ScopeTable {
  std::string name;  ///< Empty: it has none.
  std::vector<ScopeColumn> columns;
  std::optional<std::size_t> events;  ///< Its place in Translation::events.
};

/// What names may mean at some place of a query.
struct Scope {
  const Scope* outer = nullptr;
  std::vector<ScopeTable> tables;
  bool is_free = false;  ///< Its columns may stand beside aggregates: lambda parameters, and results for ORDER BY.
};

/// A path of events that wasn't asked for as a column yet.
struct EventPlace {
  std::size_t events = 0;
  std::string path;
};

/// A column outside of aggregates that a value depends on.
struct BareColumn {
  const Scope* scope = nullptr;
  std::size_t offset = 0;
  std::string name;
};

/// A translated expression.
struct Value {
  std::string sql;
  Type type;
  std::optional<EventPlace> place = {};  ///< Then `sql` is empty.
  std::vector<BareColumn> bare = {};
  std::optional<std::string> literal = {};  ///< The text of a string literal or parameter.
  bool is_parameter = false;
  std::size_t offset = 0;
};

/// Where an expression stands: what may be in it.
struct Clause {
  std::string_view name;    ///< For messages: WHERE.
  bool aggregates = false;  ///< Aggregates and windows may.
  bool windows = false;
};

/// A SELECT can't be answered by counts; it is translated again.
class NotCountable {};

/// Translates one statement.
class Translating {
 public:
  explicit Translating(const Surroundings& surroundings) : surroundings_(surroundings) {}

  Translation statement(const Statement& statement);

 private:
  /// A query's SQL, and what its columns are.
  struct Rows {
    std::string sql;
    std::vector<NamedType> columns;
  };
  /// A relation's SQL behind FROM.
  struct From {
    std::string sql;
    std::vector<ScopeTable> tables;
  };
  /// Common tables that are known while a query is translated.
  struct KnownTable {
    std::string name;
    std::string sql_name;
    std::vector<NamedType> columns;
  };
  /// The SELECT whose parts are being translated.
  struct Grouping {
    const Scope* scope = nullptr;
    bool active = false;  ///< Columns must be grouped from here on.
    std::vector<std::string> keys;
    std::optional<std::size_t> counted;  ///< The counted events it is about.
  };
  struct OutputColumn {
    std::string name;
    std::string sql;
    Type type;
    std::string key;
  };

  // translate_query.cpp
  Rows query(const Query& query, const Scope* outer);
  Rows body(const Body& body, const Scope* outer);
  Rows set_operation(const Body& body, const Scope* outer);
  Rows values(const Body& body, const Scope* outer);
  std::string result_order(const std::vector<SortItem>& order, const std::vector<NamedType>& columns);
  static std::string limits(const Query& query);

  // translate_select.cpp
  Rows select(const Select& select, const std::vector<SortItem>& order, const Scope* outer);
  Rows select_as(const Select& select, const std::vector<SortItem>& order, const Scope* outer, bool counted);
  [[nodiscard]] bool may_be_counted(const Select& select) const;
  std::vector<OutputColumn> outputs(const Select& select, const Scope& scope);
  void star_outputs(const SelectItem& item, const Scope& scope, std::vector<OutputColumn>& into);
  std::string groups(const Select& select, const Scope& scope);
  std::string select_order(const Select& select, const std::vector<SortItem>& order, const Scope& scope,
                           const std::vector<OutputColumn>& outputs);
  std::string condition(const Expression& expression, const Scope& scope, Clause clause);
  std::string counted_condition(const Expression& where, const Scope& scope);

  // translate_relation.cpp
  From relation(const Relation& relation, const Scope* outer, bool counted);
  From table(const Relation& relation, bool counted);
  From join(const Relation& relation, const Scope* outer);
  From unnest(const Relation& relation, const Scope& scope);
  From named_rows(Rows rows, const Relation& relation);
  std::string new_alias() { return "r" + std::to_string(aliases_++); }

  // translate_expression.cpp
  Value expression(const Expression& expression, const Scope& scope);
  Value ungrouped_expression(const Expression& expression, const Scope& scope);
  Value plain(const Expression& expression, const Scope& scope);
  Value number(const Expression& expression);
  Value typed(const Expression& expression);
  Value interval(const Expression& expression);
  Value parameter(const Expression& expression);
  Value named(const Expression& expression, const Scope& scope);
  Value field(const Expression& expression, const Scope& scope);
  Value field_of(Value base, const Name& name);
  Value event_value(std::size_t events, EventPlace place, Type type);
  std::optional<Value> find_column(const Scope& scope, const Name& name);
  std::optional<Value> find_in_table(const Scope& scope, const Name& table, const Name& column);
  Value column_of(const ScopeTable& table, const ScopeColumn& column, const Scope& scope, const Name& name);
  Value event_column_of(const ScopeTable& table, const Scope& scope, const Name& name);
  std::string use(Value& value);
  std::string key_of(const Value& value);

  // translate_operator.cpp
  Value arithmetic(const Expression& expression, const Scope& scope);
  Value time_arithmetic(const Expression& expression, Value left, Value right);
  Value concatenation(const Expression& expression, Value left, Value right);
  Value comparison(const Expression& expression, const Scope& scope);
  Value compare(std::string_view sign, Value left, Value right, std::size_t offset);
  void align(Value& left, Value& right, std::size_t offset, bool for_order = true);
  void unify(std::vector<Value>& values, std::size_t offset, std::string_view where);
  void align_literal(Value& literal, const Value& other);
  Value logical(const Expression& expression, const Scope& scope);
  Value boolean(const Expression& expression, const Scope& scope, std::string_view where);
  Value is_null(const Expression& expression, const Scope& scope);
  Value between(const Expression& expression, const Scope& scope);
  Value in_list(const Expression& expression, const Scope& scope);
  Value in_query(const Expression& expression, const Scope& scope);
  Value like(const Expression& expression, const Scope& scope);
  Value cases(const Expression& expression, const Scope& scope);
  Value subscript(const Expression& expression, const Scope& scope);
  Value array(const Expression& expression, const Scope& scope);
  Value subquery(const Expression& expression, const Scope& scope);
  Rows inner_query(const Query& inner, const Scope& scope, Value& into);

  // translate_cast.cpp
  Value cast(const Expression& expression, const Scope& scope);
  std::string cast_sql(const Type& from, const Type& to, const std::string& sql, bool forgiving, std::size_t offset);

  // translate_call.cpp
  Value call(const Expression& expression, const Scope& scope);
  Value catalogued(const Expression& expression, const FunctionWord& word, const Scope& scope);
  Value argument(const Expression& call, std::size_t index, char takes, const Scope& scope);
  static Type result_type(const FunctionWord& word, const std::vector<Value>& arguments);
  std::optional<Value> special_call(const Expression& expression, const Scope& scope);
  Value element_at(const Expression& expression, const Scope& scope);
  Value element_of(Value base, const Expression& index, const Scope& scope, std::string_view function);
  Value contains(const Expression& expression, const Scope& scope);
  Value lambda_call(const Expression& expression, const Scope& scope);
  Value coalesce(const Expression& expression, const Scope& scope);
  Value if_call(const Expression& expression, const Scope& scope);
  Value attempt(const Expression& expression, const Scope& scope);
  Value unified_call(const Expression& expression, const Scope& scope, std::string_view function);
  std::optional<Value> counted_time_call(const Expression& expression, const Scope& scope);
  void require_count(const Expression& call, std::size_t least, std::size_t most);
  [[nodiscard]] std::string function(std::string_view name) const;

  // translate_aggregate.cpp
  std::optional<Value> aggregate(const Expression& expression, const Scope& scope);
  Value aggregate_call(const Expression& expression, const Scope& scope);
  Value counting_aggregate(const Expression& expression, std::vector<Value> arguments);
  std::string weighted(const Expression& expression, const std::string& argument);
  std::optional<Value> window_call(const Expression& expression, const Scope& scope);
  Value windowed_aggregate(const Expression& expression, const Scope& scope);
  std::string over(const Window& window, const Scope& scope, Value& of);
  [[nodiscard]] bool is_event_time(std::string_view sql) const;
  std::string sort_item(const SortItem& item, const Value& value);

  const Surroundings& surroundings_;
  Translation result_;
  std::vector<KnownTable> known_;
  std::size_t aliases_ = 0;
  Clause clause_;
  Grouping grouping_;
  std::vector<BareColumn> outer_columns_;  // Named by a query inside another.
  bool in_aggregate_ = false;
  bool forgiving_ = false;
};

/// The names of aggregates.
bool is_aggregate(std::string_view name);

/// Adds what a value depends on to another.
void take_bare(Value& into, Value&& from);

/// Puts conditions together as a tree that isn't deep.
std::string joined_sql(const std::vector<std::string>& parts, std::string_view word);

}  // namespace trailkeeper::query::sql
