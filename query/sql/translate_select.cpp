// One SELECT: its columns, groups, conditions and order.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "query/sql/event_schema.h"
#include "query/sql/translating.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

constexpr Clause kWhere{"WHERE", false, false};
constexpr Clause kSelectList{"SELECT", true, true};
constexpr Clause kHaving{"HAVING", true, false};
constexpr Clause kOrderBy{"ORDER BY", true, true};
constexpr Clause kGroupBy{"GROUP BY", false, false};

// SQLite takes a whole number for that of a column, also between brackets.
std::string no_ordinal(const std::string& sql) {
  return sql.find_first_not_of("0123456789+-() ") == text::npos ? "coalesce(" + sql + ", NULL)" : sql;
}

/// Looks for what a counted table can't answer, and whether there is anything to count.
struct CountableSearch {
  bool aggregates = false;
  bool possible = true;

  void look_at(const Expression& expression) {
    if (expression.query || expression.window || !expression.order.empty()) possible = false;
    if (expression.kind == ExpressionKind::lambda) possible = false;
    if (expression.kind == ExpressionKind::call && !expression.window && is_aggregate(expression.text))
      aggregates = true;
    if (expression.filter) look_at(*expression.filter);
    for (const ExpressionPointer& operand : expression.operands) look_at(*operand);
  }
};

// A column's name in the result: what it was called, or the name of what it is.
std::string output_name(const SelectItem& item, std::size_t place) {
  if (item.alias) return item.alias->text;
  if (!item.value->names.empty() && item.value->kind != ExpressionKind::lambda) return item.value->names.front().text;
  return fmt::format("_col{}", place);
}

std::optional<std::size_t> ordinal_of(const Expression& expression) {
  constexpr std::size_t kMostDigits = 5;
  if (expression.kind != ExpressionKind::number || !text::is_digits(expression.text)) return std::nullopt;
  if (expression.text.size() > kMostDigits) return 0;
  return std::stoul(expression.text);
}

}  // namespace

bool Translating::may_be_counted(const Select& select) const {
  if (!surroundings_.counts || !select.from || select.from->kind != RelationKind::table ||
      select.from->table != "events")
    return false;
  const bool hidden = std::any_of(known_.begin(), known_.end(), [](const auto& one) { return one.name == "events"; });
  if (hidden) return false;
  CountableSearch search;
  for (const SelectItem& item : select.items) {
    if (!item.value) return false;
    search.look_at(*item.value);
  }
  for (const ExpressionPointer& group : select.groups) search.look_at(*group);
  if (select.where) search.look_at(*select.where);
  if (select.having) search.look_at(*select.having);
  return search.possible && (search.aggregates || select.grouped || select.distinct);
}

Translating::Rows Translating::select(const Select& select, const std::vector<SortItem>& order, const Scope* outer) {
  if (may_be_counted(select)) {
    const std::size_t events_before = result_.events.size();
    const std::size_t aliases_before = aliases_;
    try {
      return select_as(select, order, outer, true);
    } catch (const NotCountable&) {
      result_.events.resize(events_before);
      aliases_ = aliases_before;
    }
  }
  return select_as(select, order, outer, false);
}

Translating::Rows Translating::select_as(const Select& select, const std::vector<SortItem>& order, const Scope* outer,
                                         bool counted) {
  const Clause outer_clause = std::exchange(clause_, {});
  const Grouping outer_grouping = std::exchange(grouping_, {});
  const bool outer_aggregate = std::exchange(in_aggregate_, false);
  From from;
  if (select.from) from = relation(*select.from, outer, counted);
  Scope scope;
  scope.outer = outer;
  scope.tables = std::move(from.tables);
  grouping_.scope = &scope;
  if (counted) grouping_.counted = scope.tables.front().events;
  std::string where;
  if (select.where) {
    where = " WHERE " + (counted ? counted_condition(*select.where, scope) : condition(*select.where, scope, kWhere));
  }
  CountableSearch search;
  for (const SelectItem& item : select.items) {
    if (item.value) search.look_at(*item.value);
  }
  for (const SortItem& item : order) search.look_at(*item.by);
  const std::string grouped = groups(select, scope);
  grouping_.active = select.grouped || select.having || search.aggregates;
  clause_ = kSelectList;
  const std::vector<OutputColumn> columns = outputs(select, scope);
  std::string having;
  if (select.having) having = " HAVING " + condition(*select.having, scope, kHaving);
  const std::string ordered = select_order(select, order, scope, columns);
  Rows rows;
  rows.sql = select.distinct ? "SELECT DISTINCT " : "SELECT ";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    rows.sql += fmt::format("{}{} AS c{}", i == 0 ? "" : ", ", columns[i].sql, i);
    rows.columns.push_back({columns[i].name, columns[i].type});
  }
  if (select.from) rows.sql += " FROM " + from.sql;
  rows.sql += where + grouped + having + ordered;
  constexpr std::size_t kLongestSqlForSqlite = std::size_t{1} << 22;
  if (rows.sql.size() > kLongestSqlForSqlite) throw Refused{"the query is too large", select.offset};
  clause_ = outer_clause;
  grouping_ = outer_grouping;
  in_aggregate_ = outer_aggregate;
  return rows;
}

