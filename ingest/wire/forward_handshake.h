// How the Fluentd Forward protocol begins where a key is shared.
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::ingest {

/// The handshake with a shared key. The server sends hello(), gets PING, answers with PONG, and only then takes events.
class ForwardHandshake {
 public:
  /// `hostname`: the server's own name. `shared_key` must not be empty. Nonce and salt are random.
  ForwardHandshake(std::string hostname, std::string shared_key);

  /// What the server sends first (HELO).
  [[nodiscard]] std::string hello() const;

  /// Looks for a PING at the front of `window`; sets `consumed` to its length, or to 0 if it isn't complete yet.
  /// Returns the PONG to send; `accepted()` tells whether the key was right. Compares in constant time. A window of
  /// more than 64 KiB without a PING, or anything other than a PING, is refused: consumed is all of it.
  std::string answer(std::string_view window, std::size_t& consumed);
  [[nodiscard]] bool accepted() const { return accepted_; }
  /// Whether the connection should be closed.
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  std::string hostname_;
  std::string shared_key_;
  std::string nonce_;
  bool accepted_ = false;
  bool refused_ = false;
};

}  // namespace trailkeeper::ingest
