#include "query/sql/run.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "query/keep_open.h"
#include "query/memory_budget.h"
#include "query/sql/counted_table.h"
#include "query/sql/event_spellings.h"
#include "query/sql/events_table.h"
#include "query/sql/explain.h"
#include "query/sql/functions/call.h"
#include "query/sql/heap_meter.h"
#include "query/sql/store_tables.h"
#include "query/sql/table_call.h"
#include "query/verdicts/verdict_filter.h"
#include "store/read_limit.h"
#include "text/ascii.h"
#include "text/clock.h"

namespace trailkeeper::query::sql {
namespace {

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)>;
using Prepared = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

// Only reading, and only our functions and tables.
int authorize(void* /*data*/, int action, const char* /*first*/, const char* /*second*/, const char* /*database*/,
              const char* /*inner*/) {
  const bool reads =
      action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE;
  return reads ? SQLITE_OK : SQLITE_DENY;
}

int check_limit(void* source) {
  const int code = guarded(*static_cast<TableSource*>(source), [] { store::check_read_limit(); });
  return code == SQLITE_OK ? 0 : 1;
}

Database open_database(TableSource& source) {
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(":memory:", &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database{opened, &sqlite3_close_v2};
  if (code != SQLITE_OK) throw OverBudget{true};
  constexpr int kLongestValue = 1 << 26;
  sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, kLongestValue);
  sqlite3_limit(opened, SQLITE_LIMIT_SQL_LENGTH, 1 << 23);
  sqlite3_limit(opened, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  // Sorting and grouping happen in memory, where they are counted: nothing of a store gets into files.
  sqlite3_exec(opened, "PRAGMA temp_store = MEMORY", nullptr, nullptr, nullptr);
  constexpr int kSteps = 10'000;
  sqlite3_progress_handler(opened, kSteps, &check_limit, &source);
  register_functions(opened);
  return database;
}

// What functions hold besides SQLite's memory: some values of up to 16 MiB.
constexpr std::size_t kMostOfFunctions = std::size_t{32} << 20;

/// One query on its way to its answer.
class Running {
 public:
  Running(const store::Snapshot& snapshot, const SqlRequest& request, text::Timestamp now)
      : own_memory_(request.memory),
        memory_(request.shared == nullptr ? &own_memory_ : request.shared),
        functions_(memory_),
        meter_(memory_),
        database_(nullptr, &sqlite3_close_v2) {
    if (request.shared != nullptr) functions_.add(std::min(kMostOfFunctions, memory_->limit() / 8));
    source_.snapshot = &snapshot;
    source_.base.as_stored = request.as_stored;
    source_.shown = std::make_shared<const ShownEvents>(snapshot, request.as_stored);
    if (!request.as_stored) source_.base.shown = source_.shown;
    source_.base = with_verdicts(snapshot, source_.base);
    source_.memory = memory_;
    source_.now = now;
    source_.figures = request.figures == nullptr ? &own_figures_ : request.figures;
    *source_.figures = {};
    database_ = open_database(source_);
  }

  std::optional<text::Problem> run(const Translation& translation, SqlReader& reader) {
    for (const EventsUse& use : translation.events) {
      use.counted ? add_counted_table(database_.get(), source_, use) : add_events_table(database_.get(), source_, use);
    }
    add_store_tables(database_.get(), source_);
    connect("json_each");
    for (const TableShape& table : store_tables()) connect(table.name);
    for (const EventsUse& use : translation.events) connect(use.table);
    if (!translation.explain) sqlite3_set_authorizer(database_.get(), &authorize, nullptr);
    const std::string sql = (translation.explain ? "EXPLAIN QUERY PLAN " : "") + translation.sql;
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &prepared, nullptr);
    const Prepared statement{prepared, &sqlite3_finalize};
    if (code != SQLITE_OK) return failure();
    if (translation.explain) return explain(translation, statement.get(), reader);
    reader.columns(translation.columns);
    return give_rows(translation, statement.get(), reader);
  }

  [[nodiscard]] bool gave_rows() const { return gave_rows_; }

 private:
  std::optional<text::Problem> give_rows(const Translation& translation, sqlite3_stmt* statement, SqlReader& reader) {
    std::vector<SqlValue> values(translation.columns.size());
    int code = SQLITE_OK;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      gave_rows_ = true;
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = value_of(statement, static_cast<int>(i), translation.columns[i].type);
      if (!reader.row(values)) return std::nullopt;
    }
    return code == SQLITE_DONE ? std::nullopt : failure();
  }

