// The routes that take events.
#include <chrono>

#include "event/json_text.h"
#include "event/reject.h"
#include "ingest/wire/audit_events.h"
#include "ingest/wire/elasticsearch_bulk.h"
#include "ingest/wire/firehose.h"
#include "ingest/wire/json_lines.h"
#include "serve/http_query.h"
#include "serve/http_routes.h"

namespace trailkeeper::serve {
namespace {

using ingest::Delivery;
using ingest::Receipt;
using Clock = std::chrono::steady_clock;

std::uint64_t milliseconds_since(Clock::time_point begin) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count());
}

std::int64_t epoch_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Delivery delivery_from(std::string_view source) {
  Delivery delivery;
  delivery.source = source;
  return delivery;
}

// What senders are told when nothing was stored.
std::string_view refusal_text(Receipt::Status status) {
  switch (status) {
    case Receipt::Status::busy: return "too much is in flight: try again later";
    case Receipt::Status::store_full: return "the store has no space left: try again later";
    case Receipt::Status::store_failed: return "the store failed: try again later";
    case Receipt::Status::shutting_down: return "shutting down: try again later";
    case Receipt::Status::durable: break;
  }
  return "";
}

int refusal_status(Receipt::Status status) { return status == Receipt::Status::busy ? 429 : 503; }

HttpResponse refusal_response(Receipt::Status status) {
  return retry_response(refusal_status(status), refusal_text(status));
}

HttpResponse json_response(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::string accepted_body(const Receipt& receipt) {
  std::string body = "{\"accepted\":" + std::to_string(receipt.events) +
                     ",\"duplicate\":" + std::to_string(receipt.duplicates) +
                     (receipt.rewritten > 0 ? ",\"rewritten\":" + std::to_string(receipt.rewritten) : "") +
                     ",\"rejected\":" + std::to_string(receipt.rejected) + ",\"errors\":[";
  bool first = true;
  for (const ingest::ItemResult& item : receipt.items) {
    if (item.rejected == 0) continue;
    if (!first) body += ",";
    first = false;
    body += "{\"reason\":";
    event::append_quoted(event::reason_code(item.reason), body);
    body += ",\"message\":";
    event::append_quoted(event::reason_text(item.reason), body);
    body += ",\"count\":" + std::to_string(item.rejected) + "}";
  }
  return body + "]}\n";
}

}  // namespace

boost::asio::awaitable<HttpResponse> HttpRoutes::post_events(HttpRequest request) {
  if (request.method == "HEAD") co_return HttpResponse{};  // A sender asks whether it may.
  if (auto refusal = co_await take_encoding_off(request)) co_return std::move(*refusal);
  Delivery delivery = delivery_from("http");
  ingest::decode_json(std::move(request.body), delivery);
  const Receipt receipt = co_await deliver(context_.intake, std::move(delivery), figures_);
  if (receipt.status != Receipt::Status::durable) co_return refusal_response(receipt.status);
  co_return json_response(200, accepted_body(receipt));
}

boost::asio::awaitable<HttpResponse> HttpRoutes::bulk(HttpRequest request) {
  const Clock::time_point begin = Clock::now();
  HttpResponse response;
  response.headers.emplace_back("X-Elastic-Product", "Elasticsearch");
  if (auto refusal = co_await take_encoding_off(request)) co_return std::move(*refusal);
  if (const auto action = ingest::document_action(request.path)) {
    Delivery delivery = delivery_from("elasticsearch");
    ingest::decode_json(std::move(request.body), delivery);
    const Receipt receipt = co_await deliver(context_.intake, std::move(delivery), figures_);
    ingest::DocumentAnswer answer = ingest::document_response(*action, receipt);
    response.status = answer.status;
    response.body = std::move(answer.body);
    co_return response;
  }
  if (!request.path.ends_with("/_bulk")) co_return not_found(request);
  const std::string path = request.path;
  const std::string index = path == "/_bulk" ? "" : path.substr(1, path.size() - 1 - std::string_view{"/_bulk"}.size());
  Delivery delivery = delivery_from("elasticsearch");
  ingest::BulkRequest actions;
  response.body = ingest::decode_bulk(request.body, index, delivery, actions);
  std::string{}.swap(request.body);
  if (!response.body.empty()) {
    response.status = 400;
    co_return response;
  }
  const Receipt receipt = co_await deliver(context_.intake, std::move(delivery), figures_);
  response.body = ingest::bulk_response(actions, receipt, milliseconds_since(begin));
  co_return response;
}

