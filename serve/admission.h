// Proof that a client was let in, and for what: without one nothing takes up room and nothing is done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "serve/route_table.h"
#include "serve/tokens.h"

namespace trailkeeper::serve {

class Access;

/// Only Access makes one, from a request's head or a connection of a raw protocol. Whatever reserves room for a body,
/// or answers, takes one as an argument. Used in the server's thread.
class Admission {
 public:
  /// Null for a raw protocol.
  [[nodiscard]] const Route* route() const { return route_; }
  /// Bytes that a request's body may have.
  [[nodiscard]] std::size_t body_limit() const { return body_limit_; }
  /// False while the sender has only claimed who it is: its signature covers the body, which has to come first.
  [[nodiscard]] bool proven() const { return proven_; }
  /// The name of the token; empty where none was needed.
  [[nodiscard]] const std::string& token_name() const { return token_name_; }
  /// The peer's address without port: the key by which shares are counted.
  [[nodiscard]] const std::string& peer() const { return peer_; }
  /// The listener's name.
  [[nodiscard]] const std::string& listener() const { return listener_; }
  /// Whether the client would still be let in now: false once the token is revoked or has expired. Whatever goes on for
  /// long has to ask again and again.
  [[nodiscard]] bool holds() const;

 private:
  friend class Access;
  enum class By : std::uint8_t { nothing, open_door, certificate, token, access_key };

  explicit Admission(const Access& access) : access_(&access) {}

  const Access* access_;
  const Route* route_ = nullptr;
  By by_ = By::nothing;
  bool proven_ = true;
  bool local_ = false;
  std::size_t body_limit_ = 0;
  std::string peer_;
  std::string listener_;
  std::string token_name_;
  text::Sha256 token_hash_{};
};

}  // namespace trailkeeper::serve
