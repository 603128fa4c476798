// The routes that read.
#include <algorithm>
#include <chrono>

#include "serve/elsewhere.h"
#include "serve/http_query.h"
#include "serve/http_routes.h"
#include "serve/http_sql.h"
#include "serve/query_parameters.h"
#include "store/actor.h"
#include "text/clock.h"
#include "text/json_text.h"
#include "text/json_writer.h"

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;

// What a list holds until its first piece is sent.
constexpr std::size_t kMostOfFirst = std::size_t{192} << 10;

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

// Without the chunks of a long one, which stay in it.
HttpResponse query_response(QueryAnswer&& answer) {
  HttpResponse response;
  response.status = answer.status;
  response.content_type = std::move(answer.content_type);
  for (std::string& note : answer.notes) response.headers.emplace_back("Trailkeeper-Note", std::move(note));
  response.body = std::move(answer.body);
  response.held = std::make_shared<query::MemoryBudget::Charge>(std::move(answer.charge));
  if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
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

// Before anything is shown, the journal has who asked, and for what.
void HttpRoutes::record_reveal(const std::string& command, const Admission& admission) {
  std::string text;
  text::JsonWriter json{text};
  json.open('{').member("action", "reveal").member("command", command);
  json.member("token", admission.token_name()).close('}');
  context_.intake.writer().record({text::now(), text, store::token_actor(admission.token_name(), admission.peer())});
}

asio::awaitable<HttpResponse> HttpRoutes::read(HttpRequest request, Admission admission,
                                               std::shared_ptr<const Connection> connection) {
  std::optional<std::string> first;
  const auto work = [&]() -> std::optional<QueryAnswer> {
    if (asks_to_reveal(request.query)) record_reveal("GET " + request.path + "?" + request.query, admission);
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
  HttpResponse response = query_response(std::move(*answer));
  if (first) {
    const auto list = std::make_shared<LongList>(LongList{std::move(first), std::move(answer->stream)});
    const auto who = std::make_shared<const Admission>(std::move(admission));
    response.source = [&queries = context_.queries, connection, who, list] {
      return next_piece(queries, connection, who, list);
    };
  }
  co_return response;
}

asio::awaitable<HttpResponse> HttpRoutes::sql(HttpRequest request, Admission admission,
                                              std::shared_ptr<const Connection> connection) {
  if (auto refusal = take_encoding_off(request)) co_return std::move(*refusal);
  const auto work = [&] {
    auto asked = asked_sql(request.query, request.header("Content-Type"), request.body);
    if (auto* const wrong = std::get_if<QueryAnswer>(&asked)) return std::move(*wrong);
    const AskedSql& question = std::get<AskedSql>(asked);
    if (question.reveal) record_reveal(request.method + " /v1/sql: " + question.text, admission);
    return answer_sql(context_.store, context_.query_memory, question);
  };
  try {
    co_return query_response(co_await context_.counts.run(*connection, admission, work));
  } catch (const store::ReadStopped&) {
    co_return error_response(503, query_timeout_text(context_.counts.timeout()));
  } catch (const TooManyQueries& error) {
    co_return retry_response(503, error.what());
  }
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
