#include "serve/http_routes.h"

#include <algorithm>

#include "ingest/wire/content_encoding.h"
#include "ingest/wire/elasticsearch_bulk.h"
#include "serve/elsewhere.h"

namespace trailkeeper::serve {
namespace {

bool is_operating(std::string_view path) { return path == "/healthz" || path == "/readyz" || path == "/metrics"; }

HttpResponse wrong_method(std::string_view allowed) {
  HttpResponse response = error_response(405, "this path takes " + std::string{allowed} + " only");
  response.headers.emplace_back("Allow", std::string{allowed});
  return response;
}

HttpResponse probe_response(ingest::ProbeAnswer answer) {
  HttpResponse response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  response.headers.emplace_back("X-Elastic-Product", "Elasticsearch");
  return response;
}

}  // namespace

boost::asio::awaitable<HttpResponse> HttpRoutes::answer(HttpRequest request, const Connection& connection) {
  const std::string path = request.path;
  if (is_operating(path)) co_return operating(request, connection);
  // Requests to AWS's APIs are signed rather than show a token.
  if (request.method == "POST" && path == "/" && !request.header("X-Amz-Target").empty()) {
    co_return co_await lookup_events(std::move(request), connection);
  }
  if (path == "/PutAuditEvents") {
    if (request.method != "POST") co_return wrong_method("POST");
    co_return co_await put_audit_events(std::move(request), connection);
  }
  const bool reads = path.starts_with("/v1/") && request.method != "POST";
  if (auto refusal = context_.access.refusal(request, connection, reads ? Right::query : Right::ingest)) {
    co_return in_the_senders_words(request, std::move(*refusal));
  }
  if (reads) {
    if (request.method != "GET") co_return wrong_method("GET");
    if (path == "/v1/tail") co_return co_await tail(std::move(request));
    co_return co_await read(std::move(request), connection);
  }
  constexpr std::string_view kCollector = "/services/collector";
  if (path.starts_with(kCollector)) {
    co_return co_await collector(std::move(request), std::string_view{path}.substr(kCollector.size()));
  }
  if (request.method == "POST" || request.method == "PUT") {
    if (path == "/v1/events") co_return co_await post_events(std::move(request));
    if (path == "/_bulk" || path.ends_with("/_bulk")) co_return co_await bulk(std::move(request));
    if (path == "/firehose") co_return co_await firehose(std::move(request));
  }
  if (auto probe = ingest::elasticsearch_probe(request.method, path)) co_return probe_response(std::move(*probe));
  co_return error_response(404, "there is nothing at " + request.method + " " + path);
}

std::optional<HttpResponse> HttpRoutes::refuse_early(const HttpRequest& header, const Connection& connection) {
  if (is_operating(header.path) || header.path == "/PutAuditEvents") return std::nullopt;
  if (header.path == "/" && !header.header("X-Amz-Target").empty()) return std::nullopt;
  const bool reads = header.path.starts_with("/v1/") && header.method != "POST";
  auto refusal = context_.access.refusal(header, connection, reads ? Right::query : Right::ingest);
  if (!refusal) return std::nullopt;
  return in_the_senders_words(header, std::move(*refusal));
}

// Off with Content-Encoding; what to answer if that can't be. Much is decompressed away from the server's thread.
boost::asio::awaitable<std::optional<HttpResponse>> HttpRoutes::take_encoding_off(HttpRequest& request) const {
  constexpr std::size_t kMuch = std::size_t{16} << 10;
  const std::string encoding{request.header("Content-Encoding")};
  if (encoding.empty()) co_return std::nullopt;
  // What a compressed body may grow to: as much as may be in flight at once would let one request take it all.
  const std::size_t limit = std::min(4 * context_.options.max_body, context_.options.max_in_flight);
  std::string plain;
  const auto decode = [&] { return ingest::decode_content(encoding, std::move(request.body), limit, plain); };
  const bool much = request.body.size() > kMuch;
  ingest::DecodeResult result = ingest::DecodeResult::ok;
  if (much) {
    result = co_await elsewhere(context_.blocking, decode);
  } else {
    result = decode();
  }
  switch (result) {
    case ingest::DecodeResult::ok: break;
    case ingest::DecodeResult::unknown_encoding:
      co_return error_response(415, "the Content-Encoding is none of gzip, zstd and identity");
    case ingest::DecodeResult::damaged: co_return error_response(400, "the body's compression is damaged");
    case ingest::DecodeResult::too_large:
      co_return error_response(413, "the body has more than " + std::to_string(limit) + " bytes when decompressed");
  }
  request.body = std::move(plain);
  co_return std::nullopt;
}

HttpResponse HttpRoutes::operating(const HttpRequest& request, const Connection& connection) const {
  HttpResponse response;
  response.content_type = "text/plain; charset=utf-8";
  if (request.path == "/healthz") {
    response.body = "ok\n";
  } else if (request.path == "/readyz") {
    const bool ready = !context_.stopping && !context_.intake.figures().failing && context_.intake.has_room(0);
    response.status = ready ? 200 : 503;
    response.body = context_.stopping ? "stopping\n" : ready ? "ready\n" : "the store does not take events now\n";
  } else {
    // Figures say nothing of events; from elsewhere a token is asked for all the same.
    if (!connection.local()) {
      if (auto refusal = context_.access.refusal(request, connection, Right::admin)) return std::move(*refusal);
    }
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = context_.metrics();
  }
  return response;
}

}  // namespace trailkeeper::serve
