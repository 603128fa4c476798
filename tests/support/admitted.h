// Connections that are none, and who came in by them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "serve/access.h"
#include "serve/token_edit.h"
#include "tests/support/temporary_directory.h"

namespace trailkeeper::tests {

/// A client at an address; says and hears nothing.
class SilentConnection : public serve::Connection {
 public:
  explicit SilentConnection(std::string address = "127.0.0.1", std::string own_address = "127.0.0.1") {
    local_ = address == "127.0.0.1";
    own_loopback_ = own_address == "127.0.0.1";
    peer_ = address + ":1234";
    address_ = std::move(address);
    own_address_ = std::move(own_address);
    set_listener("http");
  }
  void show_certificate(std::vector<std::string> names) { client_names_ = std::move(names); }

  boost::asio::awaitable<bool> handshake(std::chrono::seconds, std::string&) override { co_return true; }
  [[nodiscard]] std::size_t unread() const override { return 0; }
  boost::asio::awaitable<std::size_t> read_some(std::span<char>, std::chrono::milliseconds) override { co_return 0; }
  boost::asio::awaitable<std::optional<std::size_t>> read_if_any(std::span<char>, std::chrono::milliseconds) override {
    co_return 0;
  }
  boost::asio::awaitable<bool> write(std::string_view, std::chrono::milliseconds) override { co_return false; }
  boost::asio::awaitable<void> shut_down() override { co_return; }
  void close() override {}
  void end_reading() override {}
  [[nodiscard]] bool peer_has_gone() const override { return gone; }
  bool gone = false;
};

/// A server's door, with tokens in a folder of its own.
class Door {
 public:
  explicit Door(serve::ServerOptions options = {}) : options_(std::move(options)) {}

  /// Makes a token and returns its secret.
  std::string token(const std::string& name, serve::Rights rights) {
    serve::TokenRequest request;
    request.name = name;
    request.rights = rights;
    const std::string secret = serve::create_token(path(), request, 1'714'557'600'000)->secret;
    tokens_.reload();
    return secret;
  }

  [[nodiscard]] std::string path() const { return directory_.path("tokens.json"); }
  [[nodiscard]] serve::TokenFile& tokens() { return tokens_; }
  [[nodiscard]] const serve::Access& access() const { return access_; }

  /// A sender of a raw protocol from an address.
  [[nodiscard]] serve::Admission admitted(const std::string& address = "127.0.0.1",
                                          const std::string& listener = "ndjson") const {
    SilentConnection connection{address};
    connection.set_listener(listener);
    return *access_.admit_stream(connection, true);
  }

 private:
  TemporaryDirectory directory_;
  serve::ServerOptions options_;
  serve::TokenFile tokens_{path()};
  serve::Access access_{tokens_, nullptr, options_};
};

}  // namespace trailkeeper::tests
