// Operators: arithmetic, comparisons, logic, CASE, subqueries.
#include <fmt/format.h>

#include <algorithm>

#include "query/sql/sql_time.h"
#include "query/sql/translating.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

bool is_time(const Value& value) { return value.type.is(Kind::timestamp) || value.type.is(Kind::date); }
bool is_interval(const Value& value) { return value.type.is(Kind::day_interval) || value.type.is(Kind::year_interval); }

// What stands in both branches of an expression.
Value with(std::string sql, Type type, Value&& left, Value&& right) {
  Value value{std::move(sql), std::move(type)};
  take_bare(value, std::move(left));
  take_bare(value, std::move(right));
  return value;
}

}  // namespace

Value Translating::arithmetic(const Expression& expression, const Scope& scope) {
  Value left = plain(*expression.operands[0], scope);
  Value right = plain(*expression.operands[1], scope);
  const std::string& sign = expression.text;
  if (sign == "||") return concatenation(expression, std::move(left), std::move(right));
  if (is_time(left) || is_time(right) || is_interval(left) || is_interval(right)) {
    return time_arithmetic(expression, std::move(left), std::move(right));
  }
  for (Value* const one : {&left, &right}) {
    if (one->is_parameter) one->type.kind = Kind::real;
    if (one->is_parameter) one->sql = fmt::format("{}({}, 'd')", function("cast_number"), one->sql);
    if (one->type.is_number() || one->type.is(Kind::unknown)) continue;
    throw Refused{fmt::format("'{}' takes numbers, not {}{}", sign, type_text(one->type),
                              one->type.is(Kind::varchar) ? ": use cast(… AS bigint), or || to join texts" : ""),
                  expression.offset};
  }
  const char* const name = sign == "+"   ? "add"
                           : sign == "-" ? "subtract"
                           : sign == "*" ? "multiply"
                           : sign == "/" ? "divide"
                                         : "modulo";
  const bool real = left.type.is(Kind::real) || right.type.is(Kind::real);
  std::string sql = fmt::format("{}({}, {})", function(name), left.sql, right.sql);
  return with(std::move(sql), {real ? Kind::real : Kind::bigint}, std::move(left), std::move(right));
}

Value Translating::time_arithmetic(const Expression& expression, Value left, Value right) {
  const std::string& sign = expression.text;
  const auto refuse = [&]() -> Refused {
    return {fmt::format("'{}' can't be applied to {} and {}", sign, type_text(left.type), type_text(right.type)),
            expression.offset};
  };
  if (is_interval(left) && is_time(right) && sign == "+") std::swap(left, right);
  if (is_time(left) && is_interval(right) && (sign == "+" || sign == "-")) {
    const char unit = right.type.is(Kind::day_interval) ? 's' : 'm';
    const Type type = left.type;
    std::string sql = fmt::format("{}({}, {}({}, {}), '{}')", function("move_time"), left.sql, function("multiply"),
                                  right.sql, sign == "-" ? -1 : 1, unit);
    return with(std::move(sql), type, std::move(left), std::move(right));
  }
  if (is_time(left) && is_time(right) && sign == "-") {
    std::string sql = fmt::format("{}({}, {})", function("time_between"), left.sql, right.sql);
    return with(std::move(sql), {Kind::day_interval}, std::move(left), std::move(right));
  }
  const bool sums = is_interval(left) && left.type.kind == right.type.kind && (sign == "+" || sign == "-");
  const bool scales = (is_interval(left) && right.type.is(Kind::bigint) && sign == "*") ||
                      (is_interval(right) && left.type.is(Kind::bigint) && sign == "*");
  if (!sums && !scales) throw refuse();
  const Type type = is_interval(left) ? left.type : right.type;
  std::string sql = fmt::format("{}({}, {})",
                                function(scales        ? "multiply"
                                         : sign == "+" ? "add"
                                                       : "subtract"),
                                left.sql, right.sql);
  return with(std::move(sql), type, std::move(left), std::move(right));
}

Value Translating::concatenation(const Expression& expression, Value left, Value right) {
  if (left.type.is(Kind::array) && right.type.is(Kind::array)) {
    const Type type = left.type.element().is(Kind::unknown) ? right.type : left.type;
    std::string sql = fmt::format("t_array_concat({}, {})", left.sql, right.sql);
    return with(std::move(sql), type, std::move(left), std::move(right));
  }
  for (const Value* const one : {&left, &right}) {
    if (one->type.is(Kind::varchar) || one->type.is(Kind::unknown)) continue;
    throw Refused{fmt::format("'||' joins texts, not {}: use cast(… AS varchar)", type_text(one->type)),
                  expression.offset};
  }
  std::string sql = fmt::format("({} || {})", left.sql, right.sql);
  return with(std::move(sql), {Kind::varchar}, std::move(left), std::move(right));
}

