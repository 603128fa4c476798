#include "cli/event_source.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <charconv>
#include <chrono>
#include <csignal>
#include <exception>
#include <utility>
#include <vector>

namespace trailkeeper::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kConnectTimeout{15};
// The server gives a sign every second.
constexpr std::chrono::seconds kSilenceTimeout{15};
constexpr milliseconds kFirstPause{250};
constexpr milliseconds kLongestPause{30'000};
constexpr std::size_t kAnswerReadBytes = std::size_t{64} << 10U;
constexpr std::size_t kErrorBytes = std::size_t{4} << 10U;

bool is_address(const std::string& host) {
  boost::system::error_code failed;
  asio::ip::make_address(host, failed);
  return !failed;
}

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

/// The server has no events for now.
class NotNow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A client for as long as the program runs.
class Client {
 public:
  Client(const EventSourceOptions& options, const EventSourceHandlers& handlers)
      : options_(options), handlers_(handlers) {
    if (!options_.url.tls) return;
    tls_.set_verify_mode(asio::ssl::verify_peer);
    if (options_.ca_file.empty()) {
      tls_.set_default_verify_paths();
      return;
    }
    boost::system::error_code failed;
    tls_.load_verify_file(options_.ca_file, failed);
    if (failed)
      throw std::runtime_error("cannot use the certificates of " + options_.ca_file + ": " + failed.message());
  }

  void run() {
    asio::signal_set signals{io_, SIGINT, SIGTERM};
    signals.async_wait([this](const boost::system::error_code& failed, int) {
      if (!failed) io_.stop();
    });
    std::exception_ptr problem;
    asio::co_spawn(io_, follow(), [&](const std::exception_ptr& thrown) {
      problem = thrown;
      io_.stop();
    });
    io_.run();
    if (problem) std::rethrow_exception(problem);
  }

 private:
  asio::awaitable<void> follow() {
    milliseconds pause = kFirstPause;
    bool ever = false;
    for (;;) {
      connected_ = false;
      std::string problem;
      try {
        co_await follow_once(ever);
        problem = "the server ended it";
      } catch (const boost::system::system_error& error) {
        problem = error.code() == beast::error::timeout ? "the server is silent" : error.code().message();
      } catch (const NotNow& error) {
        problem = error.what();
      }
      if (!connected_ && !ever) {
        throw std::runtime_error("cannot follow " + options_.url.authority() + ": " + problem +
                                 "; --url names a server (trailkeeper serve)");
      }
      if (connected_) {
        handlers_.notice("the connection is lost (" + problem + "); trying to connect again");
        pause = kFirstPause;
      }
      ever = true;
      asio::steady_timer timer{io_, pause};
      co_await timer.async_wait(asio::use_awaitable);
      pause = std::min(2 * pause, kLongestPause);
    }
  }

  asio::awaitable<void> follow_once(bool again) {
    tcp::resolver resolver{io_};
    const auto endpoints =
        co_await resolver.async_resolve(options_.url.host, std::to_string(options_.url.port), asio::use_awaitable);
    if (!options_.url.tls) {
      beast::tcp_stream stream{io_};
      stream.expires_after(kConnectTimeout);
      co_await stream.async_connect(endpoints, asio::use_awaitable);
      co_await read_events(stream, stream, again);
      co_return;
    }
    beast::ssl_stream<beast::tcp_stream> stream{io_, tls_};
    stream.set_verify_callback(asio::ssl::host_name_verification{options_.url.host});
    if (!is_address(options_.url.host)) {
      // What SSL_set_tlsext_host_name is short for, without its cast.
      std::string name = options_.url.host;
      SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    }
    beast::tcp_stream& socket = beast::get_lowest_layer(stream);
    socket.expires_after(kConnectTimeout);
    co_await socket.async_connect(endpoints, asio::use_awaitable);
    co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
    co_await read_events(stream, socket, again);
  }

  template <typename Stream>
  asio::awaitable<void> read_events(Stream& stream, beast::tcp_stream& socket, bool again) {
    http::request<http::empty_body> request{http::verb::get, options_.target, 11};
    request.set(http::field::host, options_.url.authority());
    request.set(http::field::user_agent, "trailkeeper/" TRAILKEEPER_VERSION);
    request.set(http::field::accept, "text/event-stream");
    if (!options_.token.empty()) request.set(http::field::authorization, "Bearer " + options_.token);
    co_await http::async_write(stream, request, asio::use_awaitable);

    beast::flat_buffer buffer;
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    socket.expires_after(kSilenceTimeout);
    co_await http::async_read_header(stream, buffer, parser, asio::use_awaitable);
    if (parser.get().result() != http::status::ok) co_await refused(stream, buffer, parser);
    const auto type = parser.get()[http::field::content_type];
    if (!type.starts_with("text/event-stream"))
      throw SourceRefused("this isn't a trailkeeper server: it sends no events");
    connected_ = true;
    if (again) handlers_.notice("connected again; what was committed meanwhile is not shown");
    SentEvents events;
    std::vector<char> piece(kAnswerReadBytes);
    while (!parser.is_done()) {
      socket.expires_after(kSilenceTimeout);
      const std::size_t size = co_await read_piece(stream, buffer, parser, piece);
      events.feed({piece.data(), size}, handlers_.take);
      handlers_.pause();
    }
  }

  template <typename Stream>
  static asio::awaitable<std::size_t> read_piece(Stream& stream, beast::flat_buffer& buffer,
                                                 http::response_parser<http::buffer_body>& parser,
                                                 std::vector<char>& piece) {
    auto& body = parser.get().body();
    body.data = piece.data();
    body.size = piece.size();
    boost::system::error_code failed;
    co_await http::async_read_some(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, failed));
    if (failed && failed != http::error::need_buffer) throw boost::system::system_error{failed};
    co_return piece.size() - body.size;
  }

  // Throws: SourceRefused for what won't get better by itself.
  template <typename Stream>
  asio::awaitable<void> refused(Stream& stream, beast::flat_buffer& buffer,
                                http::response_parser<http::buffer_body>& parser) {
    const unsigned status = parser.get().result_int();
    std::string body;
    std::vector<char> piece(kErrorBytes);
    while (!parser.is_done() && body.size() < kErrorBytes) {
      const std::size_t size = co_await read_piece(stream, buffer, parser, piece);
      body.append(piece.data(), size);
    }
    while (body.ends_with('\n')) body.pop_back();
    const std::string text = "the server answers " + std::to_string(status) + (body.empty() ? "" : ": ") + body;
    if (status >= 500 || status == 429 || status == 408) throw NotNow(text);
    throw SourceRefused(text);
  }

  const EventSourceOptions& options_;
  const EventSourceHandlers& handlers_;
  asio::io_context io_{1};
  asio::ssl::context tls_{asio::ssl::context::tls_client};
  bool connected_ = false;
};

}  // namespace

