// SELECT, FROM, set operations and what stands around them.
#include <utility>

#include "query/sql/event_store_name.h"
#include "query/sql/parser.h"
#include "query/sql/parsing.h"
#include "query/sql/refused.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {

QueryPointer Parsing::query() {
  const Level level{*this};
  auto made = std::make_unique<Query>();
  if (take_word("with")) with_tables(*made);
  made->body = set_operations();
  if (take_word("order")) {
    expect_word("BY", "after ORDER");
    made->order = sort_items();
  }
  limits(*made);
  return made;
}

void Parsing::with_tables(Query& into) {
  if (sees_word("recursive")) throw Refused{"WITH RECURSIVE isn't supported", peek().offset};
  do {
    CommonTable table;
    table.name = name("a name for the query");
    if (take_sign("(")) {
      do {
        table.columns.push_back(name("a column's name"));
      } while (take_sign(","));
      expect_sign(")", "after the columns");
    }
    expect_word("AS", "after the name");
    expect_sign("(", "before the query");
    table.query = query();
    expect_sign(")", "after the query");
    into.with.push_back(std::move(table));
  } while (take_sign(","));
}

Body Parsing::set_of(Body left, std::string word, Body right, std::size_t offset) {
  Body made;
  made.kind = BodyKind::set;
  made.offset = offset;
  made.set = std::move(word);
  made.left = std::make_unique<Body>(std::move(left));
  made.right = std::make_unique<Body>(std::move(right));
  return made;
}

Body Parsing::set_operations() {
  Body left = intersections();
  int row = 0;
  while (sees_word("union") || sees_word("except")) {
    const std::size_t offset = peek().offset;
    if (++row > kMostLevels) throw Refused{"more queries in a row than are supported", offset};
    std::string word = sees_word("union") ? "UNION" : "EXCEPT";
    take();
    if (take_word("all")) word += " ALL";
    take_word("distinct");
    if (word == "EXCEPT ALL") throw Refused{"EXCEPT ALL isn't supported", offset};
    left = set_of(std::move(left), std::move(word), intersections(), offset);
  }
  return left;
}

Body Parsing::intersections() {
  Body left = simple_body();
  int row = 0;
  while (sees_word("intersect")) {
    const std::size_t offset = take().offset;
    if (++row > kMostLevels) throw Refused{"more queries in a row than are supported", offset};
    if (sees_word("all")) throw Refused{"INTERSECT ALL isn't supported", offset};
    take_word("distinct");
    left = set_of(std::move(left), "INTERSECT", simple_body(), offset);
  }
  return left;
}

Body Parsing::simple_body() {
  Body made;
  made.offset = peek().offset;
  if (take_sign("(")) {
    made.kind = BodyKind::query;
    made.query = query();
    expect_sign(")", "after the query");
  } else if (take_word("values")) {
    made.kind = BodyKind::values;
    do {
      std::vector<ExpressionPointer>& row = made.rows.emplace_back();
      if (take_sign("(")) {
        row = expressions(")", "after the row");
      } else {
        row.push_back(expression());
      }
    } while (take_sign(","));
  } else if (take_word("select")) {
    select(made.select);
  } else {
    refuse_here("SELECT");
  }
  return made;
}

void Parsing::select(Select& into) {
  into.offset = peek().offset;
  into.distinct = take_word("distinct");
  if (!into.distinct) take_word("all");
  do {
    into.items.push_back(select_item());
  } while (take_sign(","));
  if (take_word("from")) {
    into.from = relation();
    while (take_sign(",")) {
      auto cross = std::make_unique<Relation>();
      cross->kind = RelationKind::join;
      cross->offset = peek().offset;
      cross->join = "CROSS";
      cross->left = std::move(into.from);
      cross->right = relation();
      into.from = std::move(cross);
    }
  }
  if (take_word("where")) into.where = expression();
  if (take_word("group")) group_by(into);
  if (take_word("having")) into.having = expression();
  if (sees_word("window")) throw Refused{"the WINDOW clause isn't supported: write OVER (…)", peek().offset};
}

SelectItem Parsing::select_item() {
  SelectItem item;
  item.offset = peek().offset;
  if (take_sign("*")) return item;
  if (sees_name() && sees_sign(".", 1) && sees_sign("*", 2)) {
    item.star_of = name("a table's name");
    take();
    take();
    return item;
  }
  item.value = expression();
  if (take_word("as") || sees_name()) item.alias = name("a name for the column");
  if (peek().kind == TokenKind::string) {
    throw Refused{"a column's name stands between double quotes (\"), not between single ones", peek().offset};
  }
  return item;
}

void Parsing::group_by(Select& into) {
  expect_word("BY", "after GROUP");
  into.grouped = true;
  for (const std::string_view word : {"rollup", "cube"}) {
    if (sees_word(word) && sees_sign("(", 1)) throw Refused{peek().text + " isn't supported", peek().offset};
  }
  if (sees_words("grouping", "sets")) throw Refused{"GROUPING SETS isn't supported", peek().offset};
  do {
    into.groups.push_back(expression());
  } while (take_sign(","));
}

std::vector<SortItem> Parsing::sort_items() {
  std::vector<SortItem> items;
  do {
    SortItem item;
    item.by = expression();
    item.descending = take_word("desc");
    if (!item.descending) take_word("asc");
    if (take_word("nulls")) {
      item.nulls_first = take_word("first");
      if (!*item.nulls_first) expect_word("LAST", "after NULLS");
    }
    items.push_back(std::move(item));
  } while (take_sign(","));
  return items;
}

