// Reading over HTTP: GET /v1/events, /v1/events/{eventID} and /v1/count, without sockets.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/event_list.h"
#include "query/filter.h"
#include "query/listed_values.h"
#include "query/memory_budget.h"
#include "store/store.h"
#include "text/timestamp.h"

namespace trailkeeper::serve {

/// Events as NDJSON, a chunk at a time. Between chunks no snapshot of the store is held, only the place of the last
/// event, so that a slow reader holds nothing back. Events that were there at the start come exactly once, in order;
/// events committed meanwhile come if they belong after that place. Not thread-safe; chunks may be made in different
/// threads.
class EventStream {
 public:
  /// `fields`: names or paths, each line an object of them; empty: whole events, as stored. `store` must outlive it.
  /// `reveal`: Org IDs and promotion codes as stored.
  EventStream(store::Store& store, query::Filter filter, query::Order order, std::optional<std::uint64_t> limit,
              std::vector<std::string> fields, bool reveal = false);

  /// The next lines, about 64 KiB, later 512; nothing at the end. Throws StoreError.
  std::optional<std::string> next();

 private:
  void append(const query::ListedEvent& event, query::ListedValues& values, std::string& chunk) const;

  store::Store& store_;
  query::Filter filter_;
  query::Order order_;
  std::optional<std::uint64_t> left_;
  std::vector<std::string> fields_;
  bool reveal_;
  std::optional<query::Position> after_;
  bool done_ = false;
};

/// What to answer: a body, or, with status 200, chunks.
struct QueryAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::string> notes;       ///< What the answer doesn't know, for a header each.
  std::unique_ptr<EventStream> stream;  ///< If set, the body is its chunks.
  query::MemoryBudget::Charge charge;   ///< What the body is charged to, until it is sent.
};

/// Answers a GET of one of the paths; `query` is what follows the `?`, percent-encoded. Nothing for another path.
/// Errors are `{"error":{"message":…}}` with 400 or 404; 503 if `memory` has no room now because of all queries
/// together. Throws StoreError. Whether somebody may reveal is for the caller to check: asks_to_reveal.
std::optional<QueryAnswer> answer_query(store::Store& store, query::MemoryBudget& memory, std::string_view path,
                                        std::string_view query, text::Timestamp now);

/// A parameter that isn't a filter's (query/filter.h).
struct QueryParameter {
  std::string_view name;
  std::string_view paths;  ///< For documents: which paths take it.
  std::string_view help;
};
std::span<const QueryParameter> query_parameters();

/// Whether a query string asks for Org IDs and promotion codes as stored: only for clients with Right::reveal, and
/// recorded.
bool asks_to_reveal(std::string_view query);

/// `{"error":{"message":…}}`
QueryAnswer query_error(int status, std::string_view message);

}  // namespace trailkeeper::serve
