#include "serve/http_routes.h"

#include <algorithm>

#include "ingest/bill/cost_report.h"
#include "ingest/file_kind.h"
#include "ingest/wire/body_window.h"
#include "ingest/wire/elasticsearch_bulk.h"
#include "ingest/wire/firehose.h"
#include "serve/elsewhere.h"
#include "text/clock.h"
#include "text/json_writer.h"

namespace trailkeeper::serve {
namespace {

HttpResponse probe_response(ingest::ProbeAnswer answer) {
  HttpResponse response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  response.headers.emplace_back("X-Elastic-Product", "Elasticsearch");
  return response;
}

// Splunk's clients look at the body's code only; Firehose and AWS's SDKs ask for their own error bodies.
HttpResponse in_the_senders_words(const RequestHead& head, const Refused& why) {
  if (why.signature != SignatureProblem::none) {
    return aws_error(why.status, aws_error_type(why.signature), why.message);
  }
  HttpResponse refusal = error_response(why.status, why.message);
  if (why.status == 401) {
    refusal.headers.emplace_back("WWW-Authenticate", R"(Bearer realm="trailkeeper", Basic realm="trailkeeper")");
  }
  if (!why.allow.empty()) refusal.headers.emplace_back("Allow", why.allow);
  if (why.foreign || (why.status != 401 && why.status != 403)) return refusal;
  if (why.route->handler == Handler::collector) {
    ingest::HecAnswer hec = ingest::hec_code(head.header("Authorization").empty() ? 2 : 4);
    refusal.status = hec.status;
    refusal.body = std::move(hec.body);
  } else if (why.route->handler == Handler::firehose) {
    refusal.body = ingest::firehose_response(head.header("X-Amz-Firehose-Request-Id"), text::now(),
                                             "the access key is unknown, or lacks the right 'ingest'");
  }
  return refusal;
}

}  // namespace

std::optional<HttpResponse> encoding_problem(ingest::DecodeResult result, std::size_t limit) {
  switch (result) {
    case ingest::DecodeResult::ok: break;
    case ingest::DecodeResult::unknown_encoding:
      return error_response(415, "the Content-Encoding is none of gzip, zstd, deflate and identity");
    case ingest::DecodeResult::damaged:
      return error_response(400, "the body's compression is damaged, or its window is larger than 8 MiB");
    case ingest::DecodeResult::too_large:
      return error_response(413, "the body has more than " + std::to_string(limit) + " bytes when decompressed");
  }
  return std::nullopt;
}

std::optional<HttpResponse> file_problem(std::string_view body) {
  if (ingest::is_cost_report(body)) {
    return error_response(415, "the body is not taken: " + std::string{ingest::kReportRemedy});
  }
  const ingest::FileKind kind = ingest::body_kind(body);
  switch (kind.what) {
    case ingest::FileKind::What::archive:
      return error_response(415, "the body is an archive: send its members, or replay it with trailkeeper replay");
    case ingest::FileKind::What::unreadable:
      return error_response(415, "the body's format (" + kind.name + ") is not read: " + kind.remedy);
    case ingest::FileKind::What::trail:
    case ingest::FileKind::What::other: break;
  }
  return std::nullopt;
}

std::variant<Admission, HttpResponse> HttpRoutes::admit(const RequestHead& head, const Connection& connection) {
  auto decided = context_.access.admit(head, connection);
  if (const Refused* const why = std::get_if<Refused>(&decided)) {
    if (why->foreign) {
      complaints_.say(Complaint::page, connection.listener(), connection.peer(),
                      "refused " + head.method + " " + head.path + ": " + why->message);
    }
    HttpResponse refusal = in_the_senders_words(head, *why);
    refusal.close = why->foreign;
    return refusal;
  }
  return std::get<Admission>(std::move(decided));
}

// Says what there is: a mistyped path is the commonest reason for it.
HttpResponse not_found(const HttpRequest& request) {
  std::vector<std::string> paths;
  for (const Route& route : all_routes()) {
    const bool any = route.path == "**" || route.path == "/**" || route.path == "/v1/**";
    if (any) continue;
    std::string& text = paths.emplace_back();
    text = (route.methods.empty() ? "GET " : std::string{route.methods} + " ") + std::string{route.path};
    if (!route.header.empty()) text += " with " + std::string{route.header};
  }
  HttpResponse response = error_response(404, "there is nothing at " + request.method + " " + request.path);
  response.body.resize(response.body.rfind('}'));
  text::JsonWriter::inside(response.body).list("paths", paths).close('}');
  response.body += "\n";
  return response;
}

boost::asio::awaitable<HttpResponse> HttpRoutes::answer(Admission admission, HttpRequest request,
                                                        std::shared_ptr<const Connection> connection) {
  const Handler handler = admission.route()->handler;
  switch (handler) {
    case Handler::healthz:
    case Handler::readyz:
    case Handler::metrics: co_return operating(handler);
    case Handler::cloudtrail: co_return co_await cloudtrail(std::move(request), std::move(admission), connection);
    case Handler::put_audit_events: co_return co_await put_audit_events(std::move(request), std::move(admission));
    case Handler::post_events: co_return co_await post_events(std::move(request));
    case Handler::post_credits: co_return co_await post_credits(std::move(request), std::move(admission), connection);
    case Handler::tail: co_return co_await tail(std::move(request));
    case Handler::read: co_return co_await read(std::move(request), std::move(admission), connection);
    case Handler::sql: co_return co_await sql(std::move(request), std::move(admission), connection);
    case Handler::collector: co_return co_await collector(std::move(request));
    case Handler::firehose: co_return co_await firehose(std::move(request));
    case Handler::bulk: co_return co_await bulk(std::move(request));
    case Handler::elasticsearch_probe:
      if (auto probe = ingest::elasticsearch_probe(request.method, request.path)) {
        co_return probe_response(std::move(*probe));
      }
      break;
    case Handler::nothing: break;
  }
  co_return not_found(request);
}

// Of a small body, as a whole.
std::optional<HttpResponse> HttpRoutes::take_encoding_off(HttpRequest& request) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  ingest::BodyWindow window{std::move(request.body), request.header("Content-Encoding"), kMost};
  while (window.grow()) {
  }
  if (auto refusal = encoding_problem(window.result(), kMost)) return refusal;
  request.body = std::string{window.view()};
  return std::nullopt;
}

HttpResponse HttpRoutes::operating(Handler handler) const {
  HttpResponse response;
  response.content_type = "text/plain; charset=utf-8";
  if (handler == Handler::healthz) {
    response.body = "ok\n";
  } else if (handler == Handler::readyz) {
    const bool ready = !context_.stopping && !context_.intake.figures().failing && context_.intake.has_room(0);
    response.status = ready ? 200 : 503;
    response.body = context_.stopping ? "stopping\n" : ready ? "ready\n" : "the store does not take events now\n";
  } else {
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = context_.metrics();
  }
  return response;
}

}  // namespace trailkeeper::serve