text::Result<ServerUrl> ServerUrl::parse(std::string_view text) {
  const auto wrong = [&](const char* why) {
    return text::Problem{
        "'" + std::string{text} + "' isn't a server's URL (" + why + "); give http://HOST:PORT or https://HOST:PORT",
        "", 0};
  };
  ServerUrl url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    url.tls = true;
  } else if (!rest.starts_with("http://")) {
    return wrong("it begins with neither http:// nor https://");
  }
  rest.remove_prefix(rest.find("//") + 2);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@") != std::string_view::npos) return wrong("it is more than host and port");
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return wrong("a bracket is missing");
    url.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (url.host.find(':') == std::string::npos || !is_address(url.host)) return wrong("no IPv6 address in brackets");
  } else {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    url.host = rest.substr(0, end);
    rest.remove_prefix(end);
    if (!is_host_name(url.host)) return wrong("that isn't a host");
  }
  url.port = url.tls ? 443 : 80;
  if (rest.empty()) return url;
  if (rest.front() != ':') return wrong("that isn't a port");
  rest.remove_prefix(1);
  const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), url.port);
  if (failed != std::errc{} || end != rest.data() + rest.size() || url.port == 0) return wrong("that isn't a port");
  return url;
}

std::string ServerUrl::authority() const {
  const bool bracketed = host.find(':') != std::string::npos;
  return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

void SentEvents::feed(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      rest_ += bytes;
      if (rest_.size() > kMostBytes) throw std::runtime_error("the server sends an event that is too large");
      return;
    }
    if (rest_.empty()) {
      line(bytes.substr(0, end), take);
    } else {
      rest_ += bytes.substr(0, end);
      const std::string whole = std::exchange(rest_, {});
      line(whole, take);
    }
    bytes.remove_prefix(end + 1);
  }
}

void SentEvents::line(std::string_view line, const Take& take) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    if (any_data_) take(name_, data_);
    name_.clear();
    data_.clear();
    any_data_ = false;
    return;
  }
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view field = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") name_ = value;
  if (field != "data") return;
  if (data_.size() + value.size() > kMostBytes) throw std::runtime_error("the server sends an event that is too large");
  if (any_data_) data_.push_back('\n');
  any_data_ = true;
  data_ += value;
}

void follow_events(const EventSourceOptions& options, const EventSourceHandlers& handlers) {
  Client{options, handlers}.run();
}

}  // namespace trailkeeper::cli
