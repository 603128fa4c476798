// Calls of scalar functions.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "query/similar_name.h"
#include "query/sql/event_schema.h"
#include "query/sql/function_catalogue.h"
#include "query/sql/sql_time.h"
#include "query/sql/translating.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

constexpr std::size_t kMostArguments = 100;

// Whether a value has the type that a letter of FunctionWord::takes asks for.
bool fits(const Type& type, char takes) {
  switch (takes) {
    case 's': return type.is(Kind::varchar);
    case 'i': return type.is(Kind::bigint);
    case 'n': return type.is_number();
    case 'b': return type.is(Kind::boolean);
    case 't': return type.is(Kind::timestamp) || type.is(Kind::date);
    case 'j': return type.is(Kind::json) || type.is(Kind::varchar);
    case 'a': return type.is(Kind::array);
    case 'm': return type.is(Kind::map);
    case 'c': return type.is(Kind::array) || type.is(Kind::map);
    default: return true;
  }
}

std::string_view words_of(char takes) {
  switch (takes) {
    case 's': return "a varchar";
    case 'i': return "a bigint";
    case 'n': return "a number";
    case 'b': return "a boolean";
    case 't': return "a timestamp or date";
    case 'j': return "json";
    case 'a': return "an array";
    case 'm': return "a map";
    default: return "an array or map";
  }
}

constexpr std::array<std::string_view, 8> kUnits{"millisecond", "second", "minute", "hour",
                                                 "day",         "week",   "month",  "year"};

// Functions of a time that depend on nothing finer than its hour, and whether on nothing finer than its day.
struct CoarseFunction {
  std::string_view name;
  bool of_day;
};
constexpr std::array<CoarseFunction, 13> kCoarse{{{"date", true},
                                                  {"year", true},
                                                  {"quarter", true},
                                                  {"month", true},
                                                  {"week", true},
                                                  {"day", true},
                                                  {"day_of_month", true},
                                                  {"day_of_week", true},
                                                  {"dow", true},
                                                  {"day_of_year", true},
                                                  {"doy", true},
                                                  {"last_day_of_month", true},
                                                  {"hour", false}}};

}  // namespace

std::string Translating::function(std::string_view name) const {
  return (forgiving_ ? "try_" : "t_") + std::string{name};
}

void Translating::require_count(const Expression& call, std::size_t least, std::size_t most) {
  if (call.operands.size() >= least && call.operands.size() <= most && !call.star) return;
  const std::string wanted = least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
  throw Refused{fmt::format("{} takes {} argument{}", call.text, wanted, most == 1 ? "" : "s"), call.offset};
}

Value Translating::call(const Expression& expression, const Scope& scope) {
  if (expression.window) {
    if (auto value = window_call(expression, scope)) return std::move(*value);
  }
  if (auto value = aggregate(expression, scope)) return std::move(*value);
  if (expression.distinct || expression.filter || expression.window || !expression.order.empty() || expression.star) {
    throw Refused{fmt::format("{} isn't an aggregate that is supported", expression.text), expression.offset};
  }
  if (auto value = counted_time_call(expression, scope)) return std::move(*value);
  if (auto value = special_call(expression, scope)) return std::move(*value);
  if (const FunctionWord* const word = function_word(expression.text)) return catalogued(expression, *word, scope);
  std::vector<std::string_view> known{special_functions().begin(), special_functions().end()};
  for (const FunctionWord& word : function_words()) known.push_back(word.name);
  throw Refused{fmt::format("the function '{}' isn't supported{}", expression.text,
                            did_you_mean(similar_name(expression.text, known))),
                expression.offset};
}

Value Translating::argument(const Expression& call, std::size_t index, char takes, const Scope& scope) {
  const Expression& operand = *call.operands[index];
  Value value = plain(operand, scope);
  if (takes == 'u') {
    std::string unit = value.literal ? text::lowered(*value.literal) : "";
    if (std::find(kUnits.begin(), kUnits.end(), unit) == kUnits.end() && unit != "quarter") {
      throw Refused{fmt::format("{} takes a unit of time first, such as 'day'", call.text), operand.offset};
    }
    value.sql = quoted_sql(unit);
    return value;
  }
  if (value.is_parameter && (takes == 'i' || takes == 'n')) {
    value.sql = fmt::format("{}({})", function("cast_bigint"), value.sql);
    value.type.kind = Kind::bigint;
  }
  // As Lake does: a literal where a time should be is one.
  if (value.literal && takes == 't') align_literal(value, {"", {Kind::timestamp}});
  if (value.type.is(Kind::unknown) || fits(value.type, takes)) return value;
  throw Refused{fmt::format("{} takes {} here, not {}", call.text, words_of(takes), type_text(value.type)),
                operand.offset};
}