// A literal beside a time is a time; a parameter beside a number is one.
void Translating::align_literal(Value& literal, const Value& other) {
  if (!literal.literal) return;
  if (is_time(other)) {
    const auto time = parse_sql_time(*literal.literal);
    if (!time)
      throw Refused{fmt::format("'{}' isn't a time such as 2024-05-01 10:00:00", *literal.literal), literal.offset};
    const bool date = other.type.is(Kind::date) && *time % text::kDay == 0;
    literal.sql = quoted_sql(date ? date_text(*time) : timestamp_text(*time));
    literal.type.kind = date ? Kind::date : Kind::timestamp;
  } else if (literal.is_parameter && other.type.is_number()) {
    literal.sql = fmt::format("{}({}, 'd')", function("cast_number"), literal.sql);
    literal.type.kind = Kind::real;
  } else if (literal.is_parameter && other.type.is(Kind::boolean)) {
    literal.sql = fmt::format("{}({})", function("cast_boolean"), literal.sql);
    literal.type.kind = Kind::boolean;
  }
}

// Makes two values such that SQLite compares them as Trino would.
void Translating::align(Value& left, Value& right, std::size_t offset, bool for_order) {
  align_literal(left, right);
  align_literal(right, left);
  const auto day_as_time = [](Value& one, const Value& other) {
    if (!one.type.is(Kind::date) || !other.type.is(Kind::timestamp)) return;
    one.sql = fmt::format("({} || ' 00:00:00.000')", one.sql);
    one.type.kind = Kind::timestamp;
  };
  day_as_time(left, right);
  day_as_time(right, left);
  if (left.type.is(Kind::unknown) || right.type.is(Kind::unknown)) return;
  if (left.type.is_number() && right.type.is_number()) return;
  if (left.type.kind != right.type.kind) {
    const bool truth = left.type.is(Kind::boolean) || right.type.is(Kind::boolean);
    const bool text = left.type.is(Kind::varchar) || right.type.is(Kind::varchar);
    throw Refused{fmt::format("{} and {} can't be compared{}", type_text(left.type), type_text(right.type),
                              truth && text ? ": write true or false without quotes" : ": use cast(… AS …)"),
                  offset};
  }
  const bool comparable = !left.type.is(Kind::map) && !left.type.is(Kind::json) && !left.type.is(Kind::row);
  if (!comparable || (for_order && left.type.is(Kind::array))) {
    throw Refused{fmt::format("values of type {} can't be compared: take a text out of them (json_extract_scalar, "
                              "element_at)",
                              type_text(left.type)),
                  offset};
  }
}

void Translating::unify(std::vector<Value>& values, std::size_t offset, std::string_view where) {
  const Value* model = nullptr;
  for (Value& value : values) {
    value.sql = use(value);
    value.place.reset();
    if (value.type.is(Kind::unknown)) continue;
    // What isn't a literal decides.
    if (model == nullptr || (model->literal && !value.literal)) model = &value;
  }
  if (model == nullptr) return;
  const Value other{model->sql, model->type};
  for (Value& value : values) {
    align_literal(value, other);
    if (value.type.is(Kind::unknown) || value.type.kind == other.type.kind) continue;
    if (value.type.is_number() && other.type.is_number()) continue;
    throw Refused{fmt::format("{}: {} and {} don't fit together", where, type_text(other.type), type_text(value.type)),
                  offset};
  }
}

Value Translating::compare(std::string_view sign, Value left, Value right, std::size_t offset) {
  left.sql = use(left);
  right.sql = use(right);
  left.place.reset();
  right.place.reset();
  align(left, right, offset, sign.find_first_of("<>") != text::npos && sign != "<>");
  std::string sql = fmt::format("({} {} {})", left.sql, sign, right.sql);
  return with(std::move(sql), {Kind::boolean}, std::move(left), std::move(right));
}

Value Translating::comparison(const Expression& expression, const Scope& scope) {
  Value left = this->expression(*expression.operands[0], scope);
  Value right = this->expression(*expression.operands[1], scope);
  if (expression.kind == ExpressionKind::comparison) {
    return compare(expression.text, std::move(left), std::move(right), expression.offset);
  }
  left.sql = use(left);
  right.sql = use(right);
  left.place.reset();
  right.place.reset();
  align(left, right, expression.offset, false);
  std::string sql = fmt::format("({} {} {})", left.sql, expression.negated ? "IS" : "IS NOT", right.sql);
  return with(std::move(sql), {Kind::boolean}, std::move(left), std::move(right));
}