boost::asio::awaitable<HttpResponse> HttpRoutes::collector(HttpRequest request) {
  const std::string path = request.path;
  const std::string_view rest = std::string_view{path}.substr(std::string_view{"/services/collector"}.size());
  const auto answer = [](ingest::HecAnswer hec) { return json_response(hec.status, std::move(hec.body)); };
  if (request.method == "GET" && rest.starts_with("/health")) co_return answer(ingest::hec_code(17));
  if (auto refusal = co_await take_encoding_off(request)) co_return std::move(*refusal);
  std::string channel{request.header("X-Splunk-Request-Channel")};
  if (channel.empty()) {
    for (const Parameter& parameter : parse_parameters(request.query).value_or(std::vector<Parameter>{})) {
      if (parameter.name == "channel") channel = parameter.value;
    }
  }
  if (rest.starts_with("/ack")) {
    co_return answer(channel.empty() ? ingest::hec_code(10) : channels_.answer(channel, request.body));
  }
  Delivery delivery = delivery_from("splunk-hec");
  if (rest.starts_with("/raw")) {
    ingest::decode_json(std::move(request.body), delivery);
  } else if (auto refused = ingest::decode_hec(request.body, delivery)) {
    co_return answer(std::move(*refused));
  }
  const Receipt receipt = co_await deliver(context_.intake, std::move(delivery), figures_);
  if (receipt.status != Receipt::Status::durable) {
    HttpResponse response = answer(ingest::hec_code(9));
    response.headers.emplace_back("Retry-After", "1");
    co_return response;
  }
  std::optional<std::uint64_t> ack_id;
  if (!channel.empty()) {
    ack_id = channels_.next(channel);
    if (!ack_id) co_return answer(ingest::hec_code(11));
  }
  co_return answer(ingest::hec_success(ack_id));
}

boost::asio::awaitable<HttpResponse> HttpRoutes::firehose(HttpRequest request) {
  const std::string id{request.header("X-Amz-Firehose-Request-Id")};
  const auto answer = [&](int status, std::string_view error) {
    return json_response(status, ingest::firehose_response(id, epoch_milliseconds(), error));
  };
  if (auto refusal = co_await take_encoding_off(request))
    co_return answer(refusal->status, "the body can't be decompressed");
  Delivery delivery = delivery_from("firehose");
  const std::string problem = ingest::decode_firehose(request.body, id, delivery);
  std::string{}.swap(request.body);
  if (!problem.empty()) co_return answer(400, problem);
  const Receipt receipt = co_await deliver(context_.intake, std::move(delivery), figures_);
  if (receipt.status == Receipt::Status::durable) co_return answer(200, "");
  HttpResponse response = answer(refusal_status(receipt.status), refusal_text(receipt.status));
  response.headers.emplace_back("Retry-After", "1");
  co_return response;
}

boost::asio::awaitable<HttpResponse> HttpRoutes::put_audit_events(HttpRequest request, Admission admission) {
  const SignatureVerdict verdict = context_.access.check_signature(request, admission);
  if (verdict.problem != SignatureProblem::none) {
    co_return aws_error(aws_error_status(verdict.problem), aws_error_type(verdict.problem), verdict.message);
  }
  std::string channel;
  for (const Parameter& parameter : parse_parameters(request.query).value_or(std::vector<Parameter>{})) {
    if (parameter.name == "channelArn") channel = parameter.value;
  }
  Delivery delivery = delivery_from("audit-events");
  ingest::AuditRequest events;
  const ingest::AuditError error = ingest::decode_audit_events(request.body, channel, delivery, events);
  if (!error.type.empty()) co_return aws_error(400, error.type, error.message);
  const Receipt receipt = co_await deliver(context_.intake, std::move(delivery), figures_);
  if (receipt.status == Receipt::Status::busy) {
    co_return aws_error(429, "ThrottlingException", refusal_text(receipt.status));
  }
  if (receipt.status != Receipt::Status::durable) {
    co_return aws_error(503, "ServiceUnavailableException", refusal_text(receipt.status));
  }
  co_return json_response(200, ingest::audit_response(events, receipt));
}

}  // namespace trailkeeper::serve
