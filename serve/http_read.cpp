// The routes that read.
#include <algorithm>
#include <chrono>

#include "event/json_text.h"
#include "query/lookup_events.h"
#include "serve/elsewhere.h"
#include "serve/http_query.h"
#include "serve/http_routes.h"

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;

event::Timestamp now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

constexpr std::string_view kTarget = "LookupEvents";

HttpResponse lookup_response(int status, const std::string& error, std::string body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/x-amz-json-1.1";
  if (!error.empty()) response.headers.emplace_back("x-amzn-ErrorType", error);
  response.body = std::move(body);
  return response;
}

/// What a follower gives, as server-sent events, and now and then a sign that it is still there. Never waits: an empty
/// piece says that there is nothing yet.
class TailSource {
 public:
  TailSource(query::TailHub& hub, query::Filter filter, const std::atomic<bool>& stopping)
      : follower_(hub.follow(std::move(filter), nullptr)), stopping_(stopping) {}

  std::optional<std::string> next() {
    if (stopping_) return std::nullopt;
    const query::TailHub::Follower::Chunk chunk = follower_->next(kBytes);
    std::string text;
    if (chunk.missed > 0) text += "event: missed\ndata: " + std::to_string(chunk.missed) + "\n\n";
    for (const std::string& event : chunk.events) {
      text += "data: ";
      event::append_minified(event, text);
      text += "\n\n";
    }
    if (text.empty() && Clock::now() >= next_sign_) text = ": following\n\n";
    if (!text.empty()) next_sign_ = Clock::now() + kSignEvery;
    return text;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kBytes = std::size_t{64} << 10;
  static constexpr std::chrono::seconds kSignEvery{1};

  std::unique_ptr<query::TailHub::Follower> follower_;
  const std::atomic<bool>& stopping_;
  Clock::time_point next_sign_{};
};

}  // namespace

asio::awaitable<HttpResponse> HttpRoutes::lookup_events(HttpRequest request, Admission admission) {
  const SignatureVerdict verdict = context_.access.check_signature(request, admission);
  if (verdict.problem != SignatureProblem::none) {
    co_return aws_error(aws_error_status(verdict.problem), aws_error_type(verdict.problem), verdict.message);
  }
  const std::string_view target = request.header("X-Amz-Target");
  if (!target.ends_with(std::string{"."} + std::string{kTarget})) {
    co_return aws_error(400, "UnknownOperationException", "This server knows LookupEvents only.");
  }
  if (auto refusal = co_await take_encoding_off(request)) co_return std::move(*refusal);
  query::LookupAnswer answer = co_await elsewhere(context_.blocking, [&] {
    auto snapshot = context_.snapshots.take();
    query::LookupAnswer page = query::lookup_events(*snapshot, request.body);
    context_.snapshots.give_back(std::move(snapshot));
    return page;
  });
  co_return lookup_response(answer.status, answer.error, std::move(answer.body));
}

// Before anything is shown, the journal has who asked, and for what.
void HttpRoutes::record_reveal(const HttpRequest& request, const Admission& admission) {
  std::string text = R"({"action":"reveal","command":)";
  event::append_quoted("GET " + request.path + "?" + request.query, text);
  text += ",\"token\":";
  event::append_quoted(admission.token_name(), text);
  context_.intake.writer().record({now(), text + "}"});
}

asio::awaitable<HttpResponse> HttpRoutes::read(HttpRequest request, Admission admission) {
  if (asks_to_reveal(request.query)) {
    co_await elsewhere(context_.blocking, [&] {
      record_reveal(request, admission);
      return true;
    });
  }
  std::optional<QueryAnswer> answer = co_await elsewhere(
      context_.blocking, [&] { return answer_query(context_.store, request.path, request.query, now()); });
  if (!answer) co_return error_response(404, "there is nothing at " + request.path);
  HttpResponse response;
  response.status = answer->status;
  response.content_type = answer->content_type;
  response.body = std::move(answer->body);
  if (answer->stream) {
    response.source = [stream = std::shared_ptr<EventStream>{std::move(answer->stream)}] { return stream->next(); };
  }
  co_return response;
}

asio::awaitable<HttpResponse> HttpRoutes::tail(HttpRequest request) {
  auto parameters = parse_parameters(request.query);
  if (!parameters) co_return error_response(400, "the query string can't be read");
  query::Filter filter;
  const std::string problem = take_filter(*parameters, now(), filter);
  if (!problem.empty()) co_return error_response(400, problem);
  if (!parameters->empty()) {
    co_return error_response(400, "/v1/tail takes filters only, not '" + parameters->front().name + "'");
  }
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-store");
  if (std::any_of(filter.fields.begin(), filter.fields.end(),
                  [](const query::FieldFilter& field) { return field.field == query::FilterField::verdict; })) {
    co_return error_response(400, "/v1/tail can't filter by verdict; ask /v1/events");
  }
  const auto source = std::make_shared<TailSource>(context_.tail, std::move(filter), context_.stopping);
  response.source = [source] { return source->next(); };
  co_return response;
}

}  // namespace trailkeeper::serve
