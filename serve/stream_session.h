// The protocols over bare TCP: NDJSON, syslog and forward.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "ingest/intake.h"
#include "serve/admission.h"
#include "serve/budget.h"
#include "serve/connection.h"
#include "serve/deliver.h"
#include "serve/options.h"

namespace trailkeeper::serve {

/// What sessions share. All of it outlives them.
struct StreamContext {
  const ServerOptions& options;
  ingest::Intake& intake;
  Budget& receiving;
  Budget& unproven;  ///< For handshakes.
  const Admission& admission;
  ListenerFigures& figures;
  const std::atomic<bool>& stopping;             ///< What the store refuses isn't tried again.
  std::function<void(const std::string&)> warn;  ///< Told at once of the first bytes that a connection loses.
};

/// Why a session ended, for the log; empty: the client left.
using SessionEnd = std::string;

/// Each serves a connection until it ends, or until the server stops, by Connection::end_reading(). What came in one
/// read is one delivery. While a connection has as much on its way to the disk as it may (HandedOver), or the store
/// takes nothing (a full disk), no more is read, so that the sender is slowed down. Data that is lost, because it can't
/// be understood or kept, is counted in the figures. NDJSON and syslog have no acknowledgement.
boost::asio::awaitable<SessionEnd> serve_ndjson(std::shared_ptr<Connection> connection, const StreamContext& context);
boost::asio::awaitable<SessionEnd> serve_syslog(std::shared_ptr<Connection> connection, const StreamContext& context);

/// Acknowledges chunks that ask for it once they are durable; with options.forward_shared_key only after the handshake.
boost::asio::awaitable<SessionEnd> serve_forward(std::shared_ptr<Connection> connection, const StreamContext& context);

}  // namespace trailkeeper::serve
