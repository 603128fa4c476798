// Literals, names and fields.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "query/similar_name.h"
#include "query/sql/event_schema.h"
#include "query/sql/sql_time.h"
#include "query/sql/translating.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {

Value Translating::expression(const Expression& expression, const Scope& scope) {
  Value value = ungrouped_expression(expression, scope);
  value.offset = expression.offset;
  if (!grouping_.active || value.bare.empty() || in_aggregate_) return value;
  const std::string key = key_of(value);
  if (std::find(grouping_.keys.begin(), grouping_.keys.end(), key) == grouping_.keys.end()) return value;
  std::erase_if(value.bare, [this](const BareColumn& column) { return column.scope == grouping_.scope; });
  return value;
}

Value Translating::ungrouped_expression(const Expression& expression, const Scope& scope) {
  switch (expression.kind) {
    case ExpressionKind::null: return {"NULL", {}};
    case ExpressionKind::boolean: return {expression.text == "true" ? "1" : "0", {Kind::boolean}};
    case ExpressionKind::number: return number(expression);
    case ExpressionKind::string: {
      Value value{quoted_sql(expression.text), {Kind::varchar}};
      value.literal = expression.text;
      return value;
    }
    case ExpressionKind::parameter: return parameter(expression);
    case ExpressionKind::typed: return typed(expression);
    case ExpressionKind::interval: return interval(expression);
    case ExpressionKind::name: return named(expression, scope);
    case ExpressionKind::field: return field(expression, scope);
    case ExpressionKind::negation: {
      Value value = plain(*expression.operands.front(), scope);
      if (!value.type.is_number() && !value.type.is(Kind::day_interval) && !value.type.is(Kind::year_interval)) {
        throw Refused{fmt::format("'-' takes a number, not {}", type_text(value.type)), expression.offset};
      }
      value.sql = fmt::format("{}(0, {})", function("subtract"), value.sql);
      return value;
    }
    case ExpressionKind::arithmetic: return arithmetic(expression, scope);
    case ExpressionKind::comparison:
    case ExpressionKind::distinct: return comparison(expression, scope);
    case ExpressionKind::logical:
    case ExpressionKind::logical_not: return logical(expression, scope);
    case ExpressionKind::is_null: return is_null(expression, scope);
    case ExpressionKind::between: return between(expression, scope);
    case ExpressionKind::in_list: return in_list(expression, scope);
    case ExpressionKind::in_query: return in_query(expression, scope);
    case ExpressionKind::like: return like(expression, scope);
    case ExpressionKind::exists:
    case ExpressionKind::subquery: return subquery(expression, scope);
    case ExpressionKind::simple_case:
    case ExpressionKind::searched_case: return cases(expression, scope);
    case ExpressionKind::call: return call(expression, scope);
    case ExpressionKind::cast: return cast(expression, scope);
    case ExpressionKind::subscript: return subscript(expression, scope);
    case ExpressionKind::array: return array(expression, scope);
    case ExpressionKind::lambda: break;
  }
  throw Refused{"a lambda can only be an argument of a function such as transform or filter", expression.offset};
}

// With its SQL at hand.
Value Translating::plain(const Expression& expression, const Scope& scope) {
  Value value = this->expression(expression, scope);
  value.sql = use(value);
  value.place.reset();
  return value;
}

Value Translating::number(const Expression& expression) {
  if (expression.text.find_first_of(".eE") != text::npos) {
    const std::string zero = expression.text.front() == '.' ? "0" : "";
    return {zero + expression.text, {Kind::real}};
  }
  std::int64_t read = 0;
  const char* const end = expression.text.data() + expression.text.size();
  if (std::from_chars(expression.text.data(), end, read).ec != std::errc{}) {
    throw Refused{"this number is larger than a bigint", expression.offset};
  }
  return {std::to_string(read), {Kind::bigint}};
}

Value Translating::typed(const Expression& expression) {
  const auto time = parse_sql_time(expression.text);
  if (!time) throw Refused{fmt::format("'{}' isn't a {}", expression.text, expression.type.name), expression.offset};
  if (expression.type.name == "date") return {quoted_sql(date_text(*time)), {Kind::date}};
  return {quoted_sql(timestamp_text(*time)), {Kind::timestamp}};
}