Value Translating::boolean(const Expression& expression, const Scope& scope, std::string_view where) {
  Value value = plain(expression, scope);
  if (value.type.is(Kind::boolean) || value.type.is(Kind::unknown)) return value;
  throw Refused{fmt::format("{} takes a condition, not a value of type {}", where, type_text(value.type)),
                expression.offset};
}

Value Translating::logical(const Expression& expression, const Scope& scope) {
  Value value{{}, {Kind::boolean}};
  const std::string_view word =
      expression.kind == ExpressionKind::logical_not ? "NOT" : std::string_view{expression.text};
  std::vector<std::string> parts;
  for (const ExpressionPointer& operand : expression.operands) {
    Value part = boolean(*operand, scope, word);
    parts.push_back(part.sql);
    take_bare(value, std::move(part));
  }
  value.sql = word == "NOT" ? fmt::format("(NOT {})", parts.front()) : joined_sql(parts, word);
  return value;
}

Value Translating::is_null(const Expression& expression, const Scope& scope) {
  Value value = plain(*expression.operands.front(), scope);
  value.sql = fmt::format("({} IS {}NULL)", value.sql, expression.negated ? "NOT " : "");
  value.type = {Kind::boolean};
  value.literal.reset();
  return value;
}

Value Translating::between(const Expression& expression, const Scope& scope) {
  Value of = plain(*expression.operands[0], scope);
  Value low = plain(*expression.operands[1], scope);
  Value high = plain(*expression.operands[2], scope);
  Value of_high = of;
  align(of, low, expression.operands[1]->offset);
  align(of_high, high, expression.operands[2]->offset);
  // With a literal, both ends are of one type; of a day and a time, the time's type decides for all three.
  if (of.sql != of_high.sql) {
    align(low, high, expression.offset);
    if (of.type.is(Kind::date)) of = of_high;
  }
  std::string sql =
      fmt::format("({} {}BETWEEN {} AND {})", of.sql, expression.negated ? "NOT " : "", low.sql, high.sql);
  Value value = with(std::move(sql), {Kind::boolean}, std::move(of), std::move(low));
  take_bare(value, std::move(high));
  return value;
}

Value Translating::in_list(const Expression& expression, const Scope& scope) {
  if (expression.operands.size() < 2) throw Refused{"IN needs at least one value", expression.offset};
  Value value = plain(*expression.operands.front(), scope);
  std::string list;
  Value made{{}, {Kind::boolean}};
  for (std::size_t i = 1; i < expression.operands.size(); ++i) {
    Value one = plain(*expression.operands[i], scope);
    Value of = value;
    align(of, one, expression.operands[i]->offset, false);
    if (of.sql != value.sql)
      throw Refused{"IN can't compare days with times: use cast(… AS date)", expression.operands[i]->offset};
    list += (list.empty() ? "" : ", ") + one.sql;
    take_bare(made, std::move(one));
  }
  made.sql = fmt::format("({} {}IN ({}))", value.sql, expression.negated ? "NOT " : "", list);
  take_bare(made, std::move(value));
  return made;
}

Value Translating::in_query(const Expression& expression, const Scope& scope) {
  Value value = plain(*expression.operands.front(), scope);
  Rows rows = inner_query(*expression.query, scope, value);
  if (rows.columns.size() != 1) throw Refused{"the query of IN must give one column", expression.offset};
  Value column{"c0", rows.columns.front().type};
  const std::string before = value.sql;
  align(value, column, expression.offset, false);
  if (column.sql != "c0" || value.sql != before)
    throw Refused{"IN can't compare days with times: use cast(… AS …)", expression.offset};
  value.sql = fmt::format("({} {}IN ({}))", value.sql, expression.negated ? "NOT " : "", rows.sql);
  value.type = {Kind::boolean};
  value.literal.reset();
  return value;
}

