#include "serve/stream_session.h"

#include <unistd.h>

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstring>

#include "ingest/wire/forward.h"
#include "ingest/wire/json_lines.h"
#include "ingest/wire/syslog.h"
#include "serve/first_bytes.h"

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;
using ingest::Delivery;
using ingest::Receipt;

constexpr std::size_t kReadBytes = std::size_t{256} << 10;
constexpr std::size_t kFirstReadBytes = std::size_t{4} << 10;

/// The bytes of a connection that aren't consumed yet, followed by the padding that parsers need.
class Window {
 public:
  Window(Connection& connection, Budget& budget, const Admission& admission)
      : connection_(connection), share_(budget, admission) {}

  /// Waits for more bytes; false at the end. `problem` says why, if the client isn't why. A connection that begins like
  /// another protocol is at its end, and nothing of it is in view.
  asio::awaitable<bool> read(std::chrono::seconds timeout, std::size_t limit, std::string& problem) {
    bool open = co_await read_some(timeout, limit, problem);
    while (beginning_) {
      const Foreign what = foreign_protocol(view());
      if (what == Foreign::undecided && open) {
        open = co_await read_some(timeout, limit, problem);
        continue;
      }
      beginning_ = false;
      if (foreign_text(what).empty()) break;
      problem = foreign_text(what);
      size_ = 0;
      co_return false;
    }
    co_return open;
  }

  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

  /// Takes over what another window read, a handshake's rest.
  void adopt(std::string_view bytes) {
    bytes_.assign(bytes);
    bytes_.append(event::kPadding, '\0');
    size_ = bytes.size();
    beginning_ = false;
  }

  /// Lets the first bytes go. What was made of them goes on being counted as held: `kept` bytes, until the next call.
  void consume(std::size_t count, std::size_t kept = 0) {
    std::memmove(bytes_.data(), bytes_.data() + count, size_ - count);
    size_ -= count;
    if (size_ == 0 && !full_reads_) std::string{}.swap(bytes_);
    if (bytes_.size() < size_ + event::kPadding) bytes_.resize(size_ + event::kPadding);
    share_.shrink(size_ + kept);
  }

 private:
  asio::awaitable<bool> read_some(std::chrono::seconds timeout, std::size_t limit, std::string& problem) {
    if (size_ >= limit) {
      problem = "a message of more than " + std::to_string(limit) + " bytes";
      co_return false;
    }
    // A connection that says little holds little: the room grows with what comes.
    const std::size_t room = full_reads_ ? kReadBytes : kFirstReadBytes;
    // What others hold comes free again: a sender that isn't read from slows down.
    const auto limit_of_waiting = std::chrono::steady_clock::now() + timeout;
    while (!share_.hold_in_turn(size_ + room)) {
      if (std::chrono::steady_clock::now() >= limit_of_waiting) {
        problem = "too many incomplete messages of all connections together";
        co_return false;
      }
      asio::steady_timer pause{co_await asio::this_coro::executor, std::chrono::milliseconds{20}};
      co_await pause.async_wait(asio::use_awaitable);
    }
    bytes_.resize(size_ + room + event::kPadding);
    const std::size_t got = co_await connection_.read_some({bytes_.data() + size_, room}, timeout);
    full_reads_ = got == room;
    size_ += got;
    std::memset(bytes_.data() + size_, 0, event::kPadding);
    co_return got > 0;
  }

  Connection& connection_;
  Budget::Share share_;
  std::string bytes_ = std::string(event::kPadding, '\0');
  std::size_t size_ = 0;
  bool full_reads_ = false;
  bool beginning_ = true;
};

asio::awaitable<Receipt> hand_over(Delivery delivery, std::string_view source, const StreamContext& context) {
  delivery.source = source;
  delivery.seal();
  co_return co_await deliver_patiently(context.intake, std::move(delivery), context.figures, context.stopping);
}

