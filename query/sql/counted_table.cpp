#include "query/sql/counted_table.h"

#include <fmt/format.h>

#include "query/count.h"
#include "query/field_catalogue.h"
#include "query/sql/pushed_filter.h"
#include "query/sql/run.h"
#include "rules/credits/wording.h"

namespace trailkeeper::query::sql {
namespace {

/// What SQLite holds of the table. The first member is SQLite's.
struct CountedTable {
  sqlite3_vtab base{};
  TableSource* source = nullptr;
  const EventsUse* use = nullptr;
};

struct CountedSetup {
  TableSource* source;
  const EventsUse* use;
};

/// SQLite's place in the table. The first member is SQLite's.
struct CountedCursor {
  sqlite3_vtab_cursor base{};
  TableSource* source = nullptr;
  const EventsUse* use = nullptr;
  CountedEvents counted = {};
  std::vector<std::optional<std::size_t>> places = {};  ///< By column: its value in a row.
  std::size_t at = 0;
};

int connect_counted(sqlite3* database, void* setup, int /*count*/, const char* const* /*words*/, sqlite3_vtab** table,
                    char** /*error*/) {
  const auto& given = *static_cast<CountedSetup*>(setup);
  std::string columns;
  for (std::size_t i = 0; i < given.use->columns.size(); ++i) columns += fmt::format("c{}, ", i);
  const int code = sqlite3_declare_vtab(database, fmt::format("CREATE TABLE x({}w)", columns).c_str());
  if (code != SQLITE_OK) return code;
  auto* const made = new CountedTable{{}, given.source, given.use};
  *table = &made->base;
  return SQLITE_OK;
}

int disconnect_counted(sqlite3_vtab* table) {
  delete reinterpret_cast<CountedTable*>(table);
  return SQLITE_OK;
}

int best_counted_index(sqlite3_vtab* table, sqlite3_index_info* info) {
  auto& counted = *reinterpret_cast<CountedTable*>(table);
  return guarded(*counted.source, [&] { choose_conditions(*counted.use, *info); });
}

int open_counted(sqlite3_vtab* table, sqlite3_vtab_cursor** cursor) {
  auto& counted = *reinterpret_cast<CountedTable*>(table);
  return guarded(*counted.source, [&] {
    auto made = std::make_unique<CountedCursor>();
    made->source = counted.source;
    made->use = counted.use;
    *cursor = &made.release()->base;
  });
}

int close_counted(sqlite3_vtab_cursor* cursor) {
  delete reinterpret_cast<CountedCursor*>(cursor);
  return SQLITE_OK;
}

void count_for(CountedCursor& cursor, const char* conditions, sqlite3_value** values) {
  Filter filter = cursor.source->base;
  cursor.counted = {};
  cursor.at = 0;
  if (!push_conditions(*cursor.use, decode_conditions(conditions), values, filter)) return;
  CountRequest request;
  request.memory = cursor.source->memory;
  cursor.places.assign(cursor.use->columns.size(), std::nullopt);
  for (std::size_t i = 0; i < cursor.use->columns.size(); ++i) {
    const std::string& path = cursor.use->columns[i].name;
    if (path == "eventTime" || path == kTimeRange) continue;
    cursor.places[i] = request.by.size();
    request.by.push_back(leaf_name(path));
  }
  if (cursor.use->times == Granularity::day) request.per = Bucket::day;
  if (cursor.use->times == Granularity::hour) request.per = Bucket::hour;
  count_scanned(*cursor.source, filter);
  cursor.counted = count_groups(*cursor.source->snapshot, filter, request);
  cursor.source->uses.close_unused(*cursor.source->snapshot);
  for (const CountRow& row : cursor.counted.rows) cursor.source->figures->events_matched += row.count;
  // A count of nothing by nothing is a row; of a table without events there is none.
  std::erase_if(cursor.counted.rows, [](const CountRow& row) { return row.count == 0; });
}

int filter_counted(sqlite3_vtab_cursor* cursor, int /*plan*/, const char* conditions, int /*count*/,
                   sqlite3_value** values) {
  auto& counted = *reinterpret_cast<CountedCursor*>(cursor);
  return guarded(*counted.source, [&] { count_for(counted, conditions, values); });
}

int next_counted(sqlite3_vtab_cursor* cursor) {
  ++reinterpret_cast<CountedCursor*>(cursor)->at;
  return SQLITE_OK;
}

int at_counted_end(sqlite3_vtab_cursor* cursor) {
  const auto& counted = *reinterpret_cast<CountedCursor*>(cursor);
  return counted.at >= counted.counted.rows.size() ? 1 : 0;
}

int give_counted_column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int number) {
  auto& counted = *reinterpret_cast<CountedCursor*>(cursor);
  const CountRow& row = counted.counted.rows[counted.at];
  const auto column = static_cast<std::size_t>(number);
  return guarded(*counted.source, [&] {
    if (column >= counted.use->columns.size()) {
      sqlite3_result_int64(context, static_cast<sqlite3_int64>(row.count));
      return;
    }
    const NamedType& named = counted.use->columns[column];
    if (named.name == kTimeRange) throw std::logic_error("a condition on the time wasn't taken by the count");
    if (named.name == "eventTime") return give_shown(context, row.bucket, {Kind::timestamp});
    const std::optional<std::string>& value = row.values.at(*counted.places[column]);
    if (value) give_shown(context, *value, named.type);
  });
}

int give_counted_number(sqlite3_vtab_cursor* cursor, sqlite3_int64* number) {
  *number = static_cast<sqlite3_int64>(reinterpret_cast<CountedCursor*>(cursor)->at);
  return SQLITE_OK;
}

sqlite3_module make_counted_module() {
  sqlite3_module module{};
  module.iVersion = 2;
  module.xConnect = &connect_counted;
  module.xBestIndex = &best_counted_index;
  module.xDisconnect = &disconnect_counted;
  module.xOpen = &open_counted;
  module.xClose = &close_counted;
  module.xFilter = &filter_counted;
  module.xNext = &next_counted;
  module.xEof = &at_counted_end;
  module.xColumn = &give_counted_column;
  module.xRowid = &give_counted_number;
  return module;
}

}  // namespace

void add_counted_table(sqlite3* database, TableSource& source, const EventsUse& use) {
  static const sqlite3_module kModule = make_counted_module();
  sqlite3_create_module_v2(database, use.table.c_str(), &kModule, new CountedSetup{&source, &use},
                           [](void* setup) { delete static_cast<CountedSetup*>(setup); });
}

}  // namespace trailkeeper::query::sql
