#include "query/sql/store_tables.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "event/reject.h"
#include "event/reject_words.h"
#include "query/sql/sql_time.h"
#include "query/sql/store_rows.h"
#include "query/verdicts/findings.h"
#include "rules/severity.h"
#include "store/rejected_record.h"
#include "text/json_text.h"

namespace trailkeeper::query::sql {
namespace {

void read_findings(const TableSource& source, RowTaker& into) {
  Filter filter;
  filter.as_stored = source.base.as_stored;
  const ShownEvents& shown = *source.shown;
  list_findings(*source.snapshot, filter, std::nullopt, [&](const PermissionFinding& finding) {
    into.take({timestamp_text(finding.event.segment->time(finding.event.index)), text_or_null(finding.rule),
               std::string{rules::severity_text(finding.severity)}, std::string{finding.verdict},
               text_or_null(finding.event_id), text_or_null(shown.text(finding.principal)),
               text_or_null(finding.action), shown.text(finding.sentence)});
    return true;
  });
}

void read_rejects(const TableSource& source, RowTaker& into) {
  const ShownEvents& shown = *source.shown;
  source.snapshot->rejects([&](const store::KeptReject& kept) {
    std::optional<std::string> bytes;
    if (kept.has_bytes) bytes = shown.record(std::string{kept.bytes});
    if (bytes && (!text::valid_utf8(*bytes) || bytes->find('\0') != std::string::npos)) bytes.reset();
    into.take({shown.text(kept.source), std::to_string(kept.offset), std::to_string(kept.line),
               std::string{event::reason_code(kept.reason)}, std::to_string(kept.length), std::to_string(kept.records),
               kept.arrival == 0 ? std::nullopt : std::optional{timestamp_text(kept.arrival)}, std::move(bytes)});
    return true;
  });
}

void read_journal(const TableSource& source, RowTaker& into) {
  source.snapshot->journal([&](const store::JournalEntry& entry) {
    into.take({timestamp_text(entry.time), source.shown->text(entry.text)});
  });
}

std::vector<StoreTable> own_tables() {
  const Type text{Kind::varchar};
  const Type number{Kind::bigint};
  const Type time{Kind::timestamp};
  return {
      {{"findings",
        {{"time", time},
         {"rule", text},
         {"severity", text},
         {"verdict", text},
         {"eventID", text},
         {"principal", text},
         {"action", text},
         {"sentence", text}}},
       read_findings},
      {{"rejects",
        {{"source", text},
         {"offset", number},
         {"line", number},
         {"reason", text},
         {"length", number},
         {"records", number},
         {"arrival", time},
         {"bytes", text}}},
       read_rejects},
      {{"journal", {{"time", time}, {"entry", {Kind::json}}}}, read_journal},
  };
}

const std::vector<StoreTable>& all_store_tables() {
  static const std::vector<StoreTable> kTables = [] {
    std::vector<StoreTable> tables = own_tables();
    for (const auto& more : {ledger_tables(), grant_tables()}) tables.insert(tables.end(), more.begin(), more.end());
    return tables;
  }();
  return kTables;
}

struct StoreTableSetup {
  TableSource* source;
  const StoreTable* table;
};

/// What SQLite holds of the table. The first member is SQLite's.
struct OpenStoreTable {
  sqlite3_vtab base{};
  StoreTableSetup setup{};
};

/// SQLite's place in the table. The first member is SQLite's.
struct StoreTableCursor {
  sqlite3_vtab_cursor base{};
  StoreTableSetup setup{};
  std::optional<RowTaker> taken = {};
  std::size_t at = 0;
};

int connect_store_table(sqlite3* database, void* setup, int /*count*/, const char* const* /*words*/,
                        sqlite3_vtab** table, char** /*error*/) {
  const auto& given = *static_cast<StoreTableSetup*>(setup);
  std::string columns;
  for (std::size_t i = 0; i < given.table->shape.columns.size(); ++i) columns += fmt::format("c{}, ", i);
  const int code = sqlite3_declare_vtab(database, fmt::format("CREATE TABLE x({}_ HIDDEN)", columns).c_str());
  if (code != SQLITE_OK) return code;
  *table = &(new OpenStoreTable{{}, given})->base;
  return SQLITE_OK;
}

int disconnect_store_table(sqlite3_vtab* table) {
  delete reinterpret_cast<OpenStoreTable*>(table);
  return SQLITE_OK;
}

int best_store_index(sqlite3_vtab* /*table*/, sqlite3_index_info* info) {
  info->estimatedCost = 100'000;
  return SQLITE_OK;
}

int open_store_table(sqlite3_vtab* table, sqlite3_vtab_cursor** cursor) {
  const StoreTableSetup& setup = reinterpret_cast<OpenStoreTable*>(table)->setup;
  return guarded(*setup.source, [&] { *cursor = &(new StoreTableCursor{{}, setup})->base; });
}

int close_store_table(sqlite3_vtab_cursor* cursor) {
  delete reinterpret_cast<StoreTableCursor*>(cursor);
  return SQLITE_OK;
}

int read_store_table(sqlite3_vtab_cursor* cursor, int /*plan*/, const char* /*text*/, int /*count*/,
                     sqlite3_value** /*values*/) {
  auto& open = *reinterpret_cast<StoreTableCursor*>(cursor);
  open.at = 0;
  if (open.taken) return SQLITE_OK;
  return guarded(*open.setup.source, [&] {
    open.taken.emplace(open.setup.source->memory);
    open.setup.table->read(*open.setup.source, *open.taken);
  });
}

int next_store_row(sqlite3_vtab_cursor* cursor) {
  ++reinterpret_cast<StoreTableCursor*>(cursor)->at;
  return SQLITE_OK;
}

int at_store_end(sqlite3_vtab_cursor* cursor) {
  const auto& open = *reinterpret_cast<StoreTableCursor*>(cursor);
  return !open.taken || open.at >= open.taken->rows().size() ? 1 : 0;
}

int give_store_column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int number) {
  const auto& open = *reinterpret_cast<StoreTableCursor*>(cursor);
  const auto column = static_cast<std::size_t>(number);
  const StoredRow& row = open.taken->rows()[open.at];
  if (column >= row.size() || !row[column]) return SQLITE_OK;
  return guarded(*open.setup.source,
                 [&] { give_shown(context, *row[column], open.setup.table->shape.columns[column].type); });
}

int give_store_number(sqlite3_vtab_cursor* cursor, sqlite3_int64* number) {
  *number = static_cast<sqlite3_int64>(reinterpret_cast<StoreTableCursor*>(cursor)->at);
  return SQLITE_OK;
}

sqlite3_module make_store_module() {
  sqlite3_module module{};
  module.iVersion = 2;
  module.xConnect = &connect_store_table;
  module.xBestIndex = &best_store_index;
  module.xDisconnect = &disconnect_store_table;
  module.xOpen = &open_store_table;
  module.xClose = &close_store_table;
  module.xFilter = &read_store_table;
  module.xNext = &next_store_row;
  module.xEof = &at_store_end;
  module.xColumn = &give_store_column;
  module.xRowid = &give_store_number;
  return module;
}

}  // namespace

std::vector<TableShape> store_tables() {
  std::vector<TableShape> shapes;
  for (const StoreTable& table : all_store_tables()) shapes.push_back(table.shape);
  return shapes;
}

void add_store_tables(sqlite3* database, TableSource& source) {
  static const sqlite3_module kModule = make_store_module();
  for (const StoreTable& table : all_store_tables()) {
    sqlite3_create_module_v2(database, table.shape.name.c_str(), &kModule, new StoreTableSetup{&source, &table},
                             [](void* setup) { delete static_cast<StoreTableSetup*>(setup); });
  }
}

}  // namespace trailkeeper::query::sql
