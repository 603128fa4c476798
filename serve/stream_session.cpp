#include "serve/stream_session.h"

#include <unistd.h>

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstring>

#include "ingest/wire/forward.h"
#include "ingest/wire/forward_handshake.h"
#include "ingest/wire/json_lines.h"
#include "ingest/wire/syslog.h"
#include "serve/first_bytes.h"
#include "serve/handed_over.h"

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;
using ingest::Delivery;

constexpr std::size_t kStreamReadBytes = std::size_t{256} << 10;
constexpr std::size_t kStreamFirstReadBytes = std::size_t{4} << 10;
// For what may have ended without a sign: a sender that rests for so long isn't in the middle of a message.
constexpr std::chrono::seconds kStreamRest{2};

/// The bytes of a connection that aren't consumed yet, followed by the padding that parsers need.
class Window {
 public:
  Window(Connection& connection, Budget& budget, const StreamContext& context)
      : connection_(connection), share_(budget, context.admission), body_timeout_(context.options.body_timeout) {}

  /// Waits for more bytes; false at the end. `problem` says why, if the client isn't why. A connection that begins like
  /// another protocol is at its end, and nothing of it is in view. With `briefly` true too if nothing came for a while.
  asio::awaitable<bool> read(std::chrono::seconds timeout, std::size_t limit, std::string& problem,
                             bool briefly = false) {
    bool open = co_await read_some(timeout, limit, problem, briefly);
    while (beginning_) {
      const Foreign what = foreign_protocol(view());
      if (what == Foreign::undecided && open) {
        open = co_await read_some(timeout, limit, problem, false);
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

  /// Whether the last read() ended because nothing came.
  [[nodiscard]] bool rested() const { return rested_; }

  /// Takes over what another window read, a handshake's rest.
  void adopt(std::string_view bytes) {
    bytes_.assign(bytes);
    bytes_.append(event::kPadding, '\0');
    size_ = bytes.size();
    beginning_ = false;
  }

  /// Holds as much as a delivery takes: what is made of what came may be far more, and is held before it is there. The
  /// next consume() gives it back. False if there is no room now.
  [[nodiscard]] bool make_room() {
    constexpr std::size_t kMost = 4 * Delivery::kPieceBytes;
    constexpr std::size_t kTimes = 16;  // Of little no more is to be expected.
    return share_.hold_in_turn(size_ + beside_ + std::min(kMost, kTimes * size_));
  }

  /// Lets the first bytes go. `beside`: what the decoder holds of those that stay.
  void consume(std::size_t count, std::size_t beside = 0) {
    std::memmove(bytes_.data(), bytes_.data() + count, size_ - count);
    size_ -= count;
    if (count > 0 || size_ <= Budget::kLittle) waited_ = {};
    if (size_ == 0 && !full_reads_) std::string{}.swap(bytes_);
    if (bytes_.size() < size_ + event::kPadding) bytes_.resize(size_ + event::kPadding);
    beside_ = beside;
    share_.shrink(size_ + beside_);
    share_.carry(size_ + beside_);
  }

 private:
  asio::awaitable<bool> read_some(std::chrono::seconds timeout, std::size_t limit, std::string& problem, bool briefly) {
    rested_ = false;
    if (size_ >= limit) {
      problem = "a message of more than " + std::to_string(limit) + " bytes";
      co_return false;
    }
    // A connection that says little holds little: the room grows with what comes. Nobody is waited for, or goes first,
    // for more room than that.
    const bool much = full_reads_ && share_.hold(size_ + beside_ + kStreamReadBytes);
    const std::size_t room = much ? kStreamReadBytes : kStreamFirstReadBytes;
    // What others hold comes free again: a sender that isn't read from slows down.
    const auto limit_of_waiting = std::chrono::steady_clock::now() + timeout;
    while (!share_.hold_in_turn(size_ + beside_ + room)) {
      if (std::chrono::steady_clock::now() >= limit_of_waiting) {
        problem = "too many incomplete messages of all connections together";
        co_return false;
      }
      asio::steady_timer pause{co_await asio::this_coro::executor, std::chrono::milliseconds{20}};
      co_await pause.async_wait(asio::use_awaitable);
    }
    bytes_.resize(size_ + room + event::kPadding);
    const auto patience = patience_with(timeout);
    if (patience.count() <= 0) {
      problem = "a message of " + std::to_string(size_) + " bytes so far came too slowly (--body-timeout)";
      co_return false;
    }
    const auto begin = std::chrono::steady_clock::now();
    std::optional<std::size_t> some;
    if (briefly) {
      some = co_await connection_.read_if_any({bytes_.data() + size_, room},
                                              std::min<std::chrono::milliseconds>(patience, kStreamRest));
    } else {
      some = co_await connection_.read_some({bytes_.data() + size_, room}, patience);
    }
    rested_ = !some;
    const std::size_t got = some.value_or(0);
    waited_ += std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    full_reads_ = got == room;
    size_ += got;
    std::memset(bytes_.data() + size_, 0, event::kPadding);
    co_return rested_ || got > 0;
  }

  // How long the next bytes may take. Who holds much room for a message that isn't whole must go on with it: at 256 KiB
  // a second, but for the time that a body may take. What isn't read because others go first doesn't count.
  [[nodiscard]] std::chrono::milliseconds patience_with(std::chrono::seconds timeout) const {
    constexpr std::size_t kSlowest = std::size_t{256} << 10;
    if (size_ <= Budget::kLittle) return timeout;
    const std::chrono::milliseconds most = body_timeout_ + std::chrono::seconds{size_ / kSlowest} - waited_;
    return std::min<std::chrono::milliseconds>(timeout, most);
  }

  Connection& connection_;
  Budget::Share share_;
  std::chrono::seconds body_timeout_;
  std::chrono::milliseconds waited_{0};
  std::string bytes_ = std::string(event::kPadding, '\0');
  std::size_t size_ = 0;
  std::size_t beside_ = 0;  // What the decoder holds.
  bool full_reads_ = false;
  bool rested_ = false;
  bool beginning_ = true;
};

std::string own_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// HELO, PING, PONG. False if the client isn't let in. What it sent behind its PING goes to `proven`.
asio::awaitable<bool> shake_hands(Connection& connection, Window& proven, const StreamContext& context,
                                  std::string& problem) {
  Window window{connection, context.unproven, context};
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

/// What the decoders of the three protocols have in common: takes from the front of a window what is complete (or all
/// of it, if it is the last), and returns how many bytes are done with, or why nothing more can be understood. While it
/// waits() for what may follow, rest() says that nothing did.
struct NdjsonSteps {
  static constexpr std::string_view kSource = "ndjson";
  static constexpr std::size_t kMaxWindow = ingest::JsonLineDecoder::kMaxWindow;
  ingest::WireResult<std::size_t> take(std::string_view window, bool last, Delivery& delivery, std::string&) {
    auto consumed = decoder.decode(window, last, delivery);
    more = consumed && delivery.full();
    return consumed;
  }
  [[nodiscard]] static std::size_t memory() { return 0; }
  [[nodiscard]] static bool waits() { return false; }
  void rest() {}
  bool more = false;  // It stopped early, as the delivery is full.
  ingest::JsonLineDecoder decoder;
};

struct SyslogSteps {
  static constexpr std::string_view kSource = "syslog";
  static constexpr std::size_t kMaxWindow = ingest::SyslogDecoder::kMaxWindow;
  ingest::WireResult<std::size_t> take(std::string_view window, bool last, Delivery& delivery, std::string&) {
    auto consumed = decoder.decode(window, last, delivery);
    more = consumed && delivery.full();
    return consumed;
  }
  [[nodiscard]] static std::size_t memory() { return 0; }
  [[nodiscard]] bool waits() const { return decoder.waits(); }
  void rest() { decoder.rest(); }
  bool more = false;
  ingest::SyslogDecoder decoder;
};

struct ForwardSteps {
  static constexpr std::string_view kSource = "forward";
  static constexpr std::size_t kMaxWindow = ingest::ForwardDecoder::kMaxWindow;
  ingest::WireResult<std::size_t> take(std::string_view window, bool, Delivery& delivery,
                                       std::string& acknowledgements) {
    std::vector<ingest::ForwardMessage> messages;
    auto consumed = decoder.decode(window, messages);
    for (ingest::ForwardMessage& message : messages) {
      if (!message.chunk.empty()) acknowledgements += ingest::forward_ack(message.chunk);
      delivery.append(std::move(message.delivery));
    }
    more = decoder.stopped_early();
    return consumed;
  }
  [[nodiscard]] std::size_t memory() const { return decoder.memory(); }
  [[nodiscard]] static bool waits() { return false; }
  void rest() {}
  bool more = false;  // Messages may decompress to far more than came.
  ingest::ForwardDecoder decoder;
};

/// Counts what a connection loses, and says so at the first time.
class Losses {
 public:
  explicit Losses(const StreamContext& context) : context_(context) {}

  /// `total` of this connection so far.
  void note(std::uint64_t total, std::string_view why) {
    if (total <= total_) return;
    context_.figures.dropped += total - total_;
    if (total_ == 0) context_.warn(std::to_string(total) + " bytes were dropped: " + std::string{why});
    total_ = total;
  }

  /// What to log at the connection's end.
  [[nodiscard]] std::string summary(std::string problem) const {
    if (total_ == 0) return problem;
    if (!problem.empty()) problem += "; ";
    return problem + std::to_string(total_) + " of its bytes were dropped in all";
  }

 private:
  const StreamContext& context_;
  std::uint64_t total_ = 0;
};

/// Takes messages until the client goes, breaks the framing, or what it sent can't be stored.
template <typename Steps>
class MessageLoop {
 public:
  MessageLoop(std::shared_ptr<Connection> connection, const StreamContext& context, Window& window,
              const asio::any_io_executor& executor)
      : context_(context),
        window_(window),
        losses_(context),
        handed_(std::make_shared<HandedOver>(std::move(connection), context, executor)) {}

  asio::awaitable<SessionEnd> run() {
    std::string problem;
    bool open = true;
    bool unread = !window_.view().empty();  // A handshake may leave the first messages behind.
    while (open && problem.empty() && !handed_->failed()) {
      if (!unread) {
        const bool briefly = steps_.waits() && !window_.rested();
        open = co_await window_.read(context_.options.stream_timeout, Steps::kMaxWindow, problem, briefly);
        if (window_.rested()) steps_.rest();
      }
      unread = false;
      do {
        co_await take(!open);
      } while (steps_.more && !handed_->failed());
      losses_.note(steps_.decoder.dropped(), "they are no message, or the rest of one that is too large");
      if (problem.empty()) problem = broken_;
    }
    co_await handed_->finish();
    if (handed_->unread()) problem = "it did not read its acknowledgements";
    const std::size_t unfinished = window_.view().size();
    losses_.note(steps_.decoder.dropped() + unfinished + handed_->lost_bytes(),
                 unfinished > 0 ? "the connection ended inside a message" : "the store did not take them");
    if (handed_->rejected() > 0) {
      if (!problem.empty()) problem += "; ";
      problem +=
          std::to_string(handed_->rejected()) + " of its records are no events and are kept: see trailkeeper rejects";
    }
    co_return losses_.summary(std::move(problem));
  }

 private:
  // What is complete in the window, or much of it: one delivery.
  asio::awaitable<void> take(bool last) {
    co_await handed_->make_room();
    while (!handed_->failed() && !window_.make_room()) {
      asio::steady_timer pause{co_await asio::this_coro::executor, std::chrono::milliseconds{10}};
      co_await pause.async_wait(asio::use_awaitable);
    }
    if (handed_->failed()) co_return;
    Delivery delivery;
    std::string acknowledgements;
    const auto consumed = steps_.take(window_.view(), last, delivery, acknowledgements);
    if (!consumed) broken_ = consumed.error().message;
    window_.consume(consumed ? *consumed : window_.view().size(), steps_.memory());
    if (delivery.documents.empty() && acknowledgements.empty()) co_return;
    delivery.source = Steps::kSource;
    delivery.seal();
    co_await handed_->add(std::move(delivery), std::move(acknowledgements));
  }

  const StreamContext& context_;
  Window& window_;
  Steps steps_;
  std::string broken_;  // Why nothing more can be understood.
  Losses losses_;
  std::shared_ptr<HandedOver> handed_;
};

template <typename Steps>
asio::awaitable<SessionEnd> serve_messages(std::shared_ptr<Connection> connection, const StreamContext& context,
                                           Window& window) {
  MessageLoop<Steps> loop{connection, context, window, co_await asio::this_coro::executor};
  SessionEnd end = co_await loop.run();
  co_await connection->shut_down();
  co_return end;
}

}  // namespace

asio::awaitable<SessionEnd> serve_ndjson(std::shared_ptr<Connection> connection, const StreamContext& context) {
  Window window{*connection, context.receiving, context};
  co_return co_await serve_messages<NdjsonSteps>(connection, context, window);
}

asio::awaitable<SessionEnd> serve_syslog(std::shared_ptr<Connection> connection, const StreamContext& context) {
  Window window{*connection, context.receiving, context};
  co_return co_await serve_messages<SyslogSteps>(connection, context, window);
}

asio::awaitable<SessionEnd> serve_forward(std::shared_ptr<Connection> connection, const StreamContext& context) {
  Window window{*connection, context.receiving, context};
  std::string problem;
  if (!context.options.forward_shared_key.empty() && !co_await shake_hands(*connection, window, context, problem)) {
    co_await connection->shut_down();
    co_return problem;
  }
  co_return co_await serve_messages<ForwardSteps>(connection, context, window);
}

}  // namespace trailkeeper::serve
