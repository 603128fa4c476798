// trailkeeper sql: questions in CloudTrail Lake's SQL.
#include <fmt/format.h>

#include <csignal>
#include <map>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/file_argument.h"
#include "cli/reveal.h"
#include "cli/row_writer.h"
#include "cli/sql_answer.h"
#include "query/sql/run.h"
#include "query/sql/token.h"
#include "store/store.h"

namespace trailkeeper::cli {
namespace {

struct SqlArguments {
  std::string text;
  std::string file;
  std::vector<std::string> parameters;
  SqlLimits limits;
  bool reveal = false;
};

std::string sql_text(const SqlArguments& arguments) {
  if (arguments.text.empty() == arguments.file.empty()) {
    throw UsageError("give one query, between quotes, or the file that it is in (--file; - is standard input)");
  }
  if (arguments.text == "-") return read_file_argument("-", query::sql::kLongestSql);
  return arguments.file.empty() ? arguments.text : read_file_argument(arguments.file, query::sql::kLongestSql);
}

int run_sql_command(const GlobalOptions& global, const SqlArguments& arguments) {
  query::sql::SqlRequest request;
  request.text = sql_text(arguments);
  request.parameters = sql_parameters(arguments.parameters);
  request.as_stored = arguments.reveal;
  if (arguments.reveal) record_reveal(global, "sql " + request.text);
  return answer_sql(
      global, [&request](const store::Snapshot& /*snapshot*/) { return request; }, arguments.limits);
}

}  // namespace

void add_sql(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("sql", "Ask in SQL, as CloudTrail Lake takes it");
  const auto arguments = std::make_shared<SqlArguments>();
  command.add_option("QUERY", arguments->text, "A SELECT, between quotes; -: read it from standard input")
      .type_name("QUERY");
  command.add_option("--file,-f", arguments->file, "Read the query from a file").type_name("FILE");
  add_sql_options(command, arguments->parameters, arguments->limits);
  add_reveal(command, arguments->reveal);
  command.footer(
      "The table is called events (or as in CloudTrail Lake: the ID or ARN of an event data store, $EDS_ID). Its "
      "columns\n"
      "are CloudTrail's fields, in any case, with dots for what is nested; besides, eventJson and verdict. EXPLAIN "
      "before\n"
      "a query says how it is answered.\n\n"
      "Examples:\n"
      "  trailkeeper sql \"SELECT count(*) FROM events\"\n"
      "  trailkeeper sql -f query.sql --param user=alice --output csv\n"
      "  trailkeeper sql \"EXPLAIN SELECT * FROM events\"");
  command.runs([&global, arguments] { return run_sql_command(global, *arguments); });
}

}  // namespace trailkeeper::cli
