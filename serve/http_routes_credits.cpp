// The routes that write down facts of the credit programme: /v1/credits/…

#include "query/known_facts.h"
#include "rules/credits/billing_import.h"
#include "rules/credits/own_request.h"
#include "serve/http_query.h"
#include "serve/http_routes.h"
#include "serve/query_parameters.h"
#include "store/actor.h"
#include "text/clock.h"
#include "text/json_writer.h"
#include "text/time_argument.h"

namespace trailkeeper::serve {
namespace {

namespace credits = rules::credits;
using ingest::Receipt;

constexpr std::string_view kPrefix = "/v1/credits/";

/// What a request asks to have written down, or what is wrong with it.
struct Wanted {
  std::vector<credits::OwnFact> facts;
  std::vector<std::string> notices;
  std::string problem;
};

Wanted wanted_import(const HttpRequest& request) {
  const text::Timestamp present = text::now() / text::kSecond * text::kSecond;
  text::Timestamp as_of = present;
  bool given = false;
  const auto parameters = parse_parameters(request.query);
  if (!parameters) return {{}, {}, "the query string has a broken %-escape, or too many parameters"};
  for (const Parameter& parameter : *parameters) {
    if (parameter.name != "as-of") return {{}, {}, "the parameter " + parameter.name + " isn't known here"};
    const auto time = text::parse_time_argument(parameter.value, present);
    if (!time || *time > present) return {{}, {}, "as-of must be a time that has been, not '" + parameter.value + "'"};
    as_of = *time / text::kSecond * text::kSecond;
    given = true;
  }
  auto made = credits::import_of(request.body, as_of, given);
  if (!made) return {{}, {}, made.error().message + " (byte " + std::to_string(made.error().offset) + ")"};
  return {std::move(made->facts), std::move(made->notices), ""};
}

Wanted wanted(const HttpRequest& request, const credits::Pseudonymiser& names) {
  const std::string_view word = std::string_view{request.path}.substr(kPrefix.size());
  if (word == "import") return wanted_import(request);
  const auto verb = credits::own_verb(word);
  if (!verb) return {{}, {}, "there is no such fact"};
  const auto values = credits::own_values(*verb, request.body);
  if (!values) return {{}, {}, values.error().path + " " + values.error().message};
  auto fact = credits::own_fact(*verb, *values, text::now() / text::kSecond * text::kSecond, names);
  if (!fact) return {{}, {}, credits::member_name(fact.error().path) + " " + fact.error().message};
  return {{std::move(*fact)}, {}, ""};
}

std::string answer_text(const std::vector<query::KnownFact>& facts, const std::vector<std::string>& notices) {
  std::string body;
  text::JsonWriter json{body};
  json.open('{').table("facts", facts, [&json](const query::KnownFact& fact) {
    json.member("id", fact.fact.subject).member("account", fact.fact.account).member("fact", fact.fact.name);
    json.member("time", text::format_timestamp(fact.fact.time)).member("eventID", fact.event_id);
    json.member("new", !fact.known);
  });
  json.list("notices", notices).close('}');
  return body + "\n";
}

}  // namespace

boost::asio::awaitable<HttpResponse> HttpRoutes::post_credits(HttpRequest request, Admission admission,
                                                              std::shared_ptr<const Connection> connection) {
  if (auto refusal = take_encoding_off(request)) co_return std::move(*refusal);
  const std::string verb = request.path.substr(kPrefix.size());
  const std::string by = store::token_actor(admission.token_name(), admission.peer());
  std::vector<std::string> notices;
  std::string problem;
  const auto work = [&] {
    const store::Snapshot snapshot = context_.store.snapshot();
    Wanted want = wanted(request, query::fact_names(snapshot));
    notices = std::move(want.notices);
    problem = std::move(want.problem);
    std::vector<query::KnownFact> known = query::known_facts(snapshot, std::move(want.facts));
    if (problem.empty()) problem = query::objection(snapshot, known);
    return known;
  };
  std::vector<query::KnownFact> facts;
  try {
    facts = co_await context_.queries.run(*connection, admission, work);
  } catch (const store::ReadStopped&) {
    co_return retry_response(503, query_timeout_text(context_.queries.timeout()));
  } catch (const TooManyQueries& error) {
    co_return retry_response(503, error.what());
  }
  if (!problem.empty()) co_return error_response(kBadRequest, problem);
  ingest::Delivery delivery;
  delivery.source = "credits-" + verb;
  for (const query::KnownFact& fact : facts) {
    if (!fact.known) delivery.add(credits::own_event(fact.fact, fact.event_id, by, text::now()), 0);
  }
  HttpResponse response;
  response.body = answer_text(facts, notices);
  if (delivery.documents.empty()) co_return response;
  const Receipt receipt = co_await deliver(context_.intake, std::move(delivery), figures_);
  if (receipt.status != Receipt::Status::durable) co_return refusal_response(receipt.status);
  context_.intake.writer().record({text::now(), query::journal_text(verb, facts), by});
  co_return response;
}

}  // namespace trailkeeper::serve
