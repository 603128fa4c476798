// Aggregates and window functions.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "query/sql/translating.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

struct AggregateWord {
  std::string_view name;
  std::size_t arguments;
  bool distinct_alike;  ///< Counting an event's values once or several times makes no difference.
};

constexpr std::array<AggregateWord, 17> kAggregates{{{"count", 1, false},
                                                     {"count_if", 1, false},
                                                     {"sum", 1, false},
                                                     {"avg", 1, false},
                                                     {"min", 1, true},
                                                     {"max", 1, true},
                                                     {"approx_distinct", 1, true},
                                                     {"array_agg", 1, false},
                                                     {"map_agg", 2, true},
                                                     {"max_by", 2, true},
                                                     {"min_by", 2, true},
                                                     {"arbitrary", 1, true},
                                                     {"any_value", 1, true},
                                                     {"bool_and", 1, true},
                                                     {"every", 1, true},
                                                     {"bool_or", 1, true},
                                                     {"set_agg", 1, true}}};

constexpr std::array<std::string_view, 11> kWindowFunctions{"row_number",  "rank",       "dense_rank", "percent_rank",
                                                            "cume_dist",   "ntile",      "lag",        "lead",
                                                            "first_value", "last_value", "nth_value"};

const AggregateWord* aggregate_word(std::string_view name) {
  const auto* const found =
      std::find_if(kAggregates.begin(), kAggregates.end(), [name](const auto& one) { return one.name == name; });
  return found == kAggregates.end() ? nullptr : found;
}

}  // namespace

bool is_aggregate(std::string_view name) { return aggregate_word(name) != nullptr; }

std::optional<Value> Translating::aggregate(const Expression& expression, const Scope& scope) {
  const AggregateWord* const word = aggregate_word(expression.text);
  if (word == nullptr) return std::nullopt;
  if (in_aggregate_) throw Refused{"an aggregate can't stand inside another", expression.offset};
  if (!clause_.aggregates) {
    throw Refused{
        fmt::format("the aggregate {} can't stand in {}{}", expression.text,
                    clause_.name.empty() ? "this place" : clause_.name, clause_.name == "WHERE" ? ": use HAVING" : ""),
        expression.offset};
  }
  if (forgiving_) throw Refused{"an aggregate inside try(…) isn't supported: put try inside it", expression.offset};
  if (!expression.order.empty())
    throw Refused{"ORDER BY inside an aggregate isn't supported: use array_sort", expression.offset};
  if (expression.window) return windowed_aggregate(expression, scope);
  in_aggregate_ = true;
  Value value = aggregate_call(expression, scope);
  if (expression.filter) {
    Value test = boolean(*expression.filter, scope, "FILTER");
    value.sql += fmt::format(" FILTER (WHERE {})", test.sql);
  }
  in_aggregate_ = false;
  // What it is about is grouped by it.
  std::erase_if(value.bare, [this](const BareColumn& column) { return column.scope == grouping_.scope; });
  return value;
}

// Over a window, an aggregate is one value a row, and may be of other aggregates.
Value Translating::windowed_aggregate(const Expression& expression, const Scope& scope) {
  const bool own = expression.text == "array_agg" || expression.text == "set_agg" || expression.text == "map_agg" ||
                   expression.text == "max_by" || expression.text == "min_by";
  if (own) throw Refused{expression.text + " isn't supported with OVER", expression.offset};
  if (expression.distinct || expression.text == "approx_distinct")
    throw Refused{"DISTINCT isn't supported with OVER", expression.offset};
  Value value = aggregate_call(expression, scope);
  if (expression.filter) {
    Value test = boolean(*expression.filter, scope, "FILTER");
    value.sql += fmt::format(" FILTER (WHERE {})", test.sql);
    take_bare(value, std::move(test));
  }
  value.sql += " OVER (" + over(*expression.window, scope, value) + ")";
  return value;
}

