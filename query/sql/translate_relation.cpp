// What stands behind FROM: tables, queries, joins, UNNEST.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "query/similar_name.h"
#include "query/sql/event_schema.h"
#include "query/sql/translating.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

// Fields of a row that an array of rows is unnested to, in CloudTrail Lake's order.
constexpr std::array<std::string_view, 4> kUnnestedFields{"accountId", "type", "ARN", "ARNPrefix"};

}  // namespace

Translating::From Translating::relation(const Relation& relation, const Scope* outer, bool counted) {
  switch (relation.kind) {
    case RelationKind::table: return table(relation, counted);
    case RelationKind::subquery: return named_rows(query(*relation.query, outer), relation);
    case RelationKind::join: return join(relation, outer);
    case RelationKind::unnest: break;
  }
  Scope scope;
  scope.outer = outer;
  return unnest(relation, scope);
}

Translating::From Translating::table(const Relation& relation, bool counted) {
  for (auto known = known_.rbegin(); known != known_.rend(); ++known) {
    if (known->name != relation.table) continue;
    Rows rows{fmt::format("SELECT * FROM {}", known->sql_name), known->columns};
    From from = named_rows(std::move(rows), relation);
    if (from.tables.front().name.empty()) from.tables.front().name = relation.table;
    return from;
  }
  From from;
  ScopeTable& table = from.tables.emplace_back();
  table.name = relation.alias ? relation.alias->text : relation.table;
  if (relation.table == "events") {
    if (!relation.columns.empty())
      throw Refused{"the columns of events can't be named anew", relation.columns.front().offset};
    table.events = result_.events.size();
    EventsUse use;
    use.table = fmt::format("events_{}", aliases_++);
    use.counted = counted;
    from.sql = use.table;
    result_.events.push_back(std::move(use));
    return from;
  }
  std::vector<std::string_view> names{"events"};
  for (const TableShape& shape : surroundings_.tables) {
    names.push_back(shape.name);
    if (shape.name != relation.table) continue;
    const std::string alias = new_alias();
    from.sql = fmt::format("{} AS {}", shape.name, alias);
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
      const NamedType& column = shape.columns[i];
      table.columns.push_back({column.name, column.type, fmt::format("{}.c{}", alias, i)});
    }
    if (relation.columns.size() > table.columns.size())
      throw Refused{"there are more names than columns", relation.offset};
    for (std::size_t i = 0; i < relation.columns.size(); ++i) table.columns[i].name = relation.columns[i].text;
    return from;
  }
  throw Refused{
      fmt::format("there is no table '{}'{}", relation.table, did_you_mean(similar_name(relation.table, names))),
      relation.offset};
}

Translating::From Translating::named_rows(Rows rows, const Relation& relation) {
  const std::string alias = new_alias();
  From from;
  from.sql = fmt::format("({}) AS {}", rows.sql, alias);
  ScopeTable& table = from.tables.emplace_back();
  if (relation.alias) table.name = relation.alias->text;
  if (!relation.columns.empty() && relation.columns.size() != rows.columns.size()) {
    throw Refused{fmt::format("the query has {} columns, not {}", rows.columns.size(), relation.columns.size()),
                  relation.columns.front().offset};
  }
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    std::string name = relation.columns.empty() ? rows.columns[i].name : relation.columns[i].text;
    table.columns.push_back({std::move(name), rows.columns[i].type, fmt::format("{}.c{}", alias, i)});
  }
  return from;
}