std::string Parsing::count_of_rows() {
  if (peek().kind != TokenKind::number || !text::is_digits(peek().text) || peek().text.size() > 18) {
    refuse_here("a number of rows");
  }
  return take().text;
}

void Parsing::limits(Query& into) {
  if (take_word("offset")) {
    into.skip = count_of_rows();
    if (!take_word("rows")) take_word("row");
  }
  if (take_word("fetch")) {
    if (!take_word("first")) expect_word("NEXT", "or FIRST after FETCH");
    into.limit = sees_word("row") || sees_word("rows") ? "1" : count_of_rows();
    if (!take_word("rows")) expect_word("ROW", "after the number of rows");
    if (sees_word("with")) throw Refused{"WITH TIES isn't supported", peek().offset};
    expect_word("ONLY", "after ROWS");
  } else if (take_word("limit")) {
    if (!take_word("all")) into.limit = count_of_rows();
    if (sees_word("offset")) throw Refused{"OFFSET stands before LIMIT", peek().offset};
  }
}

RelationPointer Parsing::relation() {
  const Level level{*this};
  RelationPointer left = single_relation();
  int row = 0;
  while (true) {
    if (++row > kMostLevels) throw Refused{"more joins in a row than are supported", peek().offset};
    if (sees_word("natural")) throw Refused{"NATURAL JOIN isn't supported: write JOIN … USING (…)", peek().offset};
    const bool joins = sees_word("join") || sees_word("inner") || sees_word("left") || sees_word("right") ||
                       sees_word("full") || sees_word("cross");
    if (!joins) return left;
    left = joined(std::move(left));
  }
}

RelationPointer Parsing::joined(RelationPointer left) {
  auto made = std::make_unique<Relation>();
  made->kind = RelationKind::join;
  made->offset = peek().offset;
  made->join = "INNER";
  for (const std::string_view word : {"INNER", "LEFT", "RIGHT", "FULL", "CROSS"}) {
    if (take_word(word)) made->join = word;
  }
  if (made->join == "LEFT" || made->join == "RIGHT" || made->join == "FULL") take_word("outer");
  expect_word("JOIN", "here");
  made->left = std::move(left);
  made->right = single_relation();
  if (made->join == "CROSS") return made;
  if (take_word("on")) {
    made->on = expression();
  } else if (take_word("using")) {
    expect_sign("(", "after USING");
    do {
      made->common.push_back(name("a column's name"));
    } while (take_sign(","));
    expect_sign(")", "after the columns");
  } else {
    refuse_here("ON or USING after the joined table");
  }
  return made;
}

RelationPointer Parsing::single_relation() {
  const std::size_t offset = peek().offset;
  if (sees_word("lateral")) throw Refused{"LATERAL isn't supported", offset};
  if (sees_word("unnest") && sees_sign("(", 1)) return unnest();
  RelationPointer made;
  if (sees_sign("(")) {
    const bool is_query = sees_word("select", 1) || sees_word("with", 1) || sees_word("values", 1) || sees_sign("(", 1);
    take();
    if (is_query) {
      made = std::make_unique<Relation>();
      made->kind = RelationKind::subquery;
      made->offset = offset;
      made->query = query();
    } else {
      made = relation();
    }
    expect_sign(")", "to close the bracket");
    if (made->kind != RelationKind::subquery) return made;
  } else {
    made = table();
  }
  alias(*made);
  if (sees_word("tablesample")) throw Refused{"TABLESAMPLE isn't supported", peek().offset};
  return made;
}

RelationPointer Parsing::unnest() {
  auto made = std::make_unique<Relation>();
  made->kind = RelationKind::unnest;
  made->offset = take().offset;
  take();
  made->values = expressions(")", "after the values of UNNEST");
  if (take_word("with")) {
    expect_word("ORDINALITY", "after WITH");
    made->ordinality = true;
  }
  alias(*made);
  return made;
}

// Where an event data store is named as CloudTrail Lake's samples do, the place behind that; else the start.
std::size_t Parsing::end_of_event_store() const {
  const Token& token = peek();
  if (token.kind == TokenKind::string || token.kind == TokenKind::quoted) {
    return names_event_store(token.text) ? token.end : token.offset;
  }
  return token.offset + event_store_name_length(sql_.substr(token.offset));
}

RelationPointer Parsing::table() {
  auto made = std::make_unique<Relation>();
  made->offset = peek().offset;
  const std::size_t end = end_of_event_store();
  if (end > made->offset) {
    made->table = "events";
    while (peek().offset < end) take();
    return made;
  }
  if (sees_sign("<") || sees_sign("$") || (peek().kind == TokenKind::word && peek().text.front() == '$')) {
    throw Refused{"a placeholder stands where a table should: the table of events is called events", made->offset};
  }
  Name named = name("a table");
  while (sees_sign(".") && peek(1).kind != TokenKind::end) {
    take();
    named.text += "." + name("a table").text;
  }
  if (sees_sign("(")) throw Refused{"a function isn't supported as a table", made->offset};
  made->table = text::lowered(named.text);
  return made;
}

void Parsing::alias(Relation& of) {
  const bool as = take_word("as");
  if (!as && !sees_name()) return;
  of.alias = name("a name for the table");
  if (!take_sign("(")) return;
  do {
    of.columns.push_back(name("a column's name"));
  } while (take_sign(","));
  expect_sign(")", "after the columns");
}

}  // namespace trailkeeper::query::sql