Value Translating::aggregate_call(const Expression& expression, const Scope& scope) {
  const AggregateWord& word = *aggregate_word(expression.text);
  std::vector<Value> arguments;
  if (expression.star && expression.text != "count")
    throw Refused{expression.text + " takes no '*'", expression.offset};
  if (!expression.star && !(expression.text == "count" && expression.operands.empty())) {
    require_count(expression, word.arguments, word.arguments);
  }
  for (const ExpressionPointer& operand : expression.operands) arguments.push_back(plain(*operand, scope));
  const bool counted = grouping_.counted.has_value();
  if (counted && (expression.text == "array_agg" || expression.window) && !expression.distinct) throw NotCountable{};
  std::vector<BareColumn> bare;
  for (const Value& argument : arguments) bare.insert(bare.end(), argument.bare.begin(), argument.bare.end());
  Value made = counting_aggregate(expression, std::move(arguments));
  made.bare = std::move(bare);
  return made;
}

// count(*) as it is, or the number of events that a row stands for.
std::string Translating::weighted(const Expression& expression, const std::string& argument) {
  const std::string w = result_.events[*grouping_.counted].table + ".w";
  const std::string& name = expression.text;
  if (name == "sum") return fmt::format("sum({} * {})", argument, w);
  if (name == "avg") {
    return fmt::format("(sum({0} * {1}) * 1.0 / sum(CASE WHEN {0} IS NOT NULL THEN {1} END))", argument, w);
  }
  if (argument.empty()) return fmt::format("coalesce(sum({}), 0)", w);
  const std::string test = name == "count_if" ? argument : argument + " IS NOT NULL";
  return fmt::format("coalesce(sum(CASE WHEN {} THEN {} END), 0)", test, w);
}

Value Translating::counting_aggregate(const Expression& expression, std::vector<Value> arguments) {
  const std::string& name = expression.text;
  const std::string& first = arguments.empty() ? std::string{} : arguments.front().sql;
  const Type type = arguments.empty() ? Type{} : arguments.front().type;
  const std::string distinct = expression.distinct ? "DISTINCT " : "";
  const auto refuse = [&](std::string_view wanted) {
    return Refused{fmt::format("{} takes {}, not {}", name, wanted, type_text(type)), expression.offset};
  };
  const bool by_weight = grouping_.counted && !expression.distinct;
  // FILTER would have to stand behind each of the sums.
  if (by_weight && expression.filter) throw NotCountable{};
  const bool orders = !type.is_json() || type.is(Kind::array);
  if (name == "count" || name == "approx_distinct") {
    if (name == "approx_distinct" || expression.distinct) {
      if (first.empty()) throw Refused{"count(DISTINCT …) takes a value", expression.offset};
      return {fmt::format("count(DISTINCT {})", first), {Kind::bigint}};
    }
    return {by_weight ? weighted(expression, first) : fmt::format("count({})", first.empty() ? "*" : first),
            {Kind::bigint}};
  }
  if (name == "count_if") {
    if (!type.is(Kind::boolean)) throw refuse("a condition");
    return {by_weight ? weighted(expression, first) : fmt::format("count(CASE WHEN {} THEN 1 END)", first),
            {Kind::bigint}};
  }
  if (name == "sum" || name == "avg") {
    const bool interval = type.is(Kind::day_interval) && name == "sum";
    if (!type.is_number() && !interval && !type.is(Kind::unknown)) throw refuse("numbers");
    return {by_weight ? weighted(expression, first) : fmt::format("{}({}{})", name, distinct, first),
            name == "avg" ? Type{Kind::real} : type};
  }
  if (name == "min" || name == "max") {
    if (!orders) throw refuse("values that have an order");
    return {fmt::format("{}({})", name, first), type};
  }
  if (name == "arbitrary" || name == "any_value") return {fmt::format("max({})", first), type};
  if (name == "bool_and" || name == "every" || name == "bool_or") {
    if (!type.is(Kind::boolean)) throw refuse("a condition");
    return {fmt::format("{}({})", name == "bool_or" ? "max" : "min", first), type};
  }
  if (name == "array_agg" || name == "set_agg") {
    const bool once = expression.distinct || name == "set_agg";
    return {fmt::format("t_array_agg_{}({}{})", json_form(type), once ? "DISTINCT " : "", first), array_of(type)};
  }
  const Type second = arguments.back().type;
  if (name == "map_agg") {
    if (!type.is(Kind::varchar)) throw refuse("varchars as keys");
    return {fmt::format("t_map_agg({}, {}, '{}')", first, arguments.back().sql, json_form(second)), map_of(second)};
  }
  if (second.is_json()) throw Refused{fmt::format("{} can't compare {}", name, type_text(second)), expression.offset};
  return {fmt::format("t_{}({}, {})", name, first, arguments.back().sql), type};
}

