// What a query says, as a tree. Places are bytes from the start of its text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace trailkeeper::query::sql {

struct Expression;
struct Query;
struct Relation;
using ExpressionPointer = std::unique_ptr<Expression>;
using QueryPointer = std::unique_ptr<Query>;
using RelationPointer = std::unique_ptr<Relation>;

/// A name as it was written; quoted or not makes no difference in Trino.
struct Name {
  std::string text;
  std::size_t offset = 0;
};

/// A type as it was written: `array(varchar)`.
struct TypeName {
  std::string name;  ///< In lower case.
  std::vector<TypeName> of;
  std::size_t offset = 0;
};

enum class ExpressionKind : std::uint8_t {
  null,
  boolean,     ///< `text`: true or false.
  number,      ///< `text`
  string,      ///< `text`
  parameter,   ///< `text`: its name; a value is filled in.
  typed,       ///< `text`: the string of `TIMESTAMP '…'`, `DATE '…'`; `type`: which.
  interval,    ///< `text`: the string; `type.name`: the unit.
  name,        ///< `names[0]`
  field,       ///< Of an operand: `names[0]`.
  negation,    ///< -x
  arithmetic,  ///< `text`: + - * / % ||
  comparison,  ///< `text`: = <> < <= > >=
  distinct,    ///< IS [NOT] DISTINCT FROM; `negated`: with NOT.
  logical,     ///< `text`: AND, OR; two operands or more.
  logical_not,
  is_null,        ///< `negated`: IS NOT NULL.
  between,        ///< Three operands.
  in_list,        ///< The first operand in the others.
  in_query,       ///< The operand in `query`.
  like,           ///< Operand, pattern, and perhaps the escape character.
  exists,         ///< `query`
  subquery,       ///< `query`
  simple_case,    ///< Operand, then pairs of values and results, then perhaps ELSE; `has_else`.
  searched_case,  ///< Pairs, then perhaps ELSE.
  call,           ///< `text`: the function's name in lower case.
  cast,           ///< `type`; `negated`: TRY_CAST.
  subscript,      ///< a[b]
  array,          ///< ARRAY[…]
  lambda,         ///< `names`: parameters; the operand: what it gives.
};

struct SortItem {
  ExpressionPointer by;
  bool descending = false;
  std::optional<bool> nulls_first;
};

/// A call's `OVER (…)`.
struct Window {
  std::vector<ExpressionPointer> partition;
  std::vector<SortItem> order;
  std::string frame;  ///< As SQLite takes it, too; empty: none was given.
  std::size_t offset = 0;
};

struct Expression {
  ExpressionKind kind = ExpressionKind::null;
  std::size_t offset = 0;  ///< Of its own word or sign.
  std::string text = {};
  std::vector<Name> names = {};
  std::vector<ExpressionPointer> operands = {};
  bool negated = false;
  bool has_else = false;
  bool distinct = false;  ///< Of a call: f(DISTINCT x).
  bool star = false;      ///< Of a call: count(*).
  TypeName type = {};
  QueryPointer query = nullptr;
  ExpressionPointer filter = nullptr;  ///< Of a call: FILTER (WHERE …).
  std::vector<SortItem> order = {};    ///< Of a call: f(x ORDER BY y).
  std::unique_ptr<Window> window = nullptr;
};

/// One of what a SELECT gives.
struct SelectItem {
  ExpressionPointer value;  ///< Null: `*`, perhaps of `star_of`.
  std::optional<Name> star_of = {};
  std::optional<Name> alias = {};
  std::size_t offset = 0;
};

enum class RelationKind : std::uint8_t { table, subquery, unnest, join };

/// What stands behind FROM.
struct Relation {
  RelationKind kind = RelationKind::table;
  std::size_t offset = 0;
  std::string table = {};  ///< Its name.
  QueryPointer query = nullptr;
  std::vector<ExpressionPointer> values = {};  ///< UNNEST's.
  bool ordinality = false;
  std::optional<Name> alias = {};
  std::vector<Name> columns = {};  ///< Behind the alias.

  std::string join = {};  ///< INNER, LEFT, RIGHT, FULL, CROSS.
  RelationPointer left = nullptr;
  RelationPointer right = nullptr;
  ExpressionPointer on = nullptr;
  std::vector<Name> common = {};  ///< USING's.
};

struct Select {
  bool distinct = false;
  std::size_t offset = 0;
  std::vector<SelectItem> items;
  RelationPointer from;
  ExpressionPointer where;
  std::vector<ExpressionPointer> groups;
  bool grouped = false;  ///< It has GROUP BY.
  ExpressionPointer having;
};

enum class BodyKind : std::uint8_t { select, values, query, set };

/// A query without its WITH, ORDER BY and LIMIT.
struct Body {
  BodyKind kind = BodyKind::select;
  std::size_t offset = 0;
  Select select = {};
  std::vector<std::vector<ExpressionPointer>> rows = {};  ///< VALUES
  QueryPointer query = nullptr;                           ///< In brackets.
  std::string set = {};                                   ///< UNION, UNION ALL, EXCEPT, INTERSECT.
  std::unique_ptr<Body> left = nullptr;
  std::unique_ptr<Body> right = nullptr;
};

struct CommonTable {
  Name name;
  std::vector<Name> columns;
  QueryPointer query;
};

struct Query {
  std::vector<CommonTable> with;
  Body body;
  std::vector<SortItem> order;
  std::optional<std::string> limit;  ///< Digits.
  std::optional<std::string> skip;   ///< OFFSET's.
};

/// What was asked.
struct Statement {
  bool explain = false;
  QueryPointer query;
};

}  // namespace trailkeeper::query::sql
