#include "serve/http_session.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "event/reject.h"
#include "serve/elsewhere.h"

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kMaxHeader = 16384;
// A source with nothing to give is asked again after this.
constexpr std::chrono::milliseconds kNothingYet{50};
constexpr std::size_t kReadBytes = std::size_t{64} << 10;
constexpr unsigned kHttp11 = 11;

/// One connection's session.
class HttpSession {
 public:
  HttpSession(std::shared_ptr<Connection> connection, const HttpContext& context)
      : connection_(std::move(connection)), context_(context), share_(context.receiving) {}

  asio::awaitable<void> run() {
    bool open = true;
    while (open && !context_.stopping) {
      std::optional<HttpRequest> request = co_await read_request();
      if (!request) break;
      const bool head = request->method == "HEAD";
      const bool keep = request->keep_alive;
      HttpResponse response = co_await answer(std::move(*request));
      open = keep && !response.close && !context_.stopping;
      open = co_await write_response(response, head, open) && open;
    }
    co_await connection_->shut_down();
  }

 private:
  // The handler's answer; one that says so if the handler fails.
  asio::awaitable<HttpResponse> answer(HttpRequest request) {
    std::string problem;
    try {
      co_return co_await context_.handler(std::move(request), *connection_);
    } catch (const std::exception& error) {
      problem = error.what();
    }
    context_.failed(problem);
    HttpResponse response = retry_response(503, "the request could not be answered: try again later");
    response.close = true;
    co_return response;
  }

  using Parser = http::request_parser<http::string_body>;

  // Nothing if the connection is at its end; a refusal is written here.
  asio::awaitable<std::optional<HttpRequest>> read_request() {
    Parser parser;
    parser.header_limit(kMaxHeader);
    parser.body_limit(context_.options.max_body);
    const Clock::time_point begin = Clock::now();
    bool header_seen = false;
    std::optional<Clock::time_point> first_byte;
    if (!unread_.empty()) first_byte = begin;
    Clock::time_point header_end{};
    while (true) {
      boost::system::error_code failed;
      while (!unread_.empty() && !parser.is_done()) {
        const std::size_t used = parser.put(asio::buffer(unread_.data(), unread_.size()), failed);
        unread_.erase(0, used);
        if (failed == http::error::need_more) {
          failed = {};
          break;
        }
        if (failed || (parser.is_header_done() && !header_seen)) break;
      }
      if (failed) {
        co_await refuse(failed);
        co_return std::nullopt;
      }
      if (parser.is_header_done() && !header_seen) {
        header_seen = true;
        header_end = Clock::now();
        if (!co_await accept_header(parser)) co_return std::nullopt;
        if (!parser.chunked()) co_return co_await read_body(parser, header_end + context_.options.body_timeout);
        parser.eager(true);
        continue;
      }
      if (parser.is_done()) break;
      // Headers are few and small: who asks how the server is gets an answer, however full it is.
      if (header_seen && !share_.hold(parser.get().body().capacity() + unread_.size())) {
        co_await refuse(retry_response(503, "too many requests are being received: try again later"));
        co_return std::nullopt;
      }
      const auto limit = header_seen  ? header_end + context_.options.body_timeout
                         : first_byte ? *first_byte + context_.options.header_timeout
                                      : begin + context_.options.idle_timeout;
      if (!co_await read_more(limit)) co_return std::nullopt;
      if (!first_byte) first_byte = Clock::now();
    }
    co_return request_of(parser);
  }

