// What a raw connection has handed to the intake without having a receipt yet, and its acknowledgements.
#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <string>

#include "serve/stream_session.h"

namespace trailkeeper::serve {

/// Lets a connection be read while what it sent before is parsed and committed: several deliveries are on their way at
/// once, up to a limit, and acknowledgements are written in the order of the deliveries. Both count as being received:
/// a delivery until its receipt, an acknowledgement until it is written. A client that doesn't read its
/// acknowledgements isn't read from, and after a while its connection is closed. In the server's thread. Make it with
/// std::make_shared; finish() must have been awaited before the connection and the context go.
class HandedOver : public std::enable_shared_from_this<HandedOver> {
 public:
  /// One connection may have at most a quarter of what may be received at all on its way, unless a single delivery is
  /// larger: enough for commits as large as replay's, with room for others. Never less than this.
  static constexpr std::size_t kLeastBytes = std::size_t{4} << 20;
  /// Nor is anything read while more acknowledgements than this could be written but aren't.
  static constexpr std::size_t kMostUnwritten = std::size_t{256} << 10;
  /// How long a stop waits for a client that reads no acknowledgement; otherwise it is the time without progress in
  /// writing.
  static constexpr std::chrono::seconds kPatienceOfStop{2};

  HandedOver(std::shared_ptr<Connection> connection, const StreamContext& context,
             const boost::asio::any_io_executor& executor)
      : connection_(std::move(connection)),
        context_(context),
        changed_(executor),
        patience_(executor),
        most_bytes_(std::max(kLeastBytes, context.receiving.limit() / 4)),
        share_(context.receiving, context.admission) {}

  /// Waits until a delivery of usual size may be on its way, and acknowledgements are being read: await it before
  /// making each.
  boost::asio::awaitable<void> make_room();

  /// Hands over. `acknowledgement` is written once this delivery and all before it are durable.
  boost::asio::awaitable<void> add(ingest::Delivery delivery, std::string acknowledgement);

  /// Waits until everything has its receipt and its acknowledgement.
  boost::asio::awaitable<void> finish();

  /// A delivery couldn't be made durable, or an acknowledgement couldn't be written: nothing more is worth reading.
  [[nodiscard]] bool failed() const { return failed_; }
  /// The connection was closed because the client didn't read acknowledgements.
  [[nodiscard]] bool unread() const { return unread_; }
  /// Records that were no events: kept as rejected records.
  [[nodiscard]] std::uint64_t rejected() const { return rejected_; }
  /// Of deliveries that were given up, as happens when a server stops.
  [[nodiscard]] std::size_t lost_bytes() const { return lost_bytes_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::string acknowledgement;
    bool durable = false;
    [[nodiscard]] std::size_t memory() const { return 2 * sizeof(Entry) + acknowledgement.capacity(); }
  };
  /// Acknowledgements that are written together, and what they count as.
  struct Block {
    std::string text;
    std::size_t bytes = 0;
  };
  static boost::asio::awaitable<void> deliver(std::shared_ptr<HandedOver> self, std::shared_ptr<Entry> entry,
                                              ingest::Delivery delivery, std::size_t size);
  boost::asio::awaitable<void> acknowledge();
  boost::asio::awaitable<bool> write(const std::string& text);
  Block take_ready();
  void watch_writing();
  void fail();
  void count();
  boost::asio::awaitable<void> change();

  std::shared_ptr<Connection> connection_;
  const StreamContext& context_;
  boost::asio::steady_timer changed_;   // Cancelled to wake those who wait in change().
  boost::asio::steady_timer patience_;  // While something is being written.
  Clock::time_point writing_since_;
  Clock::time_point going_on_;                  // When there was no stop yet.
  std::deque<std::shared_ptr<Entry>> entries_;  // Without what is being written.
  std::size_t running_ = 0;                     // Coroutines.
  std::size_t delivering_ = 0;                  // Memory of deliveries without a receipt.
  std::size_t acknowledging_ = 0;               // Of entries that aren't written.
  std::size_t ready_ = 0;                       // Of those among them whose delivery is durable.
  std::size_t most_bytes_;
  Budget::Share share_;
  std::size_t lost_bytes_ = 0;
  std::uint64_t rejected_ = 0;
  bool writing_ = false;
  bool failed_ = false;
  bool unread_ = false;
};

}  // namespace trailkeeper::serve
