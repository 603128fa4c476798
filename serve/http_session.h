// HTTP/1.1 over one connection: reads requests, has them answered, writes the answers.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "serve/budget.h"
#include "serve/connection.h"
#include "serve/http_message.h"
#include "serve/options.h"

namespace trailkeeper::serve {

/// Answers a request; for one at a time of each connection.
using HttpHandler = std::function<boost::asio::awaitable<HttpResponse>(HttpRequest, const Connection&)>;

/// What is wrong with a request of which only the header is there; nothing if its body may come.
using HttpGate = std::function<std::optional<HttpResponse>(const HttpRequest&, const Connection&)>;

/// What sessions share. All of it outlives them.
struct HttpContext {
  const ServerOptions& options;
  Budget& receiving;
  boost::asio::any_io_executor blocking;  ///< Where BodySources are called.
  const std::atomic<bool>& stopping;      ///< Connections close behind the answer they are at.
  HttpHandler handler;
  HttpGate gate;                                   ///< Asked before room is made for a body.
  std::function<void(const std::string&)> failed;  ///< Told what a handler threw.
};

/// Serves a connection until it ends. RFC 9112; pipelined requests are answered in order. Bounded: header 16 KiB, body
/// options.max_body: more is answered with 413, 431 or 503 and the connection closed. A request that doesn't
/// arrive in time ends the connection without a word (RFC 9110 section 15.5.9 allows for it).
boost::asio::awaitable<void> serve_http(std::shared_ptr<Connection> connection, const HttpContext& context);

}  // namespace trailkeeper::serve