std::optional<Value> Translating::window_call(const Expression& expression, const Scope& scope) {
  if (!clause_.windows) throw Refused{"OVER can't stand in " + std::string{clause_.name}, expression.window->offset};
  const auto* const known = std::find(kWindowFunctions.begin(), kWindowFunctions.end(), expression.text);
  if (known == kWindowFunctions.end()) return std::nullopt;
  Value made{expression.text + "(", {Kind::bigint}};
  if (expression.distinct || expression.filter || expression.star) {
    throw Refused{fmt::format("{} takes no DISTINCT, FILTER or '*'", expression.text), expression.offset};
  }
  for (std::size_t i = 0; i < expression.operands.size(); ++i) {
    Value argument = plain(*expression.operands[i], scope);
    made.sql += (i == 0 ? "" : ", ") + argument.sql;
    const bool of_values = expression.text == "lag" || expression.text == "lead" || expression.text.ends_with("_value");
    if (i == 0 && of_values) made.type = argument.type;
    take_bare(made, std::move(argument));
  }
  if (expression.text == "percent_rank" || expression.text == "cume_dist") made.type = {Kind::real};
  made.sql += ") OVER (" + over(*expression.window, scope, made) + ")";
  return made;
}

std::string Translating::over(const Window& window, const Scope& scope, Value& of) {
  std::string out;
  for (const ExpressionPointer& one : window.partition) {
    Value by = plain(*one, scope);
    out += (out.empty() ? "PARTITION BY " : ", ") + by.sql;
    take_bare(of, std::move(by));
  }
  bool first = true;
  for (const SortItem& item : window.order) {
    out += first ? " ORDER BY " : ", ";
    first = false;
    Value by = plain(*item.by, scope);
    out += sort_item(item, by);
    take_bare(of, std::move(by));
  }
  return out + (window.frame.empty() ? "" : " " + window.frame);
}

// Whether it is the events' time, which is never NULL: then the table itself has them in order.
bool Translating::is_event_time(std::string_view sql) const {
  for (const EventsUse& events : result_.events) {
    for (std::size_t i = 0; i < events.columns.size(); ++i) {
      if (events.columns[i].name == "eventTime" && sql == fmt::format("{}.c{}", events.table, i)) return true;
    }
  }
  return false;
}

// NULLs come last in both directions; SQLite has them first where values ascend.
std::string Translating::sort_item(const SortItem& item, const Value& value) {
  if (value.type.is(Kind::map) || value.type.is(Kind::json) || value.type.is(Kind::row)) {
    throw Refused{fmt::format("values of type {} have no order", type_text(value.type)), item.by->offset};
  }
  std::string sql = value.sql + (item.descending ? " DESC" : " ASC");
  if (!item.descending && !item.nulls_first && is_event_time(value.sql)) return sql;
  if (item.nulls_first.value_or(false)) return sql + " NULLS FIRST";
  return sql + " NULLS LAST";
}

}  // namespace trailkeeper::query::sql