Value Translating::catalogued(const Expression& expression, const FunctionWord& word, const Scope& scope) {
  std::string letters;
  std::size_t least = 0;
  bool optional = false;
  for (const char letter : word.takes) {
    if (letter == '?') optional = true;
    if (letter == '?') continue;
    letters.push_back(letter);
    if (!optional) ++least;
  }
  require_count(expression, least, letters.size());
  std::vector<Value> arguments;
  for (std::size_t i = 0; i < expression.operands.size(); ++i) {
    arguments.push_back(argument(expression, i, letters[i], scope));
  }
  Value made{function(word.implementation.empty() ? word.name : word.implementation) + "(",
             result_type(word, arguments)};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    made.sql += (i == 0 ? "" : ", ") + arguments[i].sql;
    // How elements, and what is compared with them, stand in JSON.
    if (letters[i] == 'a' || letters[i] == 'x') {
      made.sql += fmt::format(", '{}'", json_form(letters[i] == 'a' ? arguments[i].type.element() : arguments[i].type));
    }
    take_bare(made, std::move(arguments[i]));
  }
  made.sql += ")";
  return made;
}

Type Translating::result_type(const FunctionWord& word, const std::vector<Value>& arguments) {
  const auto all_integers = [&] {
    return std::all_of(arguments.begin(), arguments.end(), [](const Value& one) { return one.type.is(Kind::bigint); });
  };
  switch (word.gives.front()) {
    case 's': return {Kind::varchar};
    case 'i': return {Kind::bigint};
    case 'd': return {Kind::real};
    case 'b': return {Kind::boolean};
    case 't': return {Kind::timestamp};
    case 'D': return {Kind::date};
    case 'j': return {Kind::json};
    case 'A': return array_of({Kind::varchar});
    case 'N': return {all_integers() ? Kind::bigint : Kind::real};
    case 'T': return arguments.back().type;
    case 'e': return arguments.front().type.element();
    case 'v': return array_of(arguments.front().type.element());
    default: return arguments.front().type;
  }
}

std::optional<Value> Translating::special_call(const Expression& expression, const Scope& scope) {
  const std::string& name = expression.text;
  if (name == "element_at") return element_at(expression, scope);
  if (name == "contains") return contains(expression, scope);
  if (name == "transform" || name == "filter" || name == "any_match" || name == "all_match" || name == "none_match") {
    return lambda_call(expression, scope);
  }
  if (name == "coalesce" || name == "nullif") return coalesce(expression, scope);
  if (name == "if") return if_call(expression, scope);
  if (name == "try") return attempt(expression, scope);
  if (name == "greatest" || name == "least") return unified_call(expression, scope, name);
  if (name == "concat") return unified_call(expression, scope, "concat");
  if (name == "reverse") {
    require_count(expression, 1, 1);
    Value value = plain(*expression.operands.front(), scope);
    if (!value.type.is(Kind::varchar) && !value.type.is(Kind::array)) {
      throw Refused{fmt::format("reverse takes a varchar or an array, not {}", type_text(value.type)),
                    expression.offset};
    }
    value.sql = fmt::format("{}({})", value.type.is(Kind::array) ? "t_array_reverse" : "t_reverse", value.sql);
    value.literal.reset();
    return value;
  }
  if (name == "now" || name == "current_timestamp" || name == "localtimestamp") {
    require_count(expression, 0, 0);
    return Value{quoted_sql(timestamp_text(surroundings_.now)), {Kind::timestamp}};
  }
  if (name == "current_date") return Value{quoted_sql(date_text(surroundings_.now)), {Kind::date}};
  return std::nullopt;
}

Value Translating::element_at(const Expression& expression, const Scope& scope) {
  require_count(expression, 2, 2);
  return element_of(this->expression(*expression.operands[0], scope), *expression.operands[1], scope, "element_at");
}

Value Translating::subscript(const Expression& expression, const Scope& scope) {
  return element_of(this->expression(*expression.operands[0], scope), *expression.operands[1], scope, "subscript");
}