std::string Translating::condition(const Expression& expression, const Scope& scope, Clause clause) {
  clause_ = clause;
  Value value = boolean(expression, scope, clause.name);
  if (!value.bare.empty() && grouping_.active) {
    for (const BareColumn& column : value.bare) {
      if (column.scope == &scope)
        throw Refused{fmt::format("'{}' is neither grouped nor in an aggregate", column.name), column.offset};
    }
  }
  return use(value);
}

// Where events are only counted, limits of their time hold before the counting: such conditions are kept apart.
std::string Translating::counted_condition(const Expression& where, const Scope& scope) {
  clause_ = kWhere;
  std::vector<const Expression*> parts;
  if (where.kind == ExpressionKind::logical && where.text == "AND") {
    for (const ExpressionPointer& part : where.operands) parts.push_back(part.get());
  } else {
    parts.push_back(&where);
  }
  std::vector<std::string> made;
  EventsUse& use_of_events = result_.events[*grouping_.counted];
  const auto is_event_time = [](const Expression& one) {
    return one.kind == ExpressionKind::name && text::same_ignoring_case(one.names.front().text, "eventTime");
  };
  for (const Expression* const part : parts) {
    const bool compares =
        part->kind == ExpressionKind::comparison && part->text != "<>" && is_event_time(*part->operands[0]);
    const bool between = part->kind == ExpressionKind::between && !part->negated && is_event_time(*part->operands[0]);
    if (!compares && !between) {
      made.push_back(condition(*part, scope, kWhere));
      continue;
    }
    use_of_events.columns.push_back({std::string{kTimeRange}, {Kind::timestamp}});
    const std::string column = fmt::format("{}.c{}", use_of_events.table, use_of_events.columns.size() - 1);
    const auto limit = [&](std::string_view sign, const Expression& operand) {
      Value left{column, {Kind::timestamp}};
      Value right = expression(operand, scope);
      if (!right.bare.empty() || right.place) throw NotCountable{};
      Value test = compare(sign, std::move(left), std::move(right), part->offset);
      made.push_back(test.sql);
    };
    if (compares) limit(part->text, *part->operands[1]);
    if (between) {
      limit(">=", *part->operands[1]);
      limit("<=", *part->operands[2]);
    }
  }
  return joined_sql(made, "AND");
}

std::string Translating::groups(const Select& select, const Scope& scope) {
  std::string out;
  clause_ = kGroupBy;
  for (const ExpressionPointer& group : select.groups) {
    const Expression* of = group.get();
    if (const auto ordinal = ordinal_of(*group)) {
      if (*ordinal == 0 || *ordinal > select.items.size() || !select.items[*ordinal - 1].value) {
        throw Refused{fmt::format("GROUP BY {}: there is no such column", group->text), group->offset};
      }
      of = select.items[*ordinal - 1].value.get();
    }
    Value value = [&] {
      try {
        return expression(*of, scope);
      } catch (const Refused& refused) {
        const bool alias = of == group.get() && of->kind == ExpressionKind::name &&
                           std::any_of(select.items.begin(), select.items.end(), [&](const SelectItem& item) {
                             return item.alias && text::same_ignoring_case(item.alias->text, of->names.front().text);
                           });
        if (!alias) throw;
        throw Refused{
            refused.problem().message + "; GROUP BY takes no alias: repeat the expression, or write its number",
            refused.problem().offset};
      }
    }();
    if (value.type.is(Kind::map) || value.type.is(Kind::json)) {
      throw Refused{fmt::format("GROUP BY can't compare values of type {}", type_text(value.type)), group->offset};
    }
    grouping_.keys.push_back(key_of(value));
    out += fmt::format("{}({})", out.empty() ? " GROUP BY " : ", ", no_ordinal(use(value)));
    grouping_.keys.push_back(value.sql);
  }
  return out;
}

