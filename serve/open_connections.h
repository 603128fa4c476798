// The connections that are open: how many there are, whose they are, and how they end.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "serve/complaint_log.h"
#include "serve/connection.h"
#include "serve/options.h"

namespace trailkeeper::serve {

/// Used in one thread. Connections are removed before they go.
class OpenConnections {
 public:
  using Clock = std::chrono::steady_clock;

  /// Both outlive it.
  OpenConnections(const ServerOptions& options, ComplaintLog& complaints)
      : options_(options), complaints_(complaints) {}

  [[nodiscard]] std::size_t size() const { return all_.size(); }
  /// Those of them that don't speak HTTP.
  [[nodiscard]] std::size_t raw() const { return raw_.size(); }
  /// Whether there are as many as --max-connections allows.
  [[nodiscard]] bool full() const { return size() >= options_.max_connections; }
  /// How many the connection's peer has.
  [[nodiscard]] std::size_t of_peer(const Connection& connection) const;
  /// Whether its peer may have one more: a peer beyond this machine leaves places for others.
  [[nodiscard]] bool has_place_for(const Connection& connection) const;

  void add(Connection& connection, bool is_raw);
  void remove(Connection& connection);

  /// At a stop: reads what the senders of raw protocols have sent, for three quarters of --drain-timeout at most, and
  /// ends reading. `limit` is when that timeout is over.
  boost::asio::awaitable<void> hear_out(boost::asio::steady_timer& timer, Clock::time_point limit);

  /// Closes all, and says whose bytes are lost.
  void close_all();

  /// What a stop looks after connections by.
  static constexpr std::chrono::milliseconds kStep{100};

 private:
  const ServerOptions& options_;
  ComplaintLog& complaints_;
  std::unordered_set<Connection*> all_;
  std::unordered_set<Connection*> raw_;
  std::unordered_map<std::string, std::size_t> of_peer_;  // By the peer's address.
};

}  // namespace trailkeeper::serve
