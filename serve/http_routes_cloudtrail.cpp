// The routes that CloudTrail's own clients ask: LookupEvents, and CloudTrail Lake's API.
#include <algorithm>

#include "query/lookup_events.h"
#include "serve/http_routes.h"
#include "serve/lake_api.h"

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;

// What a page of LookupEvents may take while it is made.
constexpr std::size_t kMostOfPage = std::size_t{16} << 20;
constexpr const char* kNoRoomForAnswer = "queries hold all the memory that they may: try again later";

HttpResponse lookup_response(query::LookupAnswer&& answer) {
  HttpResponse response;
  response.status = answer.status;
  response.content_type = "application/x-amz-json-1.1";
  if (!answer.error.empty()) response.headers.emplace_back("x-amzn-ErrorType", answer.error);
  response.body = std::move(answer.body);
  return response;
}

// What DescribeTrails and others say about the store.
LakeStore lake_store(const store::Snapshot& snapshot) {
  LakeStore found;
  for (const store::Segment& segment : snapshot.segments()) {
    const store::SegmentHeader& header = segment.header();
    if (header.events == 0) continue;
    found.first = found.first == 0 ? header.min_time : std::min(found.first, header.min_time);
    found.last = std::max(found.last, header.max_time);
  }
  found.first = std::max<text::Timestamp>(found.first, 0);
  return found;
}

}  // namespace

asio::awaitable<HttpResponse> HttpRoutes::cloudtrail(HttpRequest request, Admission admission,
                                                     std::shared_ptr<const Connection> connection) {
  const SignatureVerdict verdict = context_.access.check_signature(request, admission);
  if (verdict.problem != SignatureProblem::none) {
    co_return aws_error(aws_error_status(verdict.problem), aws_error_type(verdict.problem), verdict.message);
  }
  const std::string_view target = request.header("X-Amz-Target");
  const std::string operation{target.substr(std::min(target.rfind('.') + 1, target.size()))};
  const bool lookup = operation == "LookupEvents";
  if (!lookup && !is_lake_operation(operation)) {
    co_return aws_error(kBadRequest, "UnknownOperationException", "This server doesn't know " + operation + ".");
  }
  if (auto refusal = take_encoding_off(request)) co_return std::move(*refusal);
  if (lookup) co_return co_await lookup_events(std::move(request), std::move(admission), std::move(connection));
  co_return co_await lake(operation, std::move(request), std::move(admission), std::move(connection));
}

asio::awaitable<HttpResponse> HttpRoutes::lake(std::string operation, HttpRequest request, Admission admission,
                                               std::shared_ptr<const Connection> connection) {
  const bool starts = operation == "StartQuery";
  const bool asks_store = operation == "GetEventDataStore" || operation == "GetTrailStatus";
  query::LookupAnswer answer;
  try {
    if (starts) {
      auto start = co_await context_.queries.run(*connection, admission, [&] {
        return read_start_query(context_.store.snapshot(), context_.saved, request.body);
      });
      if (auto* const wrong = std::get_if<query::LookupAnswer>(&start)) {
        answer = std::move(*wrong);
      } else {
        answer = start_query(context_.lake, std::get<LakeStart>(std::move(start)));
      }
    } else {
      LakeStore store;
      if (asks_store) {
        store = co_await context_.queries.run(*connection, admission,
                                              [&] { return lake_store(context_.store.snapshot()); });
      }
      answer = answer_lake(context_.lake, context_.saved, store, operation, request.body);
    }
  } catch (const store::ReadStopped&) {
    co_return aws_error(kBadRequest, "QueryTimeoutException", query_timeout_text(context_.queries.timeout()));
  } catch (const TooManyQueries& error) {
    co_return aws_error(kBadRequest, "ThrottlingException", error.what());
  }
  auto charge = std::make_shared<query::MemoryBudget::Charge>(&context_.query_memory);
  if (!charge->try_add(2 * answer.body.capacity()))
    co_return aws_error(kBadRequest, "ThrottlingException", kNoRoomForAnswer);
  HttpResponse response = lookup_response(std::move(answer));
  response.held = std::move(charge);
  co_return response;
}

asio::awaitable<HttpResponse> HttpRoutes::lookup_events(HttpRequest request, Admission admission,
                                                        std::shared_ptr<const Connection> connection) {
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
    HttpResponse response = lookup_response(std::move(answer));
    response.held = std::move(charge);
    co_return response;
  } catch (const query::OverBudget&) {
    co_return aws_error(400, "ThrottlingException", kNoRoomForAnswer);
  } catch (const store::ReadStopped&) {
    // SDKs try 5xx again by themselves, which would take as long again.
    co_return aws_error(400, "QueryTimeoutException", query_timeout_text(context_.queries.timeout()));
  } catch (const TooManyQueries& error) {
    co_return aws_error(400, "ThrottlingException", error.what());
  }
}

}  // namespace trailkeeper::serve
