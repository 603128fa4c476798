// The routes that read.
#include <algorithm>
#include <chrono>

#include "query/lookup_events.h"
#include "serve/elsewhere.h"
#include "serve/http_query.h"
#include "serve/http_routes.h"
#include "serve/query_parameters.h"
#include "store/actor.h"
#include "text/clock.h"
#include "text/json_text.h"
#include "text/json_writer.h"

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kTarget = "LookupEvents";
// What a page of LookupEvents may take while it is made.
constexpr std::size_t kMostOfPage = std::size_t{16} << 20;
// What a list holds until its first piece is sent.
constexpr std::size_t kMostOfFirst = std::size_t{192} << 10;

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
  TailSource(store::Store& store, query::TailHub& hub, query::Filter filter, const std::atomic<bool>& stopping)
      : store_(store), hub_(hub), follower_(hub.follow(std::move(filter), nullptr)), stopping_(stopping) {}

  std::optional<std::string> next() {
    if (stopping_) return std::nullopt;
    // Without followers the hub isn't told what came to be confidential.
    if (!std::exchange(begun_, true)) hub_.show_by(query::ShownEvents{store_.snapshot()});
    const query::TailHub::Follower::Chunk chunk = follower_->next(kBytes);
    std::string text;
    if (chunk.missed > 0) text += "event: missed\ndata: " + std::to_string(chunk.missed) + "\n\n";
    for (const std::string& event : chunk.events) {
      text += "data: ";
      text::append_minified(event, text);
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

  store::Store& store_;
  query::TailHub& hub_;
  std::unique_ptr<query::TailHub::Follower> follower_;
  const std::atomic<bool>& stopping_;
  bool begun_ = false;
  Clock::time_point next_sign_{};
};

constexpr const char* kNoMemory = "queries hold all the memory that they may: try again later";

QueryAnswer no_memory() { return query_error(503, kNoMemory); }

asio::awaitable<std::optional<std::string>> next_events(asio::any_io_executor executor,
                                                        std::shared_ptr<TailSource> source) {
  co_return co_await elsewhere(executor, [&source] { return source->next(); });
}

/// A list of which the first piece is made.
struct LongList {
  std::optional<std::string> first;
  std::unique_ptr<EventStream> rest;
};

asio::awaitable<std::optional<std::string>> next_piece(QueryPool& queries, std::shared_ptr<const Connection> connection,
                                                       std::shared_ptr<const Admission> admission,
                                                       std::shared_ptr<LongList> list) {
  if (list->first) co_return std::exchange(list->first, std::nullopt);
  co_return co_await queries.run(*connection, *admission, [&list] { return list->rest->next(); });
}

}  // namespace

asio::awaitable<HttpResponse> HttpRoutes::lookup_events(HttpRequest request, Admission admission,
                                                        std::shared_ptr<const Connection> connection) {
  const SignatureVerdict verdict = context_.access.check_signature(request, admission);
  if (verdict.problem != SignatureProblem::none) {
    co_return aws_error(aws_error_status(verdict.problem), aws_error_type(verdict.problem), verdict.message);
  }
  const std::string_view target = request.header("X-Amz-Target");
  if (!target.ends_with(std::string{"."} + std::string{kTarget})) {
    co_return aws_error(400, "UnknownOperationException", "This server knows LookupEvents only.");
  }
  if (auto refusal = take_encoding_off(request)) co_return std::move(*refusal);
  auto charge = std::make_shared<query::MemoryBudget::Charge>(&context_.query_memory);
  const auto work = [&] {
    charge->add(std::min(kMostOfPage, context_.query_memory.limit() / 4));
    auto snapshot = context_.snapshots.take();
    query::LookupAnswer page = query::lookup_events(*snapshot, request.body);
    context_.snapshots.give_back(std::move(snapshot));
    // Once more when it is copied to be sent.
    const std::size_t size = 2 * page.body.capacity();
    charge->shrink(size);
    charge->add(size - charge->held());
    return page;
  };
  try {
    query::LookupAnswer answer = co_await context_.queries.run(*connection, admission, work);
    HttpResponse response = lookup_response(answer.status, answer.error, std::move(answer.body));
    response.held = std::move(charge);
    co_return response;
  } catch (const query::OverBudget&) {
    co_return aws_error(400, "ThrottlingException", kNoMemory);
  } catch (const store::ReadStopped&) {
    // SDKs try 5xx again by themselves, which would take as long again.
    co_return aws_error(400, "QueryTimeoutException", query_timeout_text(context_.queries.timeout()));
  } catch (const TooManyQueries& error) {
    co_return aws_error(400, "ThrottlingException", error.what());
  }
}

