// CloudTrail Lake's API and what else of CloudTrail's clients ask for, without sockets.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "query/lookup_events.h"
#include "query/saved/saved_query.h"
#include "serve/lake_queries.h"
#include "store/store.h"

namespace trailkeeper::serve {

/// Whether there is such an operation, besides LookupEvents.
bool is_lake_operation(std::string_view operation);

/// What a request for StartQuery asks, before a thread of the store's readers has looked at it.
struct LakeStart {
  query::sql::SqlRequest request;
  std::string alias;
};

/// Reads a StartQuery. Gives the answer if it can't be run: the thread that calls this reads the store.
std::variant<LakeStart, query::LookupAnswer> read_start_query(const store::Snapshot& snapshot,
                                                              const query::SavedQueries& saved, std::string_view body);

/// Answers a StartQuery that was read.
query::LookupAnswer start_query(LakeQueries& queries, LakeStart start);

/// What the answers say about the store.
struct LakeStore {
  text::Timestamp first = 0;  ///< Of its events; 0: it has none.
  text::Timestamp last = 0;
};

/// Answers any other operation. Bad input is answered, never thrown.
query::LookupAnswer answer_lake(LakeQueries& queries, const query::SavedQueries& saved, const LakeStore& store,
                                std::string_view operation, std::string_view body);

}  // namespace trailkeeper::serve
