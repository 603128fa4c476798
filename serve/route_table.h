// Every path that the server answers, what it needs, and how much of a body it takes: one table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "serve/http_message.h"
#include "serve/tokens.h"

namespace trailkeeper::serve {

/// What answers a request.
enum class Handler : std::uint8_t {
  healthz,
  readyz,
  metrics,
  read,
  sql,
  tail,
  post_events,
  post_credits,
  bulk,
  collector,
  firehose,
  put_audit_events,
  cloudtrail,
  elasticsearch_probe,
  nothing,  ///< There is no such path.
};

/// How a request proves its right.
enum class Proof : std::uint8_t {
  none,       ///< Anybody may.
  local,      ///< From this machine anybody may; from elsewhere a token is needed.
  token,      ///< A token; to send, a client certificate will do.
  signature,  ///< AWS Signature Version 4.
};

/// How large a body may be.
enum class BodyRoom : std::uint8_t {
  little,    ///< 64 KiB: these requests have little to say.
  document,  ///< 4 MiB: AWS's limit for PutAuditEvents is 1 MB of events, which may grow when they are quoted.
  full,      ///< `--max-body`
};

struct Route {
  Handler handler;
  std::string_view methods;  ///< `POST PUT`; empty: any.
  std::string_view path;     ///< `**` stands for anything; once at most.
  Proof proof;
  Right right;
  BodyRoom body;
  /// For documents: what it is for, and the answer. Empty: as the previous row, or nothing to write about.
  std::string_view what = {};
  std::string_view header = {};  ///< Only requests that have this header.
};

/// All routes; the first that matches a request is used.
std::span<const Route> all_routes();

/// What route_of() found. If the path exists but not for the method, `route` is that of another method and `allow` has
/// the methods (`GET, HEAD`).
struct RouteFound {
  const Route* route;
  std::string allow;
};

/// The route of a request; there always is one (Handler::nothing).
RouteFound route_of(const RequestHead& head);

}  // namespace trailkeeper::serve
