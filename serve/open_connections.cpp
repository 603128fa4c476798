#include "serve/open_connections.h"

#include <boost/asio/use_awaitable.hpp>

namespace trailkeeper::serve {

namespace asio = boost::asio;

std::size_t OpenConnections::of_peer(const Connection& connection) const {
  const auto found = of_peer_.find(connection.address());
  return found == of_peer_.end() ? 0 : found->second;
}

bool OpenConnections::has_place_for(const Connection& connection) const {
  const std::size_t most_of_one = options_.max_connections - options_.max_connections / 4;
  return connection.local() || of_peer(connection) < most_of_one;
}

void OpenConnections::add(Connection& connection, bool is_raw) {
  ++of_peer_[connection.address()];
  all_.insert(&connection);
  if (is_raw) raw_.insert(&connection);
}

void OpenConnections::remove(Connection& connection) {
  all_.erase(&connection);
  raw_.erase(&connection);
  if (--of_peer_[connection.address()] == 0) of_peer_.erase(connection.address());
}

// Senders of raw protocols can't be told to come back: what they have sent is read, which the kernel knows and no
// clock does. Where it has nothing, twice in a row, the sender's buffers are empty too: they would have filled ours.
// Of who sends without end so much is read as both sides' buffers hold at most.
asio::awaitable<void> OpenConnections::hear_out(asio::steady_timer& timer, Clock::time_point limit) {
  constexpr std::uint64_t kBuffers = std::uint64_t{16} << 20;
  struct Heard {
    std::uint64_t before;
    bool empty = false;
  };
  std::unordered_map<Connection*, Heard> heard;
  std::unordered_set<Connection*> done;
  while (!raw_.empty() && Clock::now() < limit - options_.drain_timeout / 4) {
    timer.expires_after(kStep);
    co_await timer.async_wait(asio::use_awaitable);
    done.clear();
    for (Connection* const connection : raw_) {
      Heard& of = heard.try_emplace(connection, Heard{connection->bytes_read()}).first->second;
      const bool empty = connection->waiting() && connection->unread() == 0;
      if (!(empty && of.empty) && connection->bytes_read() - of.before < kBuffers) {
        of.empty = empty;
        continue;
      }
      connection->end_reading();
      done.insert(connection);
    }
    if (done.size() == raw_.size()) co_return;
  }
  for (Connection* const connection : raw_) {
    if (done.contains(connection)) continue;
    complaints_.say(Complaint::loss, connection->listener(), connection->peer(),
                    "was still sending when three quarters of --drain-timeout were over: what it sent last isn't read");
    connection->end_reading();
  }
}

void OpenConnections::close_all() {
  for (const Connection* const connection : raw_) {
    complaints_.say(Complaint::loss, connection->listener(), connection->peer(),
                    "was still sending when --drain-timeout was over");
  }
  for (Connection* const connection : all_) connection->close();
}

}  // namespace trailkeeper::serve
