// CAST and TRY_CAST.
#include <fmt/format.h>

#include "query/sql/translating.h"

namespace trailkeeper::query::sql {
namespace {

std::string truth_text(const std::string& sql) {
  return fmt::format("(CASE {} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)", sql);
}

}  // namespace

Value Translating::cast(const Expression& expression, const Scope& scope) {
  Value value = plain(*expression.operands.front(), scope);
  const Type to = type_of_name(expression.type);
  value.sql = cast_sql(value.type, to, value.sql, expression.negated || forgiving_, expression.offset);
  value.type = to;
  value.literal.reset();
  return value;
}

std::string Translating::cast_sql(const Type& from, const Type& to, const std::string& sql, bool forgiving,
                                  std::size_t offset) {
  const std::string_view prefix = forgiving ? "try_" : "t_";
  const auto call = [&](std::string_view name) { return fmt::format("{}{}({})", prefix, name, sql); };
  const bool text = from.is(Kind::varchar);
  const bool json = from.is(Kind::json);
  if (from.is(Kind::unknown)) return sql;
  switch (to.kind) {
    case Kind::varchar:
      if (text || from.is(Kind::timestamp) || from.is(Kind::date)) return sql;
      if (from.is(Kind::bigint)) return fmt::format("CAST({} AS TEXT)", sql);
      if (from.is(Kind::real)) return call("real_text");
      if (from.is(Kind::boolean)) return truth_text(sql);
      if (json) return call("json_text");
      break;
    case Kind::bigint:
      if (from.is(Kind::bigint) || from.is(Kind::boolean)) return sql;
      if (text || json || from.is(Kind::real)) return call(json ? "json_bigint" : "cast_bigint");
      break;
    case Kind::real:
      if (from.is(Kind::bigint) || from.is(Kind::boolean)) return fmt::format("CAST({} AS REAL)", sql);
      if (from.is(Kind::real)) return sql;
      if (text || json) return fmt::format("{}{}({}, 'd')", prefix, json ? "json_number" : "cast_number", sql);
      break;
    case Kind::boolean:
      if (from.is(Kind::boolean)) return sql;
      if (from.is_number()) return fmt::format("({} <> 0)", sql);
      if (text || json) return call(json ? "json_boolean" : "cast_boolean");
      break;
    case Kind::timestamp:
      if (from.is(Kind::timestamp)) return sql;
      if (from.is(Kind::date)) return fmt::format("({} || ' 00:00:00.000')", sql);
      if (text) return call("cast_timestamp");
      break;
    case Kind::date:
      if (from.is(Kind::date)) return sql;
      if (text || from.is(Kind::timestamp)) return call("cast_date");
      break;
    case Kind::json:
      if (from.is_json()) return sql;
      if (text || from.is(Kind::timestamp) || from.is(Kind::date)) return call("json_string");
      if (from.is_number()) return fmt::format("CAST({} AS TEXT)", sql);
      if (from.is(Kind::boolean)) return truth_text(sql);
      break;
    case Kind::array:
    case Kind::map:
      if (json) return fmt::format("{}json_shape({}, '{}')", prefix, sql, to.is(Kind::array) ? '[' : '{');
      // Elements become what they are when they are looked at.
      if (from.kind == to.kind && json_form(from.element()) == json_form(to.element())) return sql;
      break;
    default: break;
  }
  throw Refused{fmt::format("{} can't be cast to {}", type_text(from), type_text(to)), offset};
}

}  // namespace trailkeeper::query::sql
