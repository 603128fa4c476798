// Questions in SQL over HTTP: GET and POST /v1/sql, without sockets.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "query/memory_budget.h"
#include "serve/http_query.h"
#include "store/store.h"

namespace trailkeeper::serve {

/// A question that a request asks.
struct AskedSql {
  enum class Output { json, ndjson, csv };

  std::string text;
  std::map<std::string, std::string> parameters;
  Output output = Output::json;
  bool reveal = false;
};

/// Reads it from a query string (`query`, `param`, `output`, `reveal`) and a body, which is the query, or, of content
/// type application/json, `{"query":…,"parameters":{…}}`. Gives the answer if it can't be read.
std::variant<AskedSql, QueryAnswer> asked_sql(std::string_view query, std::string_view content_type,
                                              std::string_view body);

/// Answers it. What it takes while it is made counts in `memory`, and so does the body, until it is sent. What is wrong
/// with the query is `{"error":{"message":…,"line":2,"column":14}}` with status 400; where it failed while it ran,
/// there may be no place. Throws StoreError, store::ReadStopped.
QueryAnswer answer_sql(store::Store& store, query::MemoryBudget& memory, const AskedSql& asked);

}  // namespace trailkeeper::serve
