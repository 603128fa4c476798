#include "serve/http_session.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstring>
#include <stdexcept>

#include "event/reject.h"
#include "serve/first_bytes.h"
#include "serve/http_answer.h"

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kMaxHeader = 16384;
constexpr std::size_t kHttpReadBytes = std::size_t{64} << 10;
constexpr std::size_t kHttpFirstReadBytes = std::size_t{2} << 10;
constexpr std::ptrdiff_t kMaxFields = 128;
constexpr unsigned kHttp11 = 11;

/// One connection's session.
class HttpSession {
 public:
  HttpSession(std::shared_ptr<Connection> connection, const HttpContext& context)
      : connection_(std::move(connection)),
        context_(context),
        answers_(*connection_, context.options, context.answers, context.stopping) {}

  asio::awaitable<void> run() {
    bool open = true;
    while (open && !context_.stopping) {
      open = co_await serve_one();
    }
    co_await connection_->shut_down();
  }

 private:
  using Parser = http::request_parser<http::string_body>;

  // A request and its answer; false if the connection is at its end.
  asio::awaitable<bool> serve_one() {
    std::optional<Parser> parsing{std::in_place};
    Parser& parser = *parsing;
    parser.header_limit(kMaxHeader);
    parser.body_limit(boost::none);
    if (!co_await read_head(parser)) co_return false;
    if (std::distance(parser.get().begin(), parser.get().end()) > kMaxFields) {
      co_await refuse(error_response(431, "the header has more than " + std::to_string(kMaxFields) + " fields"));
      co_return false;
    }
    RequestHead head = head_of_request(parser.get());
    head_memory_ = memory_of(head);
    answers_.knows_chunks(parser.get().version() >= kHttp11);
    if (std::optional<HttpResponse> bad = framing_problem(parser)) {
      co_await refuse(std::move(*bad));
      co_return false;
    }
    auto decided = context_.gate(head, *connection_);
    if (HttpResponse* const refusal = std::get_if<HttpResponse>(&decided)) {
      co_return co_await turn_away(parser, head, std::move(*refusal));
    }
    const Admission& admission = std::get<Admission>(decided);
    const auto share =
        std::make_shared<Budget::Share>(admission.proven() ? context_.receiving : context_.unproven, admission);
    std::optional<std::string> body = co_await read_body(parser, admission, *share);
    if (!body) co_return false;
    // While the answer is made and sent, which may take long, nothing of the head is kept but this.
    const bool stays = head.keep_alive;
    parsing.reset();
    HttpRequest request{std::move(head), std::move(*body),
                        [share](std::size_t bytes, HttpRequest::Room room) {
                          share->shrink(bytes);
                          return room == HttpRequest::Room::within ? share->hold(bytes) : share->hold_in_turn(bytes);
                        },
                        [share](std::size_t bytes) {
                          share->shrink(bytes);
                          share->carry(bytes);
                        },
                        [this] { return connection_->peer_has_gone(); }};
    HttpResponse response = co_await answer(admission, std::move(request));
    // What was read is shown only to who may see it now. What was stored is told in any case.
    if (admission.route()->right == Right::query && !admission.holds()) {
      response = error_response(401, "the token was revoked, or has expired");
    }
    const bool keep = stays && !response.close && !context_.stopping;
    co_return co_await answers_.write(response, keep, &admission) && keep;
  }

  // The handler's answer; one that says so if the handler fails.
  asio::awaitable<HttpResponse> answer(Admission admission, HttpRequest request) {
    std::string problem;
    try {
      co_return co_await context_.handler(std::move(admission), std::move(request));
    } catch (const std::exception& error) {
      problem = error.what();
    }
    context_.complain(Complaint::request, "a request could not be answered: " + problem);
    HttpResponse response = retry_response(503, "the request could not be answered: try again later");
    response.close = true;
    co_return response;
  }

  // Up to the header's end; false if the connection ended, or the header was refused.
  asio::awaitable<bool> read_head(Parser& parser) {
    const Clock::time_point begin = Clock::now();
    std::optional<Clock::time_point> first_byte;
    if (!unread_.empty()) first_byte = begin;
    while (true) {
      boost::system::error_code failed = feed(parser, [&] { return parser.is_header_done(); });
      answers_.head_only(parser.get().method() == http::verb::head);
      if (failed) {
        const Foreign what = foreign_protocol(unread_);
        if (what == Foreign::tls || what == Foreign::http2) {
          context_.complain(Complaint::protocol, std::string{foreign_text(what)});
        }
        co_await refuse(failed);
        co_return false;
      }
      if (parser.is_header_done()) co_return true;
      const auto limit =
          first_byte ? *first_byte + context_.options.header_timeout : begin + context_.options.idle_timeout;
      full_reads_ = false;
      if (!co_await read_more(limit)) co_return false;
      if (!first_byte) first_byte = Clock::now();
    }
  }

