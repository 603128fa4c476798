#include "serve/route_table.h"

#include <algorithm>

namespace trailkeeper::serve {
namespace {

// Elasticsearch's paths come last but one: they take names of any index.
constexpr Route kRoutes[] = {
    {Handler::healthz, "", "/healthz", Proof::none, Right::admin, BodyRoom::little, "200 as long as the process lives"},
    {Handler::readyz, "", "/readyz", Proof::none, Right::admin, BodyRoom::little,
     "200, or 503 while it stops, is full or the store fails"},
    {Handler::metrics, "", "/metrics", Proof::local, Right::admin, BodyRoom::little, "figures for Prometheus"},
    {Handler::cloudtrail, "POST", "/", Proof::signature, Right::query, BodyRoom::little,
     "CloudTrail's LookupEvents, and CloudTrail Lake's queries ([sql.md](sql.md#cloudtrail-lakes-api))",
     "X-Amz-Target"},
    {Handler::put_audit_events, "POST", "/PutAuditEvents", Proof::signature, Right::ingest, BodyRoom::document,
     R"(CloudTrail's PutAuditEvents: `{"successful":[…],"failed":[…]}`)"},
    {Handler::post_events, "POST PUT HEAD", "/v1/events", Proof::token, Right::ingest, BodyRoom::full,
     R"(events from curl, Vector, Fluent Bit, EventBridge: `{"accepted":1,"duplicate":0,"rejected":0,"errors":[]}`; `HEAD` asks whether one may)"},
    {Handler::tail, "GET", "/v1/tail", Proof::token, Right::query, BodyRoom::little, "events as they are committed"},
    {Handler::read, "GET", "/v1/events", Proof::token, Right::query, BodyRoom::little,
     "events, one a line (`application/x-ndjson`), as they came; where they are asked for by verdict, a header "
     "`Trailkeeper-Note` as for counts"},
    {Handler::read, "GET HEAD", "/v1/events/**", Proof::token, Right::query, BodyRoom::little,
     "the event with the ID, or all that share it, one a line; 404 if there is none"},
    {Handler::read, "GET HEAD", "/v1/count", Proof::token, Right::query, BodyRoom::little,
     "a JSON array, as `trailkeeper count --output json` prints it; where it is about verdicts, a header "
     "`Trailkeeper-Note` for each reason for which verdicts are unknown"},
    {Handler::sql, "GET POST", "/v1/sql", Proof::token, Right::query, BodyRoom::document,
     "the rows of a query in SQL ([sql.md](sql.md)), as `trailkeeper sql --output json` prints them; where it is "
     "wrong, "
     R"(`{"error":{"message":…,"line":2,"column":14}}`)"},
    {Handler::post_credits, "POST", "/v1/credits/import", Proof::token, Right::admin, BodyRoom::document,
     R"(credits written down: `{"facts":[…],"notices":[]}`)"},
    {Handler::post_credits, "POST", "/v1/credits/add", Proof::token, Right::admin, BodyRoom::little},
    {Handler::post_credits, "POST", "/v1/credits/apply", Proof::token, Right::admin, BodyRoom::little},
    {Handler::post_credits, "POST", "/v1/credits/decide", Proof::token, Right::admin, BodyRoom::little},
    {Handler::post_credits, "POST", "/v1/credits/correct", Proof::token, Right::admin, BodyRoom::little},
    {Handler::nothing, "", "/v1/**", Proof::token, Right::query, BodyRoom::little},
    {Handler::collector, "GET HEAD", "/services/collector/health**", Proof::token, Right::ingest, BodyRoom::little,
     "whether the collector takes events"},
    {Handler::collector, "POST", "/services/collector/ack**", Proof::token, Right::ingest, BodyRoom::little,
     "the ackIds that are durable: all that were given out"},
    {Handler::collector, "POST", "/services/collector**", Proof::token, Right::ingest, BodyRoom::full,
     R"(Splunk HEC, also `/event` and `/raw` below it: `{"text":"Success","code":0}`, with `ackId` where there is a channel)"},
    {Handler::firehose, "POST PUT", "/firehose", Proof::token, Right::ingest, BodyRoom::full,
     R"(Amazon Data Firehose: `{"requestId":…,"timestamp":…}`)"},
    {Handler::bulk, "POST PUT", "/_bulk", Proof::token, Right::ingest, BodyRoom::full,
     "Elasticsearch clients, Filebeat, rsyslog, syslog-ng: the bulk answer, a status for each item: 201; of a known "
     "event 200 (`noop`) for `index`, 409 for `create`"},
    {Handler::bulk, "POST PUT", "/**/_bulk", Proof::token, Right::ingest, BodyRoom::full},
    {Handler::bulk, "POST PUT", "/**/_doc", Proof::token, Right::ingest, BodyRoom::full,
     "the same of one event, as its status"},
    {Handler::bulk, "POST PUT", "/**/_doc/**", Proof::token, Right::ingest, BodyRoom::full},
    {Handler::bulk, "POST PUT", "/**/_create/**", Proof::token, Right::ingest, BodyRoom::full},
    {Handler::elasticsearch_probe, "GET POST", "/**_refresh", Proof::token, Right::ingest, BodyRoom::little,
     "what Elasticsearch's clients ask beside"},
    {Handler::elasticsearch_probe, "GET HEAD PUT", "/**", Proof::token, Right::ingest, BodyRoom::full},
    {Handler::nothing, "", "**", Proof::token, Right::ingest, BodyRoom::little},
};

bool fits(std::string_view pattern, std::string_view path) {
  const std::size_t any = pattern.find("**");
  if (any == std::string_view::npos) return pattern == path;
  if (!path.starts_with(pattern.substr(0, any))) return false;
  path.remove_prefix(any);
  pattern.remove_prefix(any + 2);
  // What stands between two `**` is looked for; what stands behind the last ends the path.
  for (std::size_t next = pattern.find("**"); next != std::string_view::npos; next = pattern.find("**")) {
    const std::size_t at = path.find(pattern.substr(0, next));
    if (at == std::string_view::npos) return false;
    path.remove_prefix(at + next);
    pattern.remove_prefix(next + 2);
  }
  return path.ends_with(pattern);
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t space = words.find(' ');
    if (words.substr(0, space) == word) return true;
    words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
  }
  return false;
}

void add_methods(const Route& route, std::string& allow) {
  for (const char character : route.methods) {
    if (character == ' ') {
      allow += ", ";
    } else {
      allow.push_back(character);
    }
  }
}

// Such a row takes what no other has a name for: its methods say nothing about a path.
bool takes_any_path(const Route& route) { return route.path == "/**" || route.path == "**" || route.path == "/v1/**"; }

}  // namespace

std::span<const Route> all_routes() { return kRoutes; }

RouteFound route_of(const RequestHead& head) {
  RouteFound other{nullptr, {}};
  for (const Route& route : kRoutes) {
    if (!fits(route.path, head.path)) continue;
    if (!route.header.empty() && head.header(route.header).empty()) continue;
    if (takes_any_path(route) && other.route != nullptr) break;
    if (route.methods.empty() || has_word(route.methods, head.method)) return {&route, {}};
    if (takes_any_path(route)) continue;
    if (other.route == nullptr) {
      other.route = &route;
    } else {
      other.allow += ", ";
    }
    add_methods(route, other.allow);
  }
  if (other.route != nullptr) return other;
  return {&kRoutes[std::size(kRoutes) - 1], {}};
}

}  // namespace trailkeeper::serve