  // A body of known length: read to where it stays, with room behind it for the padding that parsing needs.
  asio::awaitable<std::optional<HttpRequest>> read_body(Parser& parser, Clock::time_point limit) {
    const auto length = static_cast<std::size_t>(parser.content_length().value_or(0));
    std::string body;
    body.reserve(length + event::kPadding);
    body.resize(length);
    std::size_t have = std::min(length, unread_.size());
    std::memcpy(body.data(), unread_.data(), have);
    unread_.erase(0, have);
    while (have < length) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(limit - Clock::now());
      std::size_t got = 0;
      if (left.count() > 0) got = co_await connection_->read_some({body.data() + have, length - have}, left);
      if (got == 0) co_return std::nullopt;
      have += got;
    }
    HttpRequest request = request_of(parser);
    request.body = std::move(body);
    co_return request;
  }

  asio::awaitable<bool> read_more(Clock::time_point limit) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(limit - Clock::now());
    if (left.count() <= 0) {
      co_return false;
    }
    buffer_.resize(kReadBytes);
    const std::size_t got = co_await connection_->read_some(buffer_, left);
    unread_.append(buffer_.data(), got);
    if (unread_.capacity() > 2 * kReadBytes && unread_.empty()) std::string{}.swap(unread_);
    co_return got > 0;
  }

  // Says that the body may come, where the client asks; refuses one that is too large before it is sent.
  asio::awaitable<bool> accept_header(Parser& parser) {
    const auto length = parser.content_length();
    const auto& header = parser.get();
    // Two readers may take such a body for different ones (RFC 9112 section 6.1).
    const bool encoded = header.count(http::field::transfer_encoding) > 0;
    if (encoded && (header.count(http::field::content_length) > 0 || header.count(http::field::transfer_encoding) > 1 ||
                    !boost::beast::iequals(header[http::field::transfer_encoding], "chunked"))) {
      co_await refuse(error_response(400, "Transfer-Encoding must be chunked, without Content-Length"));
      co_return false;
    }
    if (length && *length > context_.options.max_body) {
      co_await refuse(too_large());
      co_return false;
    }
    // Who may not send gets no room. Small bodies take none that is worth the look.
    constexpr std::size_t kSmall = 4096;
    if (encoded || length.value_or(0) > kSmall) {
      if (auto refused = context_.gate(header_of(parser), *connection_)) {
        co_await refuse(std::move(*refused));
        co_return false;
      }
    }
    if (length && !co_await room_for(static_cast<std::size_t>(*length))) {
      co_await refuse(retry_response(503, "too many requests are being received: try again later"));
      co_return false;
    }
    if (boost::beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      co_return co_await connection_->write("HTTP/1.1 100 Continue\r\n\r\n", context_.options.write_timeout);
    }
    co_return true;
  }

  // What others hold comes free soon, mostly: the body waits with its sender for a moment before it is refused.
  asio::awaitable<bool> room_for(std::size_t size) {
    constexpr std::chrono::seconds kPatience{2};
    const auto limit = Clock::now() + std::min<Clock::duration>(kPatience, context_.options.body_timeout / 2);
    while (!share_.hold(size)) {
      if (Clock::now() >= limit || context_.stopping) co_return false;
      asio::steady_timer pause{co_await asio::this_coro::executor, std::chrono::milliseconds{10}};
      co_await pause.async_wait(asio::use_awaitable);
    }
    co_return true;
  }

  [[nodiscard]] HttpResponse too_large() const {
    return error_response(
        413, "the body has more than " + std::to_string(context_.options.max_body) + " bytes: send it in parts");
  }

  asio::awaitable<void> refuse(boost::system::error_code failed) {
    if (failed == http::error::body_limit) {
      co_await refuse(too_large());
    } else if (failed == http::error::header_limit) {
      co_await refuse(error_response(431, "the header has more than 16384 bytes"));
    } else {
      co_await refuse(error_response(400, "this is not HTTP/1.1: " + failed.message()));
    }
  }

  // What the client is still sending is read for a moment: closing on it would take the answer from it, too.
  asio::awaitable<void> refuse(HttpResponse response) {
    constexpr std::chrono::milliseconds kPatience{500};
    constexpr int kMostReads = 64;
    if (!co_await write_response(response, false, false)) co_return;
    buffer_.resize(kReadBytes);
    for (int i = 0; i < kMostReads && !context_.stopping; ++i) {
      if (co_await connection_->read_some(buffer_, kPatience) == 0) co_return;
    }
  }

  // Without body.
  template <typename Message>
  HttpRequest head_of_request(const Message& message) {
    HttpRequest request;
    request.keep_alive = message.keep_alive();
    request.method = std::string{message.method_string()};
    const std::string_view target{message.target().data(), message.target().size()};
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
    return request;
  }

  HttpRequest header_of(Parser& parser) {
    HttpRequest request = head_of_request(parser.get());
    request.headers = static_cast<const http::fields&>(parser.get());
    return request;
  }

  HttpRequest request_of(Parser& parser) {
    auto message = parser.release();
    chunks_ = message.version() >= kHttp11;
    HttpRequest request = head_of_request(message);
    request.body = std::move(message.body());
    request.headers = std::move(static_cast<http::fields&>(message));
    // From here on the intake counts it.
    static_cast<void>(share_.hold(unread_.size()));
    return request;
  }

  [[nodiscard]] std::string head_of(const HttpResponse& response, bool keep_alive) const {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string{status_text(response.status)} +
                       "\r\nServer: trailkeeper\r\n";
    if (!response.content_type.empty()) head += "Content-Type: " + response.content_type + "\r\n";
    for (const auto& [name, value] : response.headers) {
      head += name;
      head += ": ";
      head += value;
      head += "\r\n";
    }
    if (!keep_alive) head += "Connection: close\r\n";
    if (response.source && !chunks_) {
      head += "\r\n";  // To HTTP/1.0 the end of the connection is that of the body.
    } else if (response.source) {
      head += "Transfer-Encoding: chunked\r\n\r\n";
    } else {
      head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n";
    }
    return head;
  }

  asio::awaitable<bool> write_response(HttpResponse& response, bool head_only, bool keep_alive) {
    keep_alive = keep_alive && (chunks_ || !response.source);
    std::string head = head_of(response, keep_alive);
    if (!response.source) {
      if (!head_only) head += response.body;
      co_return co_await connection_->write(head, context_.options.write_timeout);
    }
    if (!co_await connection_->write(head, context_.options.write_timeout)) co_return false;
    if (head_only) co_return keep_alive;
    const bool whole = co_await write_chunks(std::move(response.source));
    co_return whole&& keep_alive;
  }

  // A source that fails in the middle can't say so in HTTP: the connection ends without the last chunk.
  asio::awaitable<bool> write_chunks(BodySource source) {
    while (true) {
      std::optional<std::string> piece;
      bool failed = false;
      try {
        piece = co_await elsewhere(context_.blocking, [&source] { return source(); });
      } catch (const std::exception&) {
        failed = true;
      }
      if (failed) co_return false;
      if (!piece) break;
      if (piece->empty()) {
        asio::steady_timer pause{co_await asio::this_coro::executor, kNothingYet};
        co_await pause.async_wait(asio::use_awaitable);
        continue;
      }
      if (!chunks_) {
        if (!co_await connection_->write(*piece, context_.options.write_timeout)) co_return false;
        continue;
      }
      char size[24];
      std::snprintf(size, sizeof size, "%zx\r\n", piece->size());
      if (!co_await connection_->write(size + *piece + "\r\n", context_.options.write_timeout)) co_return false;
    }
    co_return !chunks_ || co_await connection_->write("0\r\n\r\n", context_.options.write_timeout);
  }

  std::shared_ptr<Connection> connection_;
  const HttpContext& context_;
  Budget::Share share_;
  std::string unread_;
  std::string buffer_;
  bool chunks_ = true;  // The client knows chunks: HTTP/1.1.
};

}  // namespace

asio::awaitable<void> serve_http(std::shared_ptr<Connection> connection, const HttpContext& context) {
  HttpSession session{std::move(connection), context};
  co_await session.run();
}

}  // namespace trailkeeper::serve