Value Translating::element_of(Value base, const Expression& index, const Scope& scope, std::string_view function_name) {
  Value at = plain(index, scope);
  const bool is_map = base.type.is(Kind::map);
  if (!is_map && !base.type.is(Kind::array)) {
    throw Refused{fmt::format("only arrays and maps have elements, not {}{}", type_text(base.type),
                              base.type.is(Kind::row)       ? ": name the field after a dot"
                              : base.type.is(Kind::varchar) ? ": json_parse or cast it first"
                                                            : ""),
                  index.offset};
  }
  if (!fits(at.type, is_map ? 's' : 'i') && !at.type.is(Kind::unknown)) {
    throw Refused{fmt::format("{} is taken out of {} by {}, not {}", "an element", type_text(base.type),
                              words_of(is_map ? 's' : 'i'), type_text(at.type)),
                  index.offset};
  }
  const Type element = base.type.element();
  // A key that is known makes a path of the event's.
  if (base.place && is_map && at.literal && function_name == "element_at") {
    base.place->path += "." + path_key(*at.literal);
    base.type = element;
    return base;
  }
  Value made{fmt::format("{}{}({}, {}, '{}')", is_map ? "t_map_" : "t_array_", function_name, use(base), at.sql,
                         json_form(element)),
             element};
  if (forgiving_) made.sql.replace(0, 1, "try");
  take_bare(made, std::move(base));
  take_bare(made, std::move(at));
  return made;
}

Value Translating::contains(const Expression& expression, const Scope& scope) {
  require_count(expression, 2, 2);
  Value array = argument(expression, 0, 'a', scope);
  Value element = plain(*expression.operands[1], scope);
  Value model{"", array.type.element()};
  align(model, element, expression.offset, false);
  Value made{fmt::format("t_array_contains({}, {}, '{}')", array.sql, element.sql, json_form(array.type.element())),
             {Kind::boolean}};
  take_bare(made, std::move(array));
  take_bare(made, std::move(element));
  return made;
}

// transform(a, x -> …) and its like: a query over the array's elements.
Value Translating::lambda_call(const Expression& expression, const Scope& scope) {
  require_count(expression, 2, 2);
  Value array = argument(expression, 0, 'a', scope);
  const Expression& lambda = *expression.operands[1];
  if (lambda.kind != ExpressionKind::lambda || lambda.names.size() != 1) {
    throw Refused{fmt::format("{} takes a lambda of one parameter, such as x -> x.arn", expression.text),
                  lambda.offset};
  }
  const std::string outer = new_alias();
  const std::string rows = new_alias();
  const Type element = array.type.element();
  Scope inner;
  inner.outer = &scope;
  inner.is_free = true;
  ScopeTable& table = inner.tables.emplace_back();
  const std::string value_sql = fmt::format("t_element({0}.value, {0}.type, '{1}')", rows, json_form(element));
  table.columns.push_back({lambda.names.front().text, element, value_sql});
  Value body = plain(*lambda.operands.front(), inner);
  Value made;
  std::string what;
  std::string where;
  if (expression.text == "transform") {
    what = fmt::format("t_array_of('{}', {})", json_form(body.type), body.sql);
    made.type = array_of(body.type);
  } else {
    if (!body.type.is(Kind::boolean)) throw Refused{"the lambda must give a condition", lambda.offset};
    if (expression.text == "filter") {
      what = fmt::format("t_array_of('{}', {})", json_form(element), value_sql);
      where = " WHERE " + body.sql;
      made.type = array.type;
    } else {
      what = fmt::format("t_{}({})", expression.text, body.sql);
      made.type = {Kind::boolean};
    }
  }
  made.sql = fmt::format(
      "(SELECT CASE WHEN {0}.a IS NOT NULL THEN (SELECT {1} FROM json_each({0}.a) AS {2}{3}) END FROM (SELECT {4} AS "
      "a) AS {0})",
      outer, what, rows, where, array.sql);
  take_bare(made, std::move(array));
  take_bare(made, std::move(body));
  return made;
}

Value Translating::coalesce(const Expression& expression, const Scope& scope) {
  const bool nullif = expression.text == "nullif";
  require_count(expression, 2, nullif ? 2 : kMostArguments);
  if (forgiving_)
    throw Refused{expression.text + " inside try(…) isn't supported: put try inside it", expression.offset};
  return unified_call(expression, scope, nullif ? "nullif" : "coalesce");
}

