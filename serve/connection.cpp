#include "serve/connection.h"

#include <openssl/x509v3.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::beast::tcp_stream;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

std::vector<std::string> names_of(SSL* ssl) {
  std::vector<std::string> names;
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{SSL_get1_peer_certificate(ssl), &X509_free};
  if (!certificate) return names;
  char name[256];
  const int length =
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
  if (length > 0) names.emplace_back(name, static_cast<std::size_t>(length));
  auto* const alternatives =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives); ++i) {
    const GENERAL_NAME* const alternative = sk_GENERAL_NAME_value(alternatives, i);
    if (alternative->type != GEN_DNS) continue;
    names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(alternative->d.dNSName)),
                       static_cast<std::size_t>(ASN1_STRING_length(alternative->d.dNSName)));
  }
  GENERAL_NAMES_free(alternatives);
  return names;
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
    socket.set_option(asio::socket_base::keep_alive{true}, ignored);
    note_peer(socket);
  }

  asio::awaitable<std::size_t> read_some(std::span<char> into, std::chrono::milliseconds timeout) override {
    lowest().expires_after(timeout);
    const auto [failed, got] = co_await stream_.async_read_some(asio::buffer(into.data(), into.size()), kAwait);
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

 protected:
  tcp_stream& lowest() { return boost::beast::get_lowest_layer(stream_); }
  Stream stream_;
};

class PlainConnection final : public StreamConnection<tcp_stream> {
 public:
  explicit PlainConnection(tcp::socket socket) : StreamConnection(std::move(socket)) {}

  asio::awaitable<bool> handshake(std::chrono::seconds) override { co_return true; }

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

  asio::awaitable<bool> handshake(std::chrono::seconds timeout) override {
    lowest().expires_after(timeout);
    const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAwait);
    if (failed) co_return false;
    client_names_ = names_of(stream_.native_handle());
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
  local_ = endpoint.address().is_loopback();
}

std::shared_ptr<Connection> make_connection(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls) {
  if (tls) return std::make_shared<TlsConnection>(std::move(socket), std::move(tls));
  return std::make_shared<PlainConnection>(std::move(socket));
}

}  // namespace trailkeeper::serve
