// Elasticsearch's bulk API, as far as log shippers use it.
// https://www.elastic.co/guide/en/elasticsearch/reference/8.17/docs-bulk.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/delivery.h"

namespace trailkeeper::ingest {

/// An action of a bulk request, for its answer.
struct BulkAction {
  std::string operation;  ///< `index`, `create`, `update` or `delete`.
  std::string index;
  std::string id;       ///< As sent; else one is made up for the answer.
  bool stored = false;  ///< It has a document; update and delete haven't: a trail is only added to.
};

struct BulkRequest {
  std::vector<BulkAction> actions;
};

/// Takes a body apart: pairs of an action line and a source line. `path_index` is the index of the path, for actions
/// that name none. Action i is item i. A source is an event, or a shipper's object around one
/// (event/wrapper.h), as Filebeat sends. Returns the error to answer the whole request with (an
/// Elasticsearch error body, status 400); empty if there is none. Leaves the delivery sealed.
std::string decode_bulk(std::string_view body, std::string_view path_index, Delivery& delivery, BulkRequest& request);

/// Most actions of a request.
constexpr std::size_t kMaxBulkActions = 100'000;

/// The answer, HTTP status 200: for each action 201 (created), of a known event 200 (noop) for `index` and 409
/// (version_conflict_engine_exception) for `create`, 400 (mapper_parsing_exception: kept as a rejected record; also
/// update and delete, which are refused), or, where the receipt isn't durable, 429 (es_rejected_execution_exception:
/// try again).
std::string bulk_response(const BulkRequest& request, const Receipt& receipt, std::uint64_t took_milliseconds);

/// What a path that takes a single document does: `/{index}/_doc`, `/{index}/_doc/{id}` (`index`) and
/// `/{index}/_create/{id}`; nothing for another.
std::optional<BulkAction> document_action(std::string_view path);

/// HTTP status and body for a single document: as bulk_response() has them for an item.
struct DocumentAnswer {
  int status = 201;
  std::string body;
};
DocumentAnswer document_response(const BulkAction& action, const Receipt& receipt);

/// An Elasticsearch error body.
std::string elasticsearch_error(int status, std::string_view type, std::string_view reason);

/// Answers to what clients ask before they send: GET / and HEAD /, _license, _xpack, _cluster/health, _nodes,
/// templates, pipelines, ILM policies, index existence; and _refresh.
struct ProbeAnswer {
  int status = 200;
  std::string body;  ///< JSON; empty for HEAD.
};
std::optional<ProbeAnswer> elasticsearch_probe(std::string_view method, std::string_view path);

}  // namespace trailkeeper::ingest