  static SqlValue value_of(sqlite3_stmt* statement, int column, const Type& type) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_NULL: return {};
      case SQLITE_INTEGER: {
        const std::int64_t number = sqlite3_column_int64(statement, column);
        if (type.is(Kind::boolean)) return number != 0;
        if (type.is(Kind::day_interval) || type.is(Kind::year_interval)) return interval_text(number, type);
        return type.is(Kind::real) ? SqlValue{static_cast<double>(number)} : SqlValue{number};
      }
      case SQLITE_FLOAT: return sqlite3_column_double(statement, column);
      default: break;
    }
    const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return std::string{bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
  }

  static std::string interval_text(std::int64_t number, const Type& type) {
    const std::string sign = number < 0 ? "-" : "";
    if (number < 0) number = -number;
    if (type.is(Kind::year_interval)) return fmt::format("{}{}-{}", sign, number / 12, number % 12);
    return fmt::format("{}{} {:02}:{:02}:{:02}.{:03}", sign, number / text::kDay, number / text::kHour % 24,
                       number / text::kMinute % 60, number / text::kSecond % 60, number % text::kSecond);
  }

  // A table says which columns it has when it is first named; that would look like writing to authorize().
  void connect(const std::string& table) {
    sqlite3_stmt* prepared = nullptr;
    sqlite3_prepare_v2(database_.get(), ("SELECT 1 FROM " + table).c_str(), -1, &prepared, nullptr);
    sqlite3_finalize(prepared);
  }

  // What a table threw goes on; what SQLite says of the query is its problem.
  std::optional<text::Problem> failure() {
    if (source_.failure) std::rethrow_exception(source_.failure);
    if (sqlite3_errcode(database_.get()) == SQLITE_NOMEM) {
      meter_.throw_refusal();
      throw std::bad_alloc{};
    }
    return text::Problem{sqlite3_errmsg(database_.get()), {}, text::npos};
  }

  MemoryBudget own_memory_;
  MemoryBudget* memory_;
  MemoryBudget::Charge functions_;
  SqlFigures own_figures_;
  KeepOpen keep_open_;
  TableSource source_;
  HeapMeter meter_;
  Database database_;
  bool gave_rows_ = false;
};

// `spellings` must outlive them.
Surroundings surroundings_of(const SqlRequest& request, EventSpellings& spellings) {
  Surroundings surroundings;
  surroundings.tables = store_tables();
  surroundings.parameters = request.parameters;
  surroundings.now = text::now();
  surroundings.spellings = [&spellings](std::string_view path) { return spellings.of(path); };
  return surroundings;
}

}  // namespace

std::optional<text::Problem> check_sql(const store::Snapshot& snapshot, const SqlRequest& request) {
  EventSpellings spellings{snapshot};
  const auto translation = translate(request.text, surroundings_of(request, spellings));
  return translation ? std::nullopt : std::optional{translation.error()};
}

std::optional<text::Problem> run_sql(const store::Snapshot& snapshot, const SqlRequest& request, SqlReader& reader) {
  HeapMeter::install();
  EventSpellings spellings{snapshot};
  Surroundings surroundings = surroundings_of(request, spellings);
  while (true) {
    const auto translation = translate(request.text, surroundings);
    if (!translation) return translation.error();
    Running running{snapshot, request, surroundings.now};
    try {
      return running.run(*translation, reader);
    } catch (const OverBudget&) {
      // Too many different values to count by: each event is looked at instead.
      if (running.gave_rows() || !surroundings.counts) throw;
      surroundings.counts = false;
    }
  }
}

std::string problem_text(const text::Problem& problem, std::string_view sql) {
  if (problem.offset == text::npos) return problem.message;
  return fmt::format("{}: {}", place_in_text(sql, problem.offset), problem.message);
}

}  // namespace trailkeeper::query::sql