Translating::From Translating::join(const Relation& relation, const Scope* outer) {
  From from = this->relation(*relation.left, outer, false);
  Scope scope;
  scope.outer = outer;
  scope.tables = from.tables;
  const bool unnests = relation.right->kind == RelationKind::unnest;
  if (unnests && (relation.join == "RIGHT" || relation.join == "FULL")) {
    throw Refused{relation.join + " JOIN with UNNEST isn't supported", relation.offset};
  }
  From right = unnests ? unnest(*relation.right, scope) : this->relation(*relation.right, outer, false);
  from.sql = fmt::format("{} {} JOIN {}", from.sql, relation.join, right.sql);
  scope.tables.insert(scope.tables.end(), right.tables.begin(), right.tables.end());
  if (relation.on) {
    const Grouping outer_grouping = std::exchange(grouping_, {});
    from.sql += " ON " + condition(*relation.on, scope, {"ON", false, false});
    grouping_ = outer_grouping;
  }
  std::vector<std::string> equal;
  for (const Name& name : relation.common) {
    const auto side = [&](const std::vector<ScopeTable>& tables) {
      Scope one;
      one.tables = tables;
      auto found = find_column(one, name);
      if (!found)
        throw Refused{fmt::format("there is no column '{}' on both sides of the join", name.text), name.offset};
      found->bare.clear();
      return std::move(*found);
    };
    Value left_value = side(from.tables);
    Value right_value = side(right.tables);
    equal.push_back(compare("=", std::move(left_value), std::move(right_value), name.offset).sql);
  }
  if (!equal.empty()) {
    from.sql += " ON " + joined_sql(equal, "AND");
    if (relation.join == "FULL" || relation.join == "RIGHT") {
      throw Refused{relation.join + " JOIN with USING isn't supported: write ON", relation.offset};
    }
    // The column exists once: that of the left side.
    for (ScopeTable& table : right.tables) {
      if (table.events) throw Refused{"USING with events on the right isn't supported: write ON", relation.offset};
      std::erase_if(table.columns, [&](const ScopeColumn& column) {
        return std::any_of(relation.common.begin(), relation.common.end(),
                           [&](const Name& name) { return text::same_ignoring_case(name.text, column.name); });
      });
    }
  }
  for (ScopeTable& table : right.tables) from.tables.push_back(std::move(table));
  return from;
}

Translating::From Translating::unnest(const Relation& relation, const Scope& scope) {
  if (relation.values.size() != 1) throw Refused{"UNNEST of several arrays at once isn't supported", relation.offset};
  const Grouping outer_grouping = std::exchange(grouping_, {});
  Value value = expression(*relation.values.front(), scope);
  grouping_ = outer_grouping;
  if (!value.type.is(Kind::array) && !value.type.is(Kind::map)) {
    throw Refused{fmt::format("UNNEST takes an array or a map, not {}", type_text(value.type)), relation.offset};
  }
  const std::string alias = new_alias();
  From from;
  from.sql = fmt::format("json_each({}) AS {}", use(value), alias);
  ScopeTable& table = from.tables.emplace_back();
  if (relation.alias) table.name = relation.alias->text;
  const Type& element = value.type.element();
  const std::string raw = fmt::format("t_element({0}.value, {0}.type, '{1}')", alias, json_form(element));
  if (value.type.is(Kind::map)) {
    table.columns.push_back({"key", {Kind::varchar}, alias + ".key"});
    table.columns.push_back({"value", element, raw});
  } else if (element.is(Kind::row) && relation.columns.size() != 1 + (relation.ordinality ? 1U : 0U)) {
    for (const std::string_view field : kUnnestedFields) {
      table.columns.push_back(
          {std::string{field}, {Kind::varchar}, fmt::format("t_field({}.value, '{}', 's')", alias, field)});
    }
  } else {
    table.columns.push_back({"_col0", element, raw});
  }
  if (relation.ordinality) table.columns.push_back({"ordinality", {Kind::bigint}, fmt::format("({}.key + 1)", alias)});
  if (relation.columns.size() > table.columns.size()) {
    throw Refused{fmt::format("UNNEST gives {} columns here, not {}", table.columns.size(), relation.columns.size()),
                  relation.columns.back().offset};
  }
  for (std::size_t i = 0; i < relation.columns.size(); ++i) table.columns[i].name = relation.columns[i].text;
  return from;
}

}  // namespace trailkeeper::query::sql