Value Translating::interval(const Expression& expression) {
  std::int64_t count = 0;
  std::string_view digits = text::trimmed(expression.text);
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  constexpr std::size_t kMostDigits = 8;
  if (!text::is_digits(digits) || digits.size() > kMostDigits) {
    throw Refused{fmt::format("'{}' isn't a whole number of an interval", expression.text), expression.offset};
  }
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (negative) count = -count;
  std::string unit = expression.type.name;
  if (unit.ends_with('s')) unit.pop_back();
  const auto days = [&](std::int64_t length) { return Value{std::to_string(count * length), {Kind::day_interval}}; };
  if (unit == "second") return days(text::kSecond);
  if (unit == "minute") return days(text::kMinute);
  if (unit == "hour") return days(text::kHour);
  if (unit == "day") return days(text::kDay);
  if (unit == "week") return days(7 * text::kDay);
  constexpr std::int64_t kMonths = 12;
  if (unit == "month") return {std::to_string(count), {Kind::year_interval}};
  if (unit == "year") return {std::to_string(count * kMonths), {Kind::year_interval}};
  throw Refused{fmt::format("'{}' isn't a unit of an interval: SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, YEAR", unit),
                expression.offset};
}

Value Translating::parameter(const Expression& expression) {
  const auto given = surroundings_.parameters.find(expression.text);
  if (given == surroundings_.parameters.end()) {
    throw Refused{fmt::format("the placeholder '{0}' isn't filled in: write its value, or give --param '{0}=VALUE'",
                              expression.text),
                  expression.offset};
  }
  Value value{quoted_sql(given->second), {Kind::varchar}};
  value.literal = given->second;
  value.is_parameter = true;
  return value;
}

Value Translating::named(const Expression& expression, const Scope& scope) {
  const Name& name = expression.names.front();
  if (auto found = find_column(scope, name)) return std::move(*found);
  std::vector<std::string_view> known;
  for (const Scope* one = &scope; one != nullptr; one = one->outer) {
    for (const ScopeTable& table : one->tables) {
      for (const ScopeColumn& column : table.columns) known.push_back(column.name);
      if (!table.events) continue;
      for (const EventField& column : event_columns()) known.push_back(column.path);
    }
  }
  throw Refused{fmt::format("there is no column '{}' here{}", name.text, did_you_mean(similar_name(name.text, known))),
                name.offset};
}

std::optional<Value> Translating::find_column(const Scope& scope, const Name& name) {
  for (const Scope* one = &scope; one != nullptr; one = one->outer) {
    std::optional<Value> found;
    for (const ScopeTable& table : one->tables) {
      if (table.events && event_column(name.text)) {
        if (found)
          throw Refused{fmt::format("'{}' is a column of several tables: name one before it", name.text), name.offset};
        found = event_column_of(table, *one, name);
      }
      for (const ScopeColumn& column : table.columns) {
        if (!text::same_ignoring_case(column.name, name.text)) continue;
        if (found)
          throw Refused{fmt::format("'{}' means several columns: name the table before it", name.text), name.offset};
        found = column_of(table, column, *one, name);
      }
    }
    if (found) return found;
  }
  return std::nullopt;
}

std::optional<Value> Translating::find_in_table(const Scope& scope, const Name& table_name, const Name& column_name) {
  for (const Scope* one = &scope; one != nullptr; one = one->outer) {
    for (const ScopeTable& table : one->tables) {
      if (table.name.empty() || !text::same_ignoring_case(table.name, table_name.text)) continue;
      if (table.events) {
        if (event_column(column_name.text)) return event_column_of(table, *one, column_name);
      }
      for (const ScopeColumn& column : table.columns) {
        if (text::same_ignoring_case(column.name, column_name.text)) return column_of(table, column, *one, column_name);
      }
      throw Refused{fmt::format("'{}' has no column '{}'", table.name, column_name.text), column_name.offset};
    }
  }
  return std::nullopt;
}

