#include "cli/sql_answer.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <optional>

#include "cli/row_writer.h"
#include "query/memory_budget.h"
#include "query/shown_event.h"
#include "store/read_limit.h"
#include "store/store.h"
#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::cli {
namespace {

namespace sql = query::sql;

store::ReadLimit& interrupt_limit() {
  static store::ReadLimit limit;
  return limit;
}

void interrupted(int /*signal*/) { interrupt_limit().cancel(); }

// JSON can't have two members of one name: later ones get a number.
std::vector<Column> result_columns(const std::vector<sql::NamedType>& columns) {
  std::vector<Column> made;
  std::map<std::string, int> seen;
  for (const sql::NamedType& column : columns) {
    const int times = ++seen[column.name];
    Column& one = made.emplace_back();
    one.name = times == 1 ? column.name : fmt::format("{}_{}", column.name, times);
    one.right = column.type.is_number();
    one.whole = column.type.is(sql::Kind::timestamp) || column.type.is(sql::Kind::date);
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
    if (std::holds_alternative<std::monostate>(value)) return Cell::absent();
    if (const auto* const truth = std::get_if<bool>(&value)) {
      const std::string word = *truth ? "true" : "false";
      return {word, word, true};
    }
    if (const auto* const whole = std::get_if<std::int64_t>(&value)) {
      const std::string digits = std::to_string(*whole);
      return {digits, digits, true};
    }
    if (const auto* const real = std::get_if<double>(&value)) {
      std::string digits = fmt::format("{}", *real);
      if (digits.find_first_of(".en") == text::npos) digits += ".0";
      const bool number = text::has_digit(digits);
      return {digits, number ? digits : "\"" + digits + "\"", true};
    }
    const std::string& text = std::get<std::string>(value);
    Cell cell = Cell::shown(text);
    if (type.is_json()) cell.json = text;
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

int answer_sql(const GlobalOptions& global, sql::SqlRequest request, const SqlLimits& limits) {
  request.memory = limits.memory;
  store::ReadLimit& limit = interrupt_limit();
  if (limits.seconds > 0) limit.allow(std::chrono::seconds{limits.seconds});
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
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
