// Which request is answered how.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "ingest/intake.h"
#include "ingest/wire/splunk_hec.h"
#include "query/tail.h"
#include "serve/access.h"
#include "serve/deliver.h"
#include "serve/http_message.h"
#include "store/idle_snapshots.h"
#include "store/store.h"

namespace trailkeeper::serve {

/// What the routes need; all of it outlives them.
struct RouteContext {
  const ServerOptions& options;
  store::Store& store;
  store::IdleSnapshots& snapshots;
  ingest::Intake& intake;
  Access& access;
  query::TailHub& tail;
  boost::asio::any_io_executor blocking;  ///< Where queries run.
  const std::atomic<bool>& stopping;
  std::function<std::string()> metrics;  ///< The text of /metrics.
};

/// Answers requests: one object for each listener. Used in the server's thread.
///
/// | Path | What |
/// | --- | --- |
/// | POST /v1/events | events as JSON in any layout |
/// | POST /_bulk, /{index}/_bulk, and what clients ask before | Elasticsearch |
/// | POST /services/collector…, GET …/health | Splunk HTTP Event Collector |
/// | POST /firehose | Amazon Data Firehose |
/// | POST /PutAuditEvents | CloudTrail Data API |
/// | POST / with X-Amz-Target | CloudTrail LookupEvents |
/// | GET /v1/events, /v1/events/{id}, /v1/count, /v1/tail | reading |
/// | GET /healthz, /readyz, /metrics | operating |
class HttpRoutes {
 public:
  HttpRoutes(const RouteContext& context, ListenerFigures& figures) : context_(context), figures_(figures) {}

  /// What to answer to somebody who may not do this, when only the header is there. Signed requests are let through:
  /// their signature covers the body.
  std::optional<HttpResponse> refuse_early(const HttpRequest& header, const Connection& connection);

  boost::asio::awaitable<HttpResponse> answer(HttpRequest request, const Connection& connection);

 private:
  using Answer = boost::asio::awaitable<HttpResponse>;

  Answer post_events(HttpRequest request);
  Answer bulk(HttpRequest request);
  Answer collector(HttpRequest request, std::string_view rest);
  Answer firehose(HttpRequest request);
  Answer put_audit_events(HttpRequest request, const Connection& connection);
  Answer lookup_events(HttpRequest request, const Connection& connection);
  Answer read(HttpRequest request, const Connection& connection);
  Answer tail(HttpRequest request);
  void record_reveal(const HttpRequest& request);
  [[nodiscard]] HttpResponse operating(const HttpRequest& request, const Connection& connection) const;
  static HttpResponse in_the_senders_words(const HttpRequest& request, HttpResponse refusal);
  boost::asio::awaitable<std::optional<HttpResponse>> take_encoding_off(HttpRequest& request) const;

  const RouteContext& context_;
  ListenerFigures& figures_;
  ingest::AckChannels channels_;
};

}  // namespace trailkeeper::serve
