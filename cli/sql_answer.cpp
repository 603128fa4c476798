#include "cli/sql_answer.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <optional>

#include "cli/row_writer.h"
#include "query/memory_budget.h"
#include "query/shown_event.h"
#include "query/sql/answer_text.h"
#include "store/read_limit.h"
#include "store/store.h"
#include "text/ascii.h"

namespace trailkeeper::cli {
namespace {

namespace sql = query::sql;

store::ReadLimit& interrupt_limit() {
  static store::ReadLimit limit;
  return limit;
}

void interrupted(int /*signal*/) { interrupt_limit().cancel(); }

std::vector<Column> result_columns(const std::vector<sql::NamedType>& columns) {
  const std::vector<std::string> names = sql::distinct_names(columns);
  std::vector<Column> made;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Column& one = made.emplace_back();
    one.name = names[i];
    one.right = columns[i].type.is_number();
    one.whole = columns[i].type.is(sql::Kind::timestamp) || columns[i].type.is(sql::Kind::date);
  }
  return made;
}

/// Prints rows as they come.
class SqlPrinter final : public sql::SqlReader {
 public:
  explicit SqlPrinter(const GlobalOptions& global) : out_(global, Out::Length::list) {}

  void columns(const std::vector<sql::NamedType>& columns) override {
    columns_ = columns;
    rows_.emplace(out_, result_columns(columns), "no rows");
  }

  bool row(std::span<const sql::SqlValue> values) override {
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < values.size(); ++i) cells.push_back(cell_of(values[i], columns_[i].type));
    rows_->row(std::move(cells));
    return true;
  }

  void finish() {
    if (rows_) rows_->finish();
    out_.flush();
  }

 private:
  // What came out of the store passed ShownEvents there.
  static Cell cell_of(const sql::SqlValue& value, const sql::Type& type) {
    auto text = sql::value_text(value);
    if (!text) return Cell::absent();
    Cell cell = Cell::shown(*text);
    cell.json = sql::value_json(value, type);
    return cell;
  }

  Out out_;
  std::vector<sql::NamedType> columns_;
  std::optional<RowWriter> rows_;
};

}  // namespace

void add_sql_options(const Command& command, std::vector<std::string>& parameters, SqlLimits& limits) {
  command
      .add_option("--param", parameters, "The value of a parameter in the query: :NAME, $NAME, or a placeholder <NAME>")
      .type_name("NAME=VALUE")
      .repeatable();
  command.add_option("--timeout", limits.seconds, "End the query after this many seconds (0: never)").count();
  command
      .add_option("--max-memory", limits.memory,
                  "Bytes that the query may take; one that needs more is refused (default: 1GiB)")
      .bytes();
}

std::map<std::string, std::string> sql_parameters(const std::vector<std::string>& given) {
  std::map<std::string, std::string> parameters;
  for (const std::string& one : given) {
    const std::size_t equal = one.find('=');
    if (equal == text::npos || equal == 0) throw UsageError("--param takes NAME=VALUE, not '" + one + "'");
    parameters[one.substr(0, equal)] = one.substr(equal + 1);
  }
  return parameters;
}

int answer_sql(const GlobalOptions& global, const MakeSqlRequest& make, const SqlLimits& limits) {
  store::ReadLimit& limit = interrupt_limit();
  if (limits.seconds > 0) limit.allow(std::chrono::seconds{limits.seconds});
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  sql::SqlRequest request = make(snapshot);
  request.memory = limits.memory;
  std::signal(SIGINT, &interrupted);
  const store::ReadLimit::Scope scope{&limit};
  SqlPrinter printer{global};
  try {
    const auto problem = sql::run_sql(snapshot, request, printer);
    if (!problem) {
      printer.finish();
      return kDone;
    }
    print_error(global, sql::problem_text(*problem, request.text));
    return problem->offset == text::npos ? kRefused : kUsage;
  } catch (const store::ReadStopped& stopped) {
    print_error(global, stopped.why() == store::ReadStopped::Why::time_is_up
                            ? fmt::format("the query took longer than {} seconds (--timeout)", limits.seconds)
                            : "the query was cancelled");
    return kRefused;
  } catch (const query::OverBudget&) {
    print_error(global,
                fmt::format("the query takes more than {} MiB of memory: narrow it, or allow more (--max-memory)",
                            limits.memory >> 20U));
    return kRefused;
  } catch (const std::bad_alloc&) {
    print_error(global,
                fmt::format("the query takes more than {} MiB of memory: narrow it, or allow more (--max-memory)",
                            limits.memory >> 20U));
    return kRefused;
  }
}

}  // namespace trailkeeper::cli