std::vector<Translating::OutputColumn> Translating::outputs(const Select& select, const Scope& scope) {
  std::vector<OutputColumn> columns;
  for (const SelectItem& item : select.items) {
    if (!item.value) {
      star_outputs(item, scope, columns);
      continue;
    }
    Value value = expression(*item.value, scope);
    for (const BareColumn& column : value.bare) {
      if (!grouping_.active || column.scope != &scope) continue;
      throw Refused{fmt::format("'{}' is neither grouped (GROUP BY) nor in an aggregate", column.name), column.offset};
    }
    if (select.distinct && (value.type.is(Kind::map) || value.type.is(Kind::json))) {
      throw Refused{fmt::format("DISTINCT can't compare values of type {}", type_text(value.type)), item.offset};
    }
    std::string key = key_of(value);
    std::string sql = use(value);
    columns.push_back({output_name(item, columns.size()), std::move(sql), value.type, std::move(key)});
  }
  return columns;
}

void Translating::star_outputs(const SelectItem& item, const Scope& scope, std::vector<OutputColumn>& into) {
  if (grouping_.active) throw Refused{"'*' can't stand beside GROUP BY or aggregates", item.offset};
  bool found = false;
  for (const ScopeTable& table : scope.tables) {
    if (item.star_of && !text::same_ignoring_case(table.name, item.star_of->text)) continue;
    found = true;
    for (const ScopeColumn& column : table.columns) into.push_back({column.name, column.sql, column.type, column.sql});
    if (!table.events) continue;
    for (const EventField& field : event_columns().first(shown_event_columns())) {
      Value value = event_value(*table.events, {*table.events, field.path}, field.type);
      std::string key = key_of(value);
      std::string sql = use(value);
      into.push_back({field.path, std::move(sql), field.type, std::move(key)});
    }
  }
  if (!found) {
    throw Refused{
        item.star_of ? fmt::format("there is no table '{}' here", item.star_of->text) : std::string{"'*' needs a FROM"},
        item.offset};
  }
}

std::string Translating::select_order(const Select& select, const std::vector<SortItem>& order, const Scope& scope,
                                      const std::vector<OutputColumn>& columns) {
  // Results come first, then the columns of tables.
  Scope results;
  results.outer = &scope;
  results.is_free = true;
  ScopeTable& table = results.tables.emplace_back();
  for (const OutputColumn& column : columns) {
    const bool known = std::any_of(table.columns.begin(), table.columns.end(), [&](const ScopeColumn& one) {
      return text::same_ignoring_case(one.name, column.name) && one.sql == column.sql;
    });
    if (!known) table.columns.push_back({column.name, column.type, column.sql});
  }
  std::string out;
  clause_ = kOrderBy;
  for (const SortItem& item : order) {
    Value value;
    if (const auto ordinal = ordinal_of(*item.by)) {
      if (*ordinal == 0 || *ordinal > columns.size()) {
        throw Refused{fmt::format("ORDER BY {}: there is no such column", item.by->text), item.by->offset};
      }
      value.sql = columns[*ordinal - 1].sql;
      value.type = columns[*ordinal - 1].type;
    } else {
      value = expression(*item.by, results);
      for (const BareColumn& column : value.bare) {
        if (!grouping_.active || column.scope != &scope) continue;
        throw Refused{fmt::format("'{}' is neither grouped (GROUP BY) nor in an aggregate", column.name),
                      column.offset};
      }
    }
    value.sql = use(value);
    value.place.reset();
    const auto place =
        std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.sql == value.sql; });
    if (select.distinct && place == columns.end()) {
      throw Refused{"with DISTINCT, only a column of the result can be ordered by", item.by->offset};
    }
    value.sql = no_ordinal(value.sql);
    out += (out.empty() ? " ORDER BY " : ", ") + sort_item(item, value);
  }
  return out;
}

}  // namespace trailkeeper::query::sql
