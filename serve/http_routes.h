// Which handler answers which request.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <variant>

#include "ingest/intake.h"
#include "ingest/wire/body_window.h"
#include "ingest/wire/elasticsearch_bulk.h"
#include "ingest/wire/splunk_hec.h"
#include "query/memory_budget.h"
#include "query/saved/saved_query.h"
#include "query/tail.h"
#include "serve/access.h"
#include "serve/complaint_log.h"
#include "serve/deliver.h"
#include "serve/http_message.h"
#include "serve/lake_queries.h"
#include "serve/query_pool.h"
#include "store/idle_snapshots.h"
#include "store/store.h"

namespace trailkeeper::serve {

struct TakenBody;

/// What the routes need; all of it outlives them.
struct RouteContext {
  const ServerOptions& options;
  store::Store& store;
  store::IdleSnapshots& snapshots;
  ingest::Intake& intake;
  Access& access;
  query::TailHub& tail;
  query::MemoryBudget& query_memory;
  QueryPool& counts;   ///< Where counts run, which may look at all events.
  QueryPool& queries;  ///< Where everything else is read.
  LakeQueries& lake;
  const query::SavedQueries& saved;
  boost::asio::any_io_executor decoding;   ///< Where bodies are decompressed.
  boost::asio::any_io_executor following;  ///< Where followers look at what was committed.
  const std::atomic<bool>& stopping;
  const std::atomic<bool>& ended;        ///< Nothing can be answered any more: what is still being done is given up.
  std::function<std::string()> metrics;  ///< The text of /metrics.
};

/// 404 with a list of the paths that exist.
HttpResponse not_found(const HttpRequest& request);

/// What to answer to a body whose Content-Encoding can't be taken off; nothing if it can. `limit`: what it may grow to.
std::optional<HttpResponse> encoding_problem(ingest::DecodeResult result, std::size_t limit);

/// What to answer to a body that begins like an archive, a cost report, or a format that isn't read: these are for
/// `replay`. Nothing for any other. A report's first line may have up to 64 KiB.
std::optional<HttpResponse> file_problem(std::string_view body);

/// What to answer if a delivery wasn't stored: the status, and when to try again. Precondition: not durable.
HttpResponse refusal_response(ingest::Receipt::Status status);

/// Answers requests: one object for each listener. serve/route_table.h says which paths there are. Used in the server's
/// thread.
class HttpRoutes {
 public:
  HttpRoutes(const RouteContext& context, ListenerFigures& figures, ComplaintLog& complaints)
      : context_(context), figures_(figures), complaints_(complaints) {}

  /// Lets a request in by its head, or says what to answer, in the words of the sender's protocol.
  [[nodiscard]] std::variant<Admission, HttpResponse> admit(const RequestHead& head, const Connection& connection);

  /// Answers a request that was let in.
  boost::asio::awaitable<HttpResponse> answer(Admission admission, HttpRequest request,
                                              std::shared_ptr<const Connection> connection);

 private:
  using Answer = boost::asio::awaitable<HttpResponse>;

  Answer post_events(HttpRequest request);
  Answer post_credits(HttpRequest request, Admission admission, std::shared_ptr<const Connection> connection);
  Answer bulk(HttpRequest request);
  Answer document(HttpRequest request, const ingest::BulkAction& action);
  Answer collector(HttpRequest request);
  Answer firehose(HttpRequest request);
  Answer put_audit_events(HttpRequest request, Admission admission);
  Answer cloudtrail(HttpRequest request, Admission admission, std::shared_ptr<const Connection> connection);
  Answer lake(std::string operation, HttpRequest request, Admission admission,
              std::shared_ptr<const Connection> connection);
  Answer lookup_events(HttpRequest request, Admission admission, std::shared_ptr<const Connection> connection);
  Answer read(HttpRequest request, Admission admission, std::shared_ptr<const Connection> connection);
  Answer sql(HttpRequest request, Admission admission, std::shared_ptr<const Connection> connection);
  Answer tail(HttpRequest request);
  [[nodiscard]] std::optional<HttpResponse> problem_of(const TakenBody& taken) const;
  static void keep_held(HttpRequest& request, HttpResponse& response);
  void record_reveal(const std::string& command, const Admission& admission);
  [[nodiscard]] HttpResponse operating(Handler handler) const;
  static std::optional<HttpResponse> take_encoding_off(HttpRequest& request);

  const RouteContext& context_;
  ListenerFigures& figures_;
  ComplaintLog& complaints_;
  ingest::AckChannels channels_;
};

}  // namespace trailkeeper::serve
