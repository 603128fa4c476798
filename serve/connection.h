// A client's connection, plain or TLS.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "serve/tls_context.h"

namespace trailkeeper::serve {

/// Used in one thread, that of its executor. Nothing here throws; a connection that failed reads as ended.
class Connection {
 public:
  virtual ~Connection() = default;
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// TLS handshake; true at once without TLS. If false, `problem` says why, as OpenSSL does.
  virtual boost::asio::awaitable<bool> handshake(std::chrono::seconds timeout, std::string& problem) = 0;

  /// Waits for bytes. 0: the client closed its side, nothing came in time, or the connection failed.
  virtual boost::asio::awaitable<std::size_t> read_some(std::span<char> into, std::chrono::milliseconds timeout) = 0;

  /// As read_some, but nothing if nothing came in time: the connection goes on.
  virtual boost::asio::awaitable<std::optional<std::size_t>> read_if_any(std::span<char> into,
                                                                         std::chrono::milliseconds timeout) = 0;

  /// Writes all. False if it couldn't; `timeout` is for each part that is taken.
  virtual boost::asio::awaitable<bool> write(std::string_view bytes, std::chrono::milliseconds timeout) = 0;

  /// Says goodbye (TLS close_notify) and closes.
  virtual boost::asio::awaitable<void> shut_down() = 0;

  /// Cancels whatever is being waited for; the connection is closed. From its thread.
  virtual void close() = 0;

  /// From now on reading ends where the data ends that the kernel has received: what the client still sends isn't
  /// waited for.
  virtual void end_reading() = 0;

  /// Whether a handshake or a read is waiting for bytes; false while bytes that were read are being processed.
  [[nodiscard]] bool waiting() const { return waiting_; }

  /// Bytes that the kernel has received and read_some() hasn't returned.
  [[nodiscard]] virtual std::size_t unread() const = 0;
  /// Bytes that read_some() has returned.
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

  /// Whether the client has closed its side, or the connection is broken; works even while nothing is read from it.
  [[nodiscard]] virtual bool peer_has_gone() const = 0;

  /// The name of the listener that accepted it.
  [[nodiscard]] const std::string& listener() const { return listener_; }
  void set_listener(std::string name) { listener_ = std::move(name); }

  /// The client's address and port, for logs.
  [[nodiscard]] const std::string& peer() const { return peer_; }
  /// The client's address alone.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// The address of this machine that the client connected to.
  [[nodiscard]] const std::string& own_address() const { return own_address_; }
  [[nodiscard]] bool own_address_is_loopback() const { return own_loopback_; }
  /// Whether the peer is this machine.
  [[nodiscard]] bool local() const { return local_; }
  /// Common name and DNS names of the client's certificate, if it showed one.
  [[nodiscard]] const std::vector<std::string>& client_names() const { return client_names_; }

 protected:
  void note_peer(const boost::asio::ip::tcp::socket& socket);
  std::uint64_t bytes_read_ = 0;
  bool local_ = false;
  bool own_loopback_ = false;
  std::string address_;
  std::string own_address_;
  bool waiting_ = false;
  std::string listener_;
  std::string peer_;
  std::vector<std::string> client_names_;
};

/// `tls` null: plain.
std::shared_ptr<Connection> make_connection(boost::asio::ip::tcp::socket socket,
                                            std::shared_ptr<boost::asio::ssl::context> tls);

}  // namespace trailkeeper::serve