// Before anything is shown, the journal has who asked, and for what.
void HttpRoutes::record_reveal(const HttpRequest& request, const Admission& admission) {
  std::string text;
  text::JsonWriter json{text};
  json.open('{').member("action", "reveal").member("command", "GET " + request.path + "?" + request.query);
  json.member("token", admission.token_name()).close('}');
  context_.intake.writer().record({text::now(), text, store::token_actor(admission.token_name(), admission.peer())});
}

asio::awaitable<HttpResponse> HttpRoutes::read(HttpRequest request, Admission admission,
                                               std::shared_ptr<const Connection> connection) {
  std::optional<std::string> first;
  const auto work = [&]() -> std::optional<QueryAnswer> {
    if (asks_to_reveal(request.query)) record_reveal(request, admission);
    auto answer = answer_query(context_.store, context_.query_memory, request.path, request.query, text::now());
    // What is wrong with a list can only be said before it begins.
    if (answer && answer->stream) {
      if (!answer->charge.try_add(std::min(kMostOfFirst, context_.query_memory.limit() / 4))) return no_memory();
      first = answer->stream->next();
    }
    return answer;
  };
  std::optional<QueryAnswer> answer;
  QueryPool& pool = request.path == "/v1/count" ? context_.counts : context_.queries;
  try {
    answer = co_await pool.run(*connection, admission, work);
  } catch (const store::ReadStopped&) {
    co_return error_response(503, query_timeout_text(pool.timeout()));
  } catch (const TooManyQueries& error) {
    co_return retry_response(503, error.what());
  }
  if (!answer) co_return error_response(404, "there is nothing at " + request.path);
  HttpResponse response;
  response.status = answer->status;
  response.content_type = answer->content_type;
  for (std::string& note : answer->notes) response.headers.emplace_back("Trailkeeper-Note", std::move(note));
  response.body = std::move(answer->body);
  response.held = std::make_shared<query::MemoryBudget::Charge>(std::move(answer->charge));
  if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
  if (first) {
    const auto list = std::make_shared<LongList>(LongList{std::move(first), std::move(answer->stream)});
    const auto who = std::make_shared<const Admission>(std::move(admission));
    response.source = [&queries = context_.queries, connection, who, list] {
      return next_piece(queries, connection, who, list);
    };
  }
  co_return response;
}

asio::awaitable<HttpResponse> HttpRoutes::tail(HttpRequest request) {
  auto parameters = parse_parameters(request.query);
  if (!parameters) co_return error_response(400, "the query string can't be read");
  query::Filter filter;
  auto charge = std::make_shared<query::MemoryBudget::Charge>(&context_.query_memory);
  std::string problem;
  try {
    problem = take_filter(*parameters, text::now(), filter, *charge);
  } catch (const query::OverBudget&) {
    co_return retry_response(503, kNoMemory);
  }
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
  const auto source = std::make_shared<TailSource>(context_.store, context_.tail, std::move(filter), context_.stopping);
  response.source = [executor = context_.following, source, charge] { return next_events(executor, source); };
  co_return response;
}

}  // namespace trailkeeper::serve
