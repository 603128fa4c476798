// HTTP/1.1 over one connection: reads requests, has them answered, writes the answers.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "query/memory_budget.h"
#include "serve/admission.h"
#include "serve/budget.h"
#include "serve/complaint_log.h"
#include "serve/connection.h"
#include "serve/http_message.h"
#include "serve/options.h"

namespace trailkeeper::serve {

/// Answers a request that was let in; one at a time for each connection.
using HttpHandler = std::function<boost::asio::awaitable<HttpResponse>(Admission, HttpRequest)>;

/// Decides by a request's head whether its body may come and it is answered, or what it is told instead.
using HttpGate = std::function<std::variant<Admission, HttpResponse>(const RequestHead&, const Connection&)>;

/// What sessions share. All of it outlives them.
struct HttpContext {
  const ServerOptions& options;
  Budget& receiving;
  query::MemoryBudget& answers;       ///< For pieces of answers that are made as they are sent.
  Budget& unproven;                   ///< For bodies that come before the signature over them can be checked.
  const std::atomic<bool>& stopping;  ///< Connections close after the answer that they are at.
  HttpGate gate;
  HttpHandler handler;
  std::function<void(Complaint, const std::string&)> complain;  ///< For the log.
};

/// Serves a connection until it ends. RFC 9112; pipelined requests are answered in order. Nothing is done for a
/// request, and no room is made for it, before the gate has let it in. Bounded: header 16 KiB, body
/// Admission::body_limit(): more is answered with 413, 431 or 503 and the connection closed. A request that doesn't
/// arrive in time ends the connection without an answer (RFC 9110 section 15.5.9 allows that).
boost::asio::awaitable<void> serve_http(std::shared_ptr<Connection> connection, const HttpContext& context);

}  // namespace trailkeeper::serve