Value Translating::column_of(const ScopeTable& /*table*/, const ScopeColumn& column, const Scope& scope,
                             const Name& name) {
  Value value{column.sql, column.type};
  if (scope.is_free) return value;
  value.bare.push_back({&scope, name.offset, name.text});
  if (&scope != grouping_.scope) outer_columns_.push_back(value.bare.back());
  return value;
}

Value Translating::event_column_of(const ScopeTable& table, const Scope& scope, const Name& name) {
  EventField field = *event_column(name.text);
  Value value = event_value(*table.events, {*table.events, std::move(field.path)}, std::move(field.type));
  value.bare.push_back({&scope, name.offset, name.text});
  if (&scope != grouping_.scope) outer_columns_.push_back(value.bare.back());
  return value;
}

Value Translating::event_value(std::size_t /*events*/, EventPlace place, Type type) {
  Value value{{}, std::move(type)};
  value.place = std::move(place);
  return value;
}

Value Translating::field(const Expression& expression, const Scope& scope) {
  const Expression& base = *expression.operands.front();
  // A column of that name comes before a table of it only where there is no such table.
  if (base.kind == ExpressionKind::name) {
    if (auto found = find_in_table(scope, base.names.front(), expression.names.front())) return std::move(*found);
  }
  return field_of(this->expression(base, scope), expression.names.front());
}

Value Translating::field_of(Value base, const Name& name) {
  if (!base.type.is(Kind::row) && !base.type.is(Kind::map)) {
    throw Refused{fmt::format("a value of type {} has no field '{}'", type_text(base.type), name.text), name.offset};
  }
  const std::string wanted = (base.place ? base.place->path : base.type.path) + "." + path_key(name.text);
  std::optional<EventField> known;
  if (base.type.is(Kind::row)) known = event_member(base.type.path, name.text);
  if (!known && surroundings_.spellings && base.place) {
    const std::vector<std::string> spellings = surroundings_.spellings(wanted);
    const bool exact = std::find(spellings.begin(), spellings.end(), wanted) != spellings.end();
    if (spellings.size() > 1 && !exact) {
      throw Refused{
          fmt::format("'{}' is spelt in several ways in the events: use element_at(…, '{}') with the right one",
                      name.text, name.text),
          name.offset};
    }
    if (!spellings.empty()) known = EventField{exact ? wanted : spellings.front(), {Kind::varchar}};
  }
  if (!known && base.type.is(Kind::row)) {
    throw Refused{fmt::format("'{}' has no field '{}'", base.type.path, name.text), name.offset};
  }
  if (!known) known = EventField{wanted, base.type.element()};
  if (base.place) {
    base.place->path = std::move(known->path);
    base.type = std::move(known->type);
    return base;
  }
  const std::size_t dot = known->path.rfind('.');
  base.sql =
      fmt::format("t_field({}, {}, '{}')", base.sql, quoted_sql(known->path.substr(dot + 1)), json_form(known->type));
  base.type = std::move(known->type);
  return base;
}

// The column that a path is in its table, made when it is first used.
std::string Translating::use(Value& value) {
  if (!value.place) return value.sql;
  EventsUse& events = result_.events[value.place->events];
  const std::string& path = value.place->path;
  const bool unlike =
      path == "eventTime" || path == "eventID" || path == "requestID" || path == "eventJson" || path == "verdict";
  if (events.counted && unlike) throw NotCountable{};
  auto place = std::find_if(events.columns.begin(), events.columns.end(), [&](const NamedType& column) {
    return column.name == path && column.type.kind == value.type.kind;
  });
  if (place == events.columns.end()) {
    constexpr std::size_t kMostColumns = 500;
    if (events.columns.size() >= kMostColumns)
      throw Refused{"the query asks for more fields than are supported", value.offset};
    place = events.columns.insert(place, {path, value.type});
  }
  return fmt::format("{}.c{}", events.table, place - events.columns.begin());
}

std::string Translating::key_of(const Value& value) {
  return value.place ? fmt::format("@{}:{}", value.place->events, value.place->path) : value.sql;
}

}  // namespace trailkeeper::query::sql
