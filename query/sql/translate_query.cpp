// Queries as a whole: WITH, set operations, VALUES, ORDER BY and LIMIT of results.
#include <fmt/format.h>

#include <algorithm>

#include "query/sql/translating.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

// What a set operation gives for two columns.
Type common_type(const Type& left, const Type& right, std::size_t offset) {
  if (left.is(Kind::unknown)) return right;
  if (right.is(Kind::unknown) || left.kind == right.kind) return left;
  if (left.is_number() && right.is_number()) return {Kind::real};
  throw Refused{fmt::format("columns of the two queries don't fit: {} and {}", type_text(left), type_text(right)),
                offset};
}

std::string column_list(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
  return out;
}

}  // namespace

Translating::Rows Translating::query(const Query& query, const Scope* outer) {
  const std::size_t known_before = known_.size();
  std::string with;
  for (const CommonTable& table : query.with) {
    Rows rows = this->query(*table.query, outer);
    if (!table.columns.empty() && table.columns.size() != rows.columns.size()) {
      throw Refused{
          fmt::format("'{}' has {} columns, its query {}", table.name.text, table.columns.size(), rows.columns.size()),
          table.name.offset};
    }
    for (std::size_t i = 0; i < table.columns.size(); ++i) rows.columns[i].name = table.columns[i].text;
    const std::string name = "q" + std::to_string(aliases_++);
    with += fmt::format("{}{}({}) AS ({})", with.empty() ? "WITH " : ", ", name, column_list(rows.columns.size()),
                        rows.sql);
    known_.push_back({text::lowered(table.name.text), name, std::move(rows.columns)});
  }
  if (!with.empty()) with += " ";
  Rows rows;
  if (query.body.kind == BodyKind::select) {
    rows = select(query.body.select, query.order, outer);
  } else {
    rows = body(query.body, outer);
    if (!query.order.empty()) {
      rows.sql = fmt::format("SELECT * FROM ({}){}", rows.sql, result_order(query.order, rows.columns));
    } else if (query.limit || query.skip) {
      rows.sql = fmt::format("SELECT * FROM ({})", rows.sql);
    }
  }
  rows.sql = with + rows.sql + limits(query);
  known_.resize(known_before);
  return rows;
}

std::string Translating::limits(const Query& query) {
  if (!query.limit && !query.skip) return {};
  std::string out = " LIMIT " + query.limit.value_or("-1");
  if (query.skip) out += " OFFSET " + *query.skip;
  return out;
}

Translating::Rows Translating::body(const Body& body, const Scope* outer) {
  switch (body.kind) {
    case BodyKind::select: return select(body.select, {}, outer);
    case BodyKind::values: return values(body, outer);
    case BodyKind::query: return query(*body.query, outer);
    case BodyKind::set: break;
  }
  return set_operation(body, outer);
}

Translating::Rows Translating::set_operation(const Body& body, const Scope* outer) {
  Rows left = this->body(*body.left, outer);
  Rows right = this->body(*body.right, outer);
  if (left.columns.size() != right.columns.size()) {
    throw Refused{
        fmt::format("the queries of {} have {} and {} columns", body.set, left.columns.size(), right.columns.size()),
        body.offset};
  }
  for (std::size_t i = 0; i < left.columns.size(); ++i) {
    left.columns[i].type = common_type(left.columns[i].type, right.columns[i].type, body.offset);
  }
  left.sql = fmt::format("SELECT * FROM ({}) {} SELECT * FROM ({})", left.sql, body.set, right.sql);
  return left;
}

Translating::Rows Translating::values(const Body& body, const Scope* outer) {
  Scope scope;
  scope.outer = outer;
  Rows rows;
  std::vector<std::vector<Value>> cells;
  for (const auto& row : body.rows) {
    if (row.empty() || row.size() != body.rows.front().size()) {
      throw Refused{"the rows of VALUES have different numbers of columns", body.offset};
    }
    std::vector<Value>& made = cells.emplace_back();
    for (const ExpressionPointer& cell : row) made.push_back(expression(*cell, scope));
  }
  for (std::size_t i = 0; i < cells.front().size(); ++i) {
    std::vector<Value> column;
    for (auto& row : cells) column.push_back(std::move(row[i]));
    unify(column, body.offset, "VALUES");
    for (std::size_t k = 0; k < cells.size(); ++k) cells[k][i] = std::move(column[k]);
    Type type;
    for (const auto& row : cells) {
      if (!row[i].type.is(Kind::unknown)) type = row[i].type;
    }
    rows.columns.push_back({fmt::format("_col{}", i), type});
  }
  for (auto& row : cells) {
    rows.sql += rows.sql.empty() ? "" : " UNION ALL ";
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{}{} AS c{}", i == 0 ? "" : ", ", use(row[i]), i);
    rows.sql += "SELECT " + line;
  }
  return rows;
}

// Of what isn't a SELECT, only result columns can be ordered by.
std::string Translating::result_order(const std::vector<SortItem>& order, const std::vector<NamedType>& columns) {
  std::string out;
  for (const SortItem& item : order) {
    const Expression& by = *item.by;
    std::optional<std::size_t> place;
    if (by.kind == ExpressionKind::number && text::is_digits(by.text) && by.text.size() < 6) {
      place = std::stoul(by.text) - 1;
    } else if (by.kind == ExpressionKind::name) {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (text::same_ignoring_case(columns[i].name, by.names.front().text)) place = i;
      }
    }
    if (!place || *place >= columns.size()) {
      throw Refused{"here only a column of the result, or its number, can be ordered by", by.offset};
    }
    Value value;
    value.sql = fmt::format("c{}", *place);
    value.type = columns[*place].type;
    out += (out.empty() ? " ORDER BY " : ", ") + sort_item(item, value);
  }
  return out;
}

}  // namespace trailkeeper::query::sql
