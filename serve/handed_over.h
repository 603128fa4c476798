// What a raw connection has handed to the intake and has no receipt for yet.
#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <string>

#include "serve/stream_session.h"

namespace trailkeeper::serve {

/// Lets a connection be read while what it sent before is parsed and committed: several deliveries are on their way at
/// once, up to a limit, and acknowledgements are written in the order of the deliveries. In the server's thread. To be
/// made by std::make_shared; finish() must have been awaited before the connection and the context go.
class HandedOver : public std::enable_shared_from_this<HandedOver> {
 public:
  /// More than a quarter of what may be received at all isn't on its way for one connection, but for a single delivery
  /// that is larger: enough for commits as large as replay's, and room for others. Never less than this.
  static constexpr std::size_t kLeastBytes = std::size_t{4} << 20;

  HandedOver(std::shared_ptr<Connection> connection, const StreamContext& context,
             const boost::asio::any_io_executor& executor)
      : connection_(std::move(connection)),
        context_(context),
        changed_(executor),
        most_bytes_(std::max(kLeastBytes, context.receiving.limit() / 4)),
        share_(context.receiving, context.admission) {}

  /// Waits until a delivery of usual size may be on its way: to be awaited before each is made.
  boost::asio::awaitable<void> make_room();

  /// Hands over. `acknowledgement` is written once this delivery and all before it are durable.
  boost::asio::awaitable<void> add(ingest::Delivery delivery, std::string acknowledgement);

  /// Waits until everything has its receipt and its acknowledgement.
  boost::asio::awaitable<void> finish();

  /// A delivery couldn't be made durable, or an acknowledgement not be written: nothing more is worth reading.
  [[nodiscard]] bool failed() const { return failed_; }
  /// Records that were no events: kept as rejected records.
  [[nodiscard]] std::uint64_t rejected() const { return rejected_; }
  /// Of deliveries that were given up, which the stop of a server does.
  [[nodiscard]] std::size_t lost_bytes() const { return lost_bytes_; }

 private:
  struct Entry {
    std::string acknowledgement;
    bool durable = false;
  };
  static boost::asio::awaitable<void> deliver(std::shared_ptr<HandedOver> self, std::shared_ptr<Entry> entry,
                                              ingest::Delivery delivery);
  boost::asio::awaitable<void> acknowledge();
  boost::asio::awaitable<void> change();

  std::shared_ptr<Connection> connection_;
  const StreamContext& context_;
  boost::asio::steady_timer changed_;  // Cancelled to wake who waits in change().
  std::deque<std::shared_ptr<Entry>> entries_;
  std::size_t running_ = 0;  // Coroutines.
  std::size_t bytes_ = 0;    // Memory of deliveries without a receipt: they count as being received.
  std::size_t most_bytes_;
  Budget::Share share_;
  std::size_t lost_bytes_ = 0;
  std::uint64_t rejected_ = 0;
  bool writing_ = false;
  bool failed_ = false;
};

}  // namespace trailkeeper::serve
