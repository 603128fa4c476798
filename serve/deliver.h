// From the server's coroutines to the intake's threads and back.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>

#include "ingest/intake.h"

namespace trailkeeper::serve {

/// What a listener counts; written in the server's thread, read from any.
struct ListenerFigures {
  std::atomic<std::uint64_t> connections{0};  ///< Ever accepted.
  std::atomic<std::uint64_t> open{0};
  std::atomic<std::uint64_t> requests{0};  ///< HTTP requests, or messages that were acknowledged.
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> duplicates{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> refused{0};  ///< Deliveries that the sender must try again.
  std::atomic<std::uint64_t> dropped{0};  ///< Bytes that came and are neither stored nor kept as rejected records.

  void add(const ingest::Receipt& receipt, std::size_t size);
};

/// Waits for the receipt. If too much is in flight, the status is `busy` at once, and nothing is taken.
boost::asio::awaitable<ingest::Receipt> deliver(ingest::Intake& intake, ingest::Delivery delivery,
                                                ListenerFigures& figures);

/// Waits until the intake has room again.
boost::asio::awaitable<void> room(ingest::Intake& intake);

/// As deliver(), for senders that can't be told to come back: waits until there is room, and tries again until the
/// store takes it (space may become free on a full disk). Gives up only when `stopping`.
boost::asio::awaitable<ingest::Receipt> deliver_patiently(ingest::Intake& intake, ingest::Delivery delivery,
                                                          ListenerFigures& figures, const std::atomic<bool>& stopping);

}  // namespace trailkeeper::serve
