// Answers of SQL queries, printed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cli/command.h"
#include "query/sql/run.h"

namespace trailkeeper::cli {

/// What a query may take.
struct SqlLimits {
  std::uint64_t seconds = 0;  ///< 0: as long as it needs.
  std::size_t memory = std::size_t{1} << 30;
};

/// Adds --param, --timeout and --max-memory.
void add_sql_options(const Command& command, std::vector<std::string>& parameters, SqlLimits& limits);

/// Values of --param, NAME=VALUE each, by name. Throws UsageError.
std::map<std::string, std::string> sql_parameters(const std::vector<std::string>& given);

/// What to ask, where that depends on the store.
using MakeSqlRequest = std::function<query::sql::SqlRequest(const store::Snapshot&)>;

/// Asks the store and prints the answer. SIGINT ends the query. Gives the exit code; a query that can't be run as it is
/// written is kUsage, one that fails or is ended kRefused.
int answer_sql(const GlobalOptions& global, const MakeSqlRequest& make, const SqlLimits& limits);

}  // namespace trailkeeper::cli