  // Gives the parser what is there, until it has enough.
  template <typename Enough>
  boost::system::error_code feed(Parser& parser, Enough enough) {
    boost::system::error_code failed;
    while (!unread_.empty() && !enough()) {
      const std::size_t used = parser.put(asio::buffer(unread_.data(), unread_.size()), failed);
      unread_.erase(0, used);
      if (failed == http::error::need_more) return {};
      if (failed) break;
    }
    return failed;
  }

  // Two readers may take such a request for different ones (RFC 9112 sections 3.2 and 6.1).
  static std::optional<HttpResponse> framing_problem(const Parser& parser) {
    const auto& header = parser.get();
    const std::size_t hosts = header.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && header.version() >= kHttp11)) {
      return error_response(400, "a request must have exactly one Host");
    }
    const std::size_t encodings = header.count(http::field::transfer_encoding);
    const bool plain = encodings == 1 && header.count(http::field::content_length) == 0 &&
                       boost::beast::iequals(header[http::field::transfer_encoding], "chunked");
    if (encodings == 0 || plain) return std::nullopt;
    return error_response(400, "Transfer-Encoding must be chunked, without Content-Length");
  }

  // Who isn't let in is told so. A small body is let go by, so that the next request may come on the same connection.
  asio::awaitable<bool> turn_away(const Parser& parser, const RequestHead& head, HttpResponse refusal) {
    constexpr std::size_t kSmall = std::size_t{64} << 10;
    std::size_t left = static_cast<std::size_t>(parser.content_length().value_or(0));
    if (parser.chunked() || left > kSmall || refusal.close || !head.keep_alive || expects_continue(parser)) {
      co_await refuse(std::move(refusal));
      co_return false;
    }
    const Clock::time_point limit = Clock::now() + context_.options.header_timeout;
    while (true) {
      const std::size_t skipped = std::min(left, unread_.size());
      unread_.erase(0, skipped);
      left -= skipped;
      if (left == 0) break;
      if (!co_await read_more(limit)) co_return false;
    }
    co_return co_await answers_.write(refusal, !context_.stopping) && !context_.stopping;
  }

  static bool expects_continue(const Parser& parser) {
    return boost::beast::iequals(parser.get()[http::field::expect], "100-continue");
  }

  // Nothing if it didn't come, or was refused here.
  asio::awaitable<std::optional<std::string>> read_body(Parser& parser, const Admission& admission,
                                                        Budget::Share& share) {
    const auto length = static_cast<std::size_t>(parser.content_length().value_or(0));
    if (length > admission.body_limit()) {
      co_await refuse(too_large(admission));
      co_return std::nullopt;
    }
    if (length > 0 || parser.chunked()) {
      if (expects_continue(parser) &&
          !co_await connection_->write("HTTP/1.1 100 Continue\r\n\r\n", context_.options.write_timeout)) {
        co_return std::nullopt;
      }
    }
    const Clock::time_point limit = Clock::now() + context_.options.body_timeout;
    if (parser.chunked()) co_return co_await read_chunks(parser, admission, share, limit);
    co_return co_await read_length(length, share, limit);
  }

  asio::awaitable<std::optional<std::string>> read_chunks(Parser& parser, const Admission& admission,
                                                          Budget::Share& share, Clock::time_point limit) {
    parser.body_limit(admission.body_limit());
    parser.eager(true);
    while (true) {
      const boost::system::error_code failed = feed(parser, [&] { return parser.is_done(); });
      if (failed == http::error::body_limit) {
        co_await refuse(too_large(admission));
        co_return std::nullopt;
      }
      if (failed) {
        co_await refuse(failed);
        co_return std::nullopt;
      }
      if (parser.is_done()) co_return std::move(parser.get().body());
      if (!co_await room_for(share, parser.get().body().capacity() + unread_.size())) co_return std::nullopt;
      if (!co_await read_more(limit)) co_return std::nullopt;
    }
  }

  // A body of known length: read to where it stays, with room behind it for the padding that parsing needs. It holds
  // what has come, whatever was announced.
  asio::awaitable<std::optional<std::string>> read_length(std::size_t length, Budget::Share& share,
                                                          Clock::time_point limit) {
    constexpr std::size_t kStep = std::size_t{256} << 10;
    std::string body;
    body.reserve(length + event::kPadding);  // Takes no memory before it is written to.
    std::size_t have = 0;
    while (have < length) {
      const std::size_t room = std::min(length, have + kStep);
      if (!co_await room_for(share, room)) co_return std::nullopt;
      body.resize(room);
      if (have == 0) {
        have = std::min(room, unread_.size());
        std::memcpy(body.data(), unread_.data(), have);
        unread_.erase(0, have);
      }
      while (have < room) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(limit - Clock::now());
        std::size_t got = 0;
        if (left.count() > 0) got = co_await connection_->read_some({body.data() + have, room - have}, left);
        if (got == 0) co_return std::nullopt;
        have += got;
      }
    }
    co_return body;
  }

  asio::awaitable<bool> read_more(Clock::time_point limit) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(limit - Clock::now());
    if (left.count() <= 0) {
      co_return false;
    }
    // A connection that says little holds little, and one that waits nothing.
    const std::size_t room = full_reads_ ? kHttpReadBytes : kHttpFirstReadBytes;
    if (unread_.empty()) std::string{}.swap(unread_);
    const std::size_t had = unread_.size();
    unread_.resize(had + room);
    const std::size_t got = co_await connection_->read_some({unread_.data() + had, room}, left);
    unread_.resize(had + got);
    full_reads_ = got == room;
    co_return got > 0;
  }

  // What others hold comes free soon, mostly: the body waits with its sender for a moment before it is refused.
  asio::awaitable<bool> room_for(Budget::Share& share, std::size_t size) {
    constexpr std::chrono::seconds kPatience{2};
    const auto limit = Clock::now() + std::min<Clock::duration>(kPatience, context_.options.body_timeout / 2);
    while (!share.hold_in_turn(size + head_memory_)) {
      if (Clock::now() >= limit || context_.stopping) {
        co_await refuse(retry_response(503, "too many requests are being received: try again later"));
        co_return false;
      }
      asio::steady_timer pause{co_await asio::this_coro::executor, std::chrono::milliseconds{10}};
      co_await pause.async_wait(asio::use_awaitable);
    }
    co_return true;
  }

  static HttpResponse too_large(const Admission& admission) {
    return error_response(
        413, "the body has more than " + std::to_string(admission.body_limit()) + " bytes: send it in parts");
  }

  asio::awaitable<void> refuse(boost::system::error_code failed) {
    if (failed == http::error::header_limit) {
      co_await refuse(error_response(431, "the header has more than 16384 bytes"));
    } else if (failed == http::error::bad_version) {
      co_await refuse(error_response(505, "HTTP/1.1 is spoken here, and HTTP/1.0; not HTTP/2"));
    } else {
      co_await refuse(error_response(400, "this is not HTTP/1.1: " + failed.message()));
    }
  }

  // What the client is still sending is read for a moment: closing on it would take the answer from it, too.
  asio::awaitable<void> refuse(HttpResponse response) {
    constexpr std::chrono::milliseconds kPatience{500};
    constexpr std::chrono::seconds kPatienceInAll{2};
    constexpr int kMostReads = 64;
    if (!co_await answers_.write(response, false)) co_return;
    std::string buffer(kHttpReadBytes, '\0');
    const auto limit = Clock::now() + kPatienceInAll;
    for (int i = 0; i < kMostReads && !context_.stopping && Clock::now() < limit; ++i) {
      if (co_await connection_->read_some(buffer, kPatience) == 0) co_return;
    }
  }

  // As the parser has it, and as the request does.
  static std::size_t memory_of(const RequestHead& head) {
    constexpr std::size_t kAround = 96;
    std::size_t bytes = head.path.size() + head.query.size();
    for (const auto& field : head.headers) bytes += field.name_string().size() + field.value().size() + kAround;
    return 2 * bytes;
  }

  template <typename Message>
  static RequestHead head_of_request(const Message& message) {
    RequestHead head;
    head.keep_alive = message.keep_alive();
    head.method = std::string{message.method_string()};
    const std::string_view target{message.target().data(), message.target().size()};
    const std::size_t mark = target.find('?');
    head.path = target.substr(0, mark);
    if (mark != std::string_view::npos) head.query = target.substr(mark + 1);
    head.headers = static_cast<const http::fields&>(message);
    return head;
  }

  std::shared_ptr<Connection> connection_;
  const HttpContext& context_;
  HttpAnswerWriter answers_;
  std::string unread_;
  bool full_reads_ = false;
  std::size_t head_memory_ = 0;
};

}  // namespace

asio::awaitable<void> serve_http(std::shared_ptr<Connection> connection, const HttpContext& context) {
  HttpSession session{std::move(connection), context};
  co_await session.run();
}

}  // namespace trailkeeper::serve
