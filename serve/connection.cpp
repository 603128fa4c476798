#include "serve/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::beast::tcp_stream;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// IPv4 over a socket of both kinds looks like IPv6.
asio::ip::address unmapped(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

// A client that vanished without a word is found out within two minutes: its place is somebody else's.
void watch_for_silence(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::keep_alive{true}, ignored);
  constexpr std::pair<int, int> kOptions[] = {{TCP_KEEPIDLE, 60}, {TCP_KEEPINTVL, 10}, {TCP_KEEPCNT, 6}};
  for (const auto& [option, value] : kOptions) {
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
  }
}

/// Reading and writing are the same for both kinds of stream.
template <typename Stream>
class StreamConnection : public Connection {
 public:
  template <typename... Arguments>
  explicit StreamConnection(Arguments&&... arguments) : stream_(std::forward<Arguments>(arguments)...) {
    tcp::socket& socket = lowest().socket();
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    watch_for_silence(socket);
    note_peer(socket);
  }

  asio::awaitable<std::size_t> read_some(std::span<char> into, std::chrono::milliseconds timeout) override {
    lowest().expires_after(timeout);
    waiting_ = true;
    const auto [failed, got] = co_await stream_.async_read_some(asio::buffer(into.data(), into.size()), kAwait);
    waiting_ = false;
    if (!failed) bytes_read_ += got;
    co_return failed ? 0 : got;
  }

  // A stream's own timeout would close it. A cancelled read has taken nothing off the socket, nor off TLS.
  asio::awaitable<std::optional<std::size_t>> read_if_any(std::span<char> into,
                                                          std::chrono::milliseconds timeout) override {
    lowest().expires_never();
    const auto in_time = std::make_shared<bool>(false);
    asio::steady_timer limit{stream_.get_executor(), timeout};
    limit.async_wait([this, in_time](boost::system::error_code stopped) {
      if (!stopped && !std::exchange(*in_time, true)) lowest().cancel();
    });
    waiting_ = true;
    const auto [failed, got] = co_await stream_.async_read_some(asio::buffer(into.data(), into.size()), kAwait);
    waiting_ = false;
    const bool timed_out = std::exchange(*in_time, true);
    if (!failed) bytes_read_ += got;
    if (timed_out && failed == asio::error::operation_aborted) co_return std::nullopt;
    co_return failed ? 0 : got;
  }

  asio::awaitable<bool> write(std::string_view bytes, std::chrono::milliseconds timeout) override {
    while (!bytes.empty()) {
      lowest().expires_after(timeout);
      const auto [failed, put] = co_await stream_.async_write_some(asio::buffer(bytes.data(), bytes.size()), kAwait);
      if (failed) co_return false;
      bytes.remove_prefix(put);
    }
    co_return true;
  }

  void close() override { lowest().close(); }

  // Linux goes on handing out what has come, and says that the stream has ended once that is empty.
  void end_reading() override {
    boost::system::error_code ignored;
    lowest().socket().shutdown(tcp::socket::shutdown_receive, ignored);
  }

  [[nodiscard]] std::size_t unread() const override {
    boost::system::error_code failed;
    const std::size_t bytes = boost::beast::get_lowest_layer(stream_).socket().available(failed);
    return failed ? 0 : bytes;
  }

  [[nodiscard]] bool peer_has_gone() const override {
    tcp_info info{};
    socklen_t size = sizeof info;
    const int socket = const_cast<StreamConnection*>(this)->lowest().socket().native_handle();
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return true;
    return info.tcpi_state != TCP_ESTABLISHED;
  }

 protected:
  tcp_stream& lowest() { return boost::beast::get_lowest_layer(stream_); }
  Stream stream_;
};

class PlainConnection final : public StreamConnection<tcp_stream> {
 public:
  explicit PlainConnection(tcp::socket socket) : StreamConnection(std::move(socket)) {}

  asio::awaitable<bool> handshake(std::chrono::seconds, std::string&) override { co_return true; }

  asio::awaitable<void> shut_down() override {
    boost::system::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
    co_return;
  }
};

class TlsConnection final : public StreamConnection<asio::ssl::stream<tcp_stream>> {
 public:
  TlsConnection(tcp::socket socket, std::shared_ptr<asio::ssl::context> context)
      : StreamConnection(std::move(socket), *context), context_(std::move(context)) {}

  asio::awaitable<bool> handshake(std::chrono::seconds timeout, std::string& problem) override {
    lowest().expires_after(timeout);
    waiting_ = true;
    const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAwait);
    waiting_ = false;
    if (failed) {
      problem = failed.message();
      co_return false;
    }
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{SSL_get1_peer_certificate(stream_.native_handle()),
                                                                  &X509_free};
    client_names_ = certificate_names(certificate.get());
    co_return true;
  }

  asio::awaitable<void> shut_down() override {
    lowest().expires_after(std::chrono::seconds{2});
    co_await stream_.async_shutdown(kAwait);
    lowest().close();
  }

 private:
  std::shared_ptr<asio::ssl::context> context_;  // Outlives the stream's use of it.
};

}  // namespace

void Connection::note_peer(const tcp::socket& socket) {
  boost::system::error_code failed;
  const tcp::endpoint endpoint = socket.remote_endpoint(failed);
  if (failed) return;
  const bool v6 = endpoint.address().is_v6();
  peer_ = (v6 ? "[" : "") + endpoint.address().to_string() + (v6 ? "]:" : ":") + std::to_string(endpoint.port());
  address_ = unmapped(endpoint.address()).to_string();
  local_ = unmapped(endpoint.address()).is_loopback();
  const tcp::endpoint own = socket.local_endpoint(failed);
  if (failed) return;
  own_address_ = unmapped(own.address()).to_string();
  own_loopback_ = unmapped(own.address()).is_loopback();
}

std::shared_ptr<Connection> make_connection(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls) {
  if (tls) return std::make_shared<TlsConnection>(std::move(socket), std::move(tls));
  return std::make_shared<PlainConnection>(std::move(socket));
}

}  // namespace trailkeeper::serve