Value Translating::if_call(const Expression& expression, const Scope& scope) {
  require_count(expression, 2, 3);
  if (forgiving_) throw Refused{"if inside try(…) isn't supported: put try inside it", expression.offset};
  Value test = boolean(*expression.operands[0], scope, "if");
  std::vector<Value> results;
  for (std::size_t i = 1; i < expression.operands.size(); ++i) results.push_back(plain(*expression.operands[i], scope));
  unify(results, expression.offset, "the results of if");
  Value made{fmt::format("(CASE WHEN {} THEN {}", test.sql, results.front().sql), results.front().type};
  if (results.size() > 1) made.sql += " ELSE " + results.back().sql;
  made.sql += " END)";
  if (made.type.is(Kind::unknown) || results.back().type.is(Kind::real)) made.type = results.back().type;
  take_bare(made, std::move(test));
  for (Value& result : results) take_bare(made, std::move(result));
  return made;
}

// Functions that fail give NULL inside; that is the whole expression's NULL, as nothing in it catches one.
Value Translating::attempt(const Expression& expression, const Scope& scope) {
  require_count(expression, 1, 1);
  const bool before = std::exchange(forgiving_, true);
  Value value = plain(*expression.operands.front(), scope);
  forgiving_ = before;
  return value;
}

Value Translating::unified_call(const Expression& expression, const Scope& scope, std::string_view function_name) {
  require_count(expression, 1, kMostArguments);
  std::vector<Value> values;
  for (const ExpressionPointer& operand : expression.operands) values.push_back(plain(*operand, scope));
  unify(values, expression.offset, expression.text);
  Type type;
  for (const Value& value : values) {
    if (type.is(Kind::unknown) || value.type.is(Kind::real)) type = value.type;
  }
  const bool texts = type.is(Kind::varchar) || type.is(Kind::unknown);
  std::string name{function_name};
  if (name == "concat") {
    if (!texts && !type.is(Kind::array))
      throw Refused{fmt::format("concat joins texts or arrays, not {}", type_text(type)), expression.offset};
    name = type.is(Kind::array) ? "t_array_concat" : "t_concat";
  } else if (name == "greatest" || name == "least") {
    if (type.is_json())
      throw Refused{fmt::format("{} can't compare {}", expression.text, type_text(type)), expression.offset};
    name = "t_" + name;
  }
  Value made{values.size() == 1 && name == "coalesce" ? "(" : name + "(", type};
  for (std::size_t i = 0; i < values.size(); ++i) {
    made.sql += (i == 0 ? "" : ", ") + values[i].sql;
    take_bare(made, std::move(values[i]));
  }
  made.sql += ")";
  return made;
}

// Where events are only counted, functions of their day or hour need no more than that.
std::optional<Value> Translating::counted_time_call(const Expression& expression, const Scope& scope) {
  if (!grouping_.counted || expression.operands.empty()) return std::nullopt;
  const Expression& last = *expression.operands.back();
  if (last.kind != ExpressionKind::name || !text::same_ignoring_case(last.names.front().text, "eventTime"))
    return std::nullopt;
  Granularity needed = Granularity::none;
  if (expression.text == "date_trunc" && expression.operands.size() == 2) {
    const std::string unit = text::lowered(expression.operands.front()->text);
    if (unit == "hour") needed = Granularity::hour;
    if (unit == "day" || unit == "week" || unit == "month" || unit == "quarter" || unit == "year")
      needed = Granularity::day;
  }
  for (const CoarseFunction& one : kCoarse) {
    if (one.name == expression.text && expression.operands.size() == 1)
      needed = one.of_day ? Granularity::day : Granularity::hour;
  }
  if (needed == Granularity::none) return std::nullopt;
  EventsUse& events = result_.events[*grouping_.counted];
  events.times = std::max(events.times, needed);
  auto place = std::find_if(events.columns.begin(), events.columns.end(),
                            [](const auto& one) { return one.name == "eventTime"; });
  if (place == events.columns.end()) place = events.columns.insert(place, {"eventTime", {Kind::timestamp}});
  const std::string column = fmt::format("{}.c{}", events.table, place - events.columns.begin());
  const FunctionWord& word = *function_word(expression.text);
  Value made{function(word.implementation.empty() ? word.name : word.implementation) + "(",
             result_type(word, {{"", {Kind::timestamp}}})};
  if (expression.operands.size() == 2) made.sql += quoted_sql(text::lowered(expression.operands.front()->text)) + ", ";
  made.sql += column + ")";
  made.bare.push_back({grouping_.scope, last.offset, last.names.front().text});
  static_cast<void>(scope);
  return made;
}

}  // namespace trailkeeper::query::sql