std::string own_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// HELO, PING, PONG. False if the client isn't let in. What it sent behind its PING goes to `proven`.
asio::awaitable<bool> shake_hands(Connection& connection, Window& proven, const StreamContext& context,
                                  std::string& problem) {
  Window window{connection, context.unproven, context.admission};
  ingest::ForwardHandshake handshake{own_name(), context.options.forward_shared_key};
  if (!co_await connection.write(handshake.hello(), context.options.write_timeout)) co_return false;
  constexpr std::size_t kMaxPing = std::size_t{64} << 10;
  while (true) {
    if (!co_await window.read(context.options.header_timeout, kMaxPing, problem)) co_return false;
    std::size_t consumed = 0;
    const std::string pong = handshake.answer(window.view(), consumed);
    window.consume(consumed);
    if (!pong.empty() && !co_await connection.write(pong, context.options.write_timeout)) co_return false;
    if (handshake.accepted()) {
      proven.adopt(window.view());
      co_return true;
    }
    if (handshake.refused()) {
      problem = "the forward handshake failed";
      co_return false;
    }
  }
}

// Both decoders look alike but for what they call broken.
template <typename Decoder, typename Broken>
asio::awaitable<SessionEnd> serve_documents(Connection& connection, const StreamContext& context,
                                            std::string_view source, Broken broken) {
  Decoder decoder;
  Window window{connection, context.receiving, context.admission};
  std::string problem;
  for (bool open = true; open && !context.stopping;) {
    open = co_await window.read(context.options.stream_timeout, Decoder::kMaxWindow, problem);
    Delivery delivery;
    const std::size_t consumed = decoder.decode(window.view(), !open, delivery);
    window.consume(consumed, delivery.documents.empty() ? 0 : delivery.size);
    if (!delivery.documents.empty()) {
      co_await hand_over(std::move(delivery), source, context);
      window.consume(0);
    }
    const std::string why = broken(decoder);
    if (!why.empty()) {
      problem = why;
      break;
    }
  }
  co_await connection.shut_down();
  co_return problem;
}

}  // namespace

asio::awaitable<SessionEnd> serve_ndjson(std::shared_ptr<Connection> connection, const StreamContext& context) {
  co_return co_await serve_documents<ingest::JsonLineDecoder>(
      *connection, context, "ndjson", [](const ingest::JsonLineDecoder&) { return std::string{}; });
}

asio::awaitable<SessionEnd> serve_syslog(std::shared_ptr<Connection> connection, const StreamContext& context) {
  co_return co_await serve_documents<ingest::SyslogDecoder>(
      *connection, context, "syslog", [](const ingest::SyslogDecoder& decoder) { return decoder.broken(); });
}

asio::awaitable<SessionEnd> serve_forward(std::shared_ptr<Connection> connection, const StreamContext& context) {
  ingest::ForwardDecoder decoder;
  Window window{*connection, context.receiving, context.admission};
  std::string problem;
  bool open = context.options.forward_shared_key.empty() || co_await shake_hands(*connection, window, context, problem);
  std::vector<ingest::ForwardMessage> messages;
  while (open && !context.stopping) {
    messages.clear();
    const std::size_t consumed = decoder.decode(window.view(), messages);
    std::size_t kept = 0;
    for (const ingest::ForwardMessage& message : messages) kept += message.delivery.size;
    window.consume(consumed, kept);
    for (ingest::ForwardMessage& message : messages) {
      const std::string chunk = std::move(message.chunk);
      const Receipt receipt = co_await hand_over(std::move(message.delivery), "forward", context);
      // A chunk that isn't durable isn't acknowledged: the sender gives it again.
      if (receipt.status != Receipt::Status::durable) open = false;
      if (!open || chunk.empty()) continue;
      open = co_await connection->write(ingest::forward_ack(chunk), context.options.write_timeout);
    }
    messages.clear();
    window.consume(0);
    if (!decoder.broken().empty()) {
      problem = decoder.broken();
      break;
    }
    open = open && co_await window.read(context.options.stream_timeout, ingest::ForwardDecoder::kMaxWindow, problem);
  }
  co_await connection->shut_down();
  co_return problem;
}

}  // namespace trailkeeper::serve
