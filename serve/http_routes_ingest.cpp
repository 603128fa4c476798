// The routes that take events.
#include <cassert>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>

#include "event/reject.h"
#include "ingest/wire/audit_events.h"
#include "ingest/wire/elasticsearch_bulk.h"
#include "ingest/wire/firehose.h"
#include "ingest/wire/json_lines.h"
#include "query/event_names.h"
#include "serve/body_intake.h"
#include "serve/http_query.h"
#include "serve/http_routes.h"
#include "serve/query_parameters.h"
#include "text/clock.h"
#include "text/json_writer.h"

namespace trailkeeper::serve {
namespace {

using ingest::Delivery;
using ingest::Receipt;
using Clock = std::chrono::steady_clock;

std::uint64_t milliseconds_since(Clock::time_point begin) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count());
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

HttpResponse json_response(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::string accepted_body(const TakenBody& taken) {
  const ingest::Receipt& receipt = taken.receipt;
  std::string body;
  text::JsonWriter json{body};
  json.open('{').member("accepted", receipt.events).member("duplicate", receipt.duplicates);
  if (receipt.rewritten > 0) json.member("rewritten", receipt.rewritten);
  json.member("rejected", receipt.rejected).table("errors", receipt.reasons, [&json](const auto& rejected) {
    const auto& [reason, count] = rejected;
    json.member("reason", event::reason_code(reason)).member("message", event::reason_text(reason));
    json.member("count", count);
  });
  json.close('}');
  return body + "\n";
}

/// Makes the answer to a bulk request, piece by piece.
class BulkPieces : public PieceObserver {
 public:
  explicit BulkPieces(ingest::BulkDecoder& decoder) : decoder_(decoder) {}

  void on_piece() override {
    pieces_.push_back(decoder_.take_actions());
    actions_ += memory_of(pieces_.back());
  }
  void on_receipt(const Receipt& receipt) override {
    answer.add(pieces_.front(), receipt);
    actions_ -= memory_of(pieces_.front());
    pieces_.pop_front();
  }
  [[nodiscard]] bool wants_all() const override { return true; }
  [[nodiscard]] std::size_t memory() const override { return answer.memory() + actions_; }

  ingest::BulkAnswer answer;

 private:
  static std::size_t memory_of(const std::vector<ingest::BulkAction>& actions) {
    std::size_t bytes = actions.capacity() * sizeof(ingest::BulkAction);
    for (const ingest::BulkAction& action : actions) bytes += action.index.capacity() + action.id.capacity();
    return bytes;
  }

  ingest::BulkDecoder& decoder_;
  std::deque<std::vector<ingest::BulkAction>> pieces_;
  std::size_t actions_ = 0;  // Bytes of them all.
};

/// What became of all of a body, as if it were one item.
class WholeBody : public PieceObserver {
 public:
  void on_receipt(const Receipt& receipt) override {
    for (const ingest::ItemResult& item : receipt.items) {
      result.events += item.events;
      result.duplicates += item.duplicates;
      if (result.rejected == 0) result.reason = item.reason;
      result.rejected += item.rejected;
    }
  }

  ingest::ItemResult result;
};

// A short answer at once, the text of a long one as it is sent.
void tell(ingest::BulkAnswerText text, HttpResponse& response) {
  response.body = text.next();
  if (text.at_end()) return;
  struct Left {
    std::string first;
    ingest::BulkAnswerText text;
  };
  const auto left = std::make_shared<Left>(Left{std::move(response.body), std::move(text)});
  response.source = [left]() -> boost::asio::awaitable<std::optional<std::string>> {
    std::string piece = left->first.empty() ? left->text.next() : std::exchange(left->first, {});
    if (piece.empty()) co_return std::nullopt;
    co_return piece;
  };
}

constexpr const char* kNoRoom = "too many requests are being received: try again later";

}  // namespace

HttpResponse refusal_response(Receipt::Status status) {
  assert(status != Receipt::Status::durable);
  return retry_response(refusal_status(status), refusal_text(status));
}

// What is wrong with how the body came; nothing if nothing is.
std::optional<HttpResponse> HttpRoutes::problem_of(const TakenBody& taken) const {
  if (taken.no_room) return retry_response(503, kNoRoom);
  if (taken.not_read) return taken.not_read;
  return encoding_problem(taken.encoding, 4 * context_.options.max_body);
}

boost::asio::awaitable<HttpResponse> HttpRoutes::post_events(HttpRequest request) {
  if (request.method == "HEAD") co_return HttpResponse{};  // A sender asks whether it may.
  ingest::JsonLineDecoder decoder;
  PieceObserver nobody;
  const TakenBody taken = co_await take_body(context_, figures_, request, "http", decoder, nobody);
  if (auto problem = problem_of(taken)) co_return std::move(*problem);
  if (taken.receipt.status != Receipt::Status::durable) co_return refusal_response(taken.receipt.status);
  co_return json_response(200, accepted_body(taken));
}

boost::asio::awaitable<HttpResponse> HttpRoutes::bulk(HttpRequest request) {
  const Clock::time_point begin = Clock::now();
  if (const auto action = ingest::document_action(request.path))
    co_return co_await document(std::move(request), *action);
  if (!request.path.ends_with("/_bulk")) co_return not_found(request);
  const std::string path = request.path;
  ingest::BulkDecoder decoder{path == "/_bulk" ? ""
                                               : path.substr(1, path.size() - 1 - std::string_view{"/_bulk"}.size())};
  BulkPieces pieces{decoder};
  const TakenBody taken = co_await take_body(context_, figures_, request, "elasticsearch", decoder, pieces);
  HttpResponse response;
  if (auto problem = problem_of(taken)) {
    response = std::move(*problem);
  } else if (taken.refused) {
    response.status = 400;
    response.body = ingest::elasticsearch_error(*taken.refused);
  } else {
    request.carry(pieces.answer.memory());
    keep_held(request, response);
    tell(ingest::BulkAnswerText{std::move(pieces.answer), milliseconds_since(begin)}, response);
  }
  response.headers.emplace_back("X-Elastic-Product", "Elasticsearch");
  co_return response;
}

boost::asio::awaitable<HttpResponse> HttpRoutes::document(HttpRequest request, const ingest::BulkAction& action) {
  ingest::JsonLineDecoder decoder;
  WholeBody whole;
  TakenBody taken = co_await take_body(context_, figures_, request, "elasticsearch", decoder, whole);
  HttpResponse response;
  if (auto problem = problem_of(taken)) {
    response = std::move(*problem);
  } else {
    taken.receipt.items = {whole.result};
    ingest::DocumentAnswer answer = ingest::document_response(action, taken.receipt);
    response.status = answer.status;
    response.body = std::move(answer.body);
  }
  response.headers.emplace_back("X-Elastic-Product", "Elasticsearch");
  co_return response;
}

// What the answer is made of is counted as what was received until it is sent.
void HttpRoutes::keep_held(HttpRequest& request, HttpResponse& response) {
  response.held = std::make_shared<decltype(request.hold)>(std::move(request.hold));
}

boost::asio::awaitable<HttpResponse> HttpRoutes::collector(HttpRequest request) {
  const std::string path = request.path;
  const std::string_view rest = std::string_view{path}.substr(std::string_view{"/services/collector"}.size());
  const auto answer = [](ingest::HecAnswer hec) { return json_response(hec.status, std::move(hec.body)); };
  if (request.method != "POST" && rest.starts_with("/health")) co_return answer(ingest::hec_code(17));
  std::string channel{request.header("X-Splunk-Request-Channel")};
  if (channel.empty()) {
    for (const Parameter& parameter : parse_parameters(request.query).value_or(std::vector<Parameter>{})) {
      if (parameter.name == "channel") channel = parameter.value;
    }
  }
  if (rest.starts_with("/ack")) {
    if (auto refusal = take_encoding_off(request)) co_return std::move(*refusal);
    co_return answer(channel.empty() ? ingest::hec_code(10) : channels_.answer(channel, request.body));
  }
  ingest::JsonLineDecoder raw;
  ingest::HecDecoder events;
  ingest::BodyDecoder* decoder = &events;
  if (rest.starts_with("/raw")) decoder = &raw;
  PieceObserver nobody;
  const TakenBody taken = co_await take_body(context_, figures_, request, "splunk-hec", *decoder, nobody);
  if (taken.refused) co_return answer(ingest::hec_refusal(*taken.refused));
  if (!taken.no_room) {
    if (auto problem = problem_of(taken)) co_return std::move(*problem);
  }
  if (taken.no_room || taken.receipt.status != Receipt::Status::durable) {
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
    HttpResponse response = json_response(status, ingest::firehose_response(id, text::now(), error));
    if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", "1");
    return response;
  };
  ingest::FirehoseDecoder decoder{id};
  PieceObserver nobody;
  const TakenBody taken = co_await take_body(context_, figures_, request, "firehose", decoder, nobody);
  if (taken.no_room) co_return answer(503, kNoRoom);
  if (auto problem = problem_of(taken)) co_return answer(problem->status, "the body can't be decompressed");
  if (taken.refused) co_return answer(400, taken.refused->message);
  const Receipt::Status status = taken.receipt.status;
  if (status == Receipt::Status::durable) co_return answer(200, "");
  co_return answer(refusal_status(status), refusal_text(status));
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
  const auto events = ingest::decode_audit_events(request.body, channel, delivery);
  if (!events) co_return aws_error(400, events.error().code, events.error().message);
  const Receipt receipt = co_await deliver(context_.intake, std::move(delivery), figures_);
  if (receipt.status == Receipt::Status::busy) {
    co_return aws_error(429, "ThrottlingException", refusal_text(receipt.status));
  }
  if (receipt.status != Receipt::Status::durable) {
    co_return aws_error(503, "ServiceUnavailableException", refusal_text(receipt.status));
  }
  std::optional<query::EventNames> names;  // Nearly all events have an ID of their own.
  const auto stand_in = [this, &names](const store::EventKey& key) {
    if (!names) names.emplace(context_.store.snapshot());
    return names->stand_in(key);
  };
  co_return json_response(200, ingest::audit_response(*events, receipt, stand_in));
}

}  // namespace trailkeeper::serve