Value Translating::like(const Expression& expression, const Scope& scope) {
  Value of = plain(*expression.operands[0], scope);
  Value pattern = plain(*expression.operands[1], scope);
  for (const Value* const one : {&of, &pattern}) {
    if (one->type.is(Kind::varchar) || one->type.is(Kind::unknown)) continue;
    throw Refused{fmt::format("LIKE compares texts, not {}", type_text(one->type)), expression.offset};
  }
  std::string glob = fmt::format("t_glob({}", pattern.sql);
  if (expression.operands.size() > 2) {
    Value escape = plain(*expression.operands[2], scope);
    if (!escape.literal || escape.literal->size() != 1)
      throw Refused{"ESCAPE takes one character", expression.operands[2]->offset};
    glob += ", " + escape.sql;
  }
  std::string sql = fmt::format("{}t_like({}, {}))", expression.negated ? "(NOT " : "(", of.sql, glob + ")");
  return with(std::move(sql), {Kind::boolean}, std::move(of), std::move(pattern));
}

Value Translating::cases(const Expression& expression, const Scope& scope) {
  const bool simple = expression.kind == ExpressionKind::simple_case;
  if (forgiving_) throw Refused{"CASE inside try(…) isn't supported: put try inside CASE", expression.offset};
  const auto& operands = expression.operands;
  const std::size_t first = simple ? 1 : 0;
  const std::size_t pairs = (operands.size() - first) / 2;
  Value made;
  std::string sql = "CASE";
  Value of;
  if (simple) {
    of = plain(*operands.front(), scope);
    sql += " " + of.sql;
  }
  std::vector<std::string> conditions;
  std::vector<Value> results;
  for (std::size_t i = 0; i < pairs; ++i) {
    Value test = simple ? plain(*operands[first + 2 * i], scope) : boolean(*operands[first + 2 * i], scope, "WHEN");
    if (simple) {
      Value copy = of;
      align(copy, test, operands[first + 2 * i]->offset, false);
      if (copy.sql != of.sql)
        throw Refused{"CASE can't compare days with times: use cast(… AS …)", operands[first + 2 * i]->offset};
    }
    conditions.push_back(test.sql);
    take_bare(made, std::move(test));
    results.push_back(expression.operands[first + 2 * i + 1] ? plain(*operands[first + 2 * i + 1], scope) : Value{});
  }
  if (expression.has_else) results.push_back(plain(*operands.back(), scope));
  unify(results, expression.offset, "the results of CASE");
  for (std::size_t i = 0; i < results.size(); ++i) {
    sql += i < pairs ? fmt::format(" WHEN {} THEN {}", conditions[i], results[i].sql) : " ELSE " + results[i].sql;
    if (made.type.is(Kind::unknown) || results[i].type.is(Kind::real)) made.type = results[i].type;
    take_bare(made, std::move(results[i]));
  }
  take_bare(made, std::move(of));
  made.sql = "(" + sql + " END)";
  return made;
}

Value Translating::array(const Expression& expression, const Scope& scope) {
  std::vector<Value> elements;
  for (const ExpressionPointer& operand : expression.operands) elements.push_back(plain(*operand, scope));
  unify(elements, expression.offset, "the elements of ARRAY");
  Type type;
  for (const Value& element : elements) {
    if (!element.type.is(Kind::unknown)) type = element.type;
  }
  constexpr std::size_t kMostElements = 100;
  if (elements.size() > kMostElements) throw Refused{"ARRAY has 100 elements at most", expression.offset};
  Value made{fmt::format("t_array('{}'", json_form(type)), array_of(type)};
  for (Value& element : elements) {
    made.sql += ", " + element.sql;
    take_bare(made, std::move(element));
  }
  made.sql += ")";
  return made;
}

// A query inside an expression, and which columns of the SELECT around it it names.
Translating::Rows Translating::inner_query(const Query& inner, const Scope& scope, Value& into) {
  std::vector<BareColumn> before;
  before.swap(outer_columns_);
  Rows rows = query(inner, &scope);
  for (BareColumn& column : outer_columns_) {
    if (column.scope == grouping_.scope) into.bare.push_back(column);
    before.push_back(std::move(column));
  }
  outer_columns_.swap(before);
  return rows;
}

Value Translating::subquery(const Expression& expression, const Scope& scope) {
  Value value;
  const Rows rows = inner_query(*expression.query, scope, value);
  if (expression.kind == ExpressionKind::exists) {
    value.sql = fmt::format("(EXISTS ({}))", rows.sql);
    value.type = {Kind::boolean};
    return value;
  }
  if (rows.columns.size() != 1) throw Refused{"a query in place of a value must give one column", expression.offset};
  // SQLite would take the first of several rows.
  value.sql = fmt::format("(SELECT t_single(c0) FROM ({}))", rows.sql);
  value.type = rows.columns.front().type;
  return value;
}

}  // namespace trailkeeper::query::sql
