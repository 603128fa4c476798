#include "serve/body_intake.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <memory>
#include <optional>

#include "ingest/file_kind.h"
#include "serve/elsewhere.h"

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;
using ingest::Delivery;
using ingest::Receipt;

// So that all workers have something to do while a piece is committed.
constexpr std::size_t kMostPieces = 6;
// What is kept for an answer of more than this must fit within the limits: it stays for as long as the client reads.
constexpr std::size_t kMostInTurn = std::size_t{8} << 20;
// Less is decompressed in the server's thread.
constexpr std::size_t kMuch = std::size_t{16} << 10;

/// Pieces of one body that the intake has, in order. In the server's thread; made by std::make_shared.
class PiecesInFlight : public std::enable_shared_from_this<PiecesInFlight> {
 public:
  explicit PiecesInFlight(const asio::any_io_executor& executor) : executor_(executor), received_(executor) {
    received_.expires_at(asio::steady_timer::time_point::max());
  }

  [[nodiscard]] std::size_t size() const { return pieces_.size(); }

  /// False, and nothing happens, if the intake has no room.
  bool offer(ingest::Intake& intake, Delivery& piece) {
    const auto entry = std::make_shared<std::optional<Receipt>>();
    const bool taken = intake.offer(std::move(piece), [self = shared_from_this(), entry](Receipt receipt) {
      asio::post(self->executor_, [self, entry, receipt = std::move(receipt)]() mutable {
        *entry = std::move(receipt);
        self->received_.cancel();
      });
    });
    if (taken) pieces_.push_back(entry);
    return taken;
  }

  /// A piece that nobody is asked about.
  void add(Receipt receipt) { pieces_.push_back(std::make_shared<std::optional<Receipt>>(std::move(receipt))); }

  /// Waits for the receipt of the first.
  asio::awaitable<Receipt> next() {
    while (!*pieces_.front()) {
      boost::system::error_code cancelled;
      co_await received_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    Receipt receipt = std::move(**pieces_.front());
    pieces_.pop_front();
    co_return receipt;
  }

 private:
  asio::any_io_executor executor_;
  asio::steady_timer received_;
  std::deque<std::shared_ptr<std::optional<Receipt>>> pieces_;
};

/// The way of one body.
class BodyIntake {
 public:
  BodyIntake(const RouteContext& context, HttpRequest& request, std::string_view source, ingest::BodyDecoder& decoder,
             PieceObserver& observer, const asio::any_io_executor& executor)
      : context_(context),
        request_(request),
        source_(source),
        decoder_(decoder),
        observer_(observer),
        window_(std::in_place, std::move(request.body), request.header("Content-Encoding"),
                4 * context.options.max_body),
        pieces_(std::make_shared<PiecesInFlight>(executor)) {}

  asio::awaitable<TakenBody> run() {
    bool more = window_->result() == ingest::DecodeResult::ok;
    while (more) {
      if (abandoned() || !co_await hold()) break;
      Delivery piece;
      piece.source = source_;
      more = co_await cut(piece);
      if (context_.ended) taken_.no_room = true;
      if (taken_.no_room) break;
      request_.carry(memory() + piece.memory());
      if (window_->result() != ingest::DecodeResult::ok || taken_.refused || taken_.not_read) break;
      observer_.on_piece();
      co_await hand_over(std::move(piece));
      while (pieces_->size() >= kMostPieces) co_await receive();
      if (taken_.receipt.status != Receipt::Status::durable && !observer_.wants_all()) break;
    }
    taken_.encoding = window_->result();
    window_.reset();
    request_.carry(observer_.memory());
    while (pieces_->size() > 0) co_await receive();
    co_return std::move(taken_);
  }

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  [[nodiscard]] std::size_t memory() const { return window_->memory() + decoder_.memory() + observer_.memory(); }

  // Whether it is a body to be decompressed for a client that has gone. One may close its side behind the request and
  // still wait: what is quick is done all the same.
  bool abandoned() {
    constexpr std::chrono::seconds kPatience{1};
    if (!window_->compressed() || !request_.client_has_gone()) {
      gone_since_.reset();
      return false;
    }
    const auto now = std::chrono::steady_clock::now();
    if (!gone_since_) gone_since_ = now;
    if (now - *gone_since_ < kPatience && !context_.stopping) return false;
    taken_.no_room = true;
    return true;
  }

  // What the next piece may take beside what is there: of what is compressed nobody knows how much comes.
  [[nodiscard]] std::size_t reserve() const {
    const std::size_t view = window_->view().size();
    if (!window_->compressed()) return std::min(view, Delivery::kPieceBytes);
    return 2 * ingest::kMostGrowth + Delivery::kPieceBytes + view;
  }

  // What was sent before comes free soon, mostly.
  asio::awaitable<bool> hold() {
    constexpr std::chrono::seconds kPatience{2};
    const auto limit = std::chrono::steady_clock::now() + kPatience;
    const HttpRequest::Room room =
        observer_.memory() <= kMostInTurn ? HttpRequest::Room::in_turn : HttpRequest::Room::within;
    while (!request_.hold(memory() + reserve(), room)) {
      if (std::chrono::steady_clock::now() >= limit || context_.stopping) {
        taken_.no_room = true;
        co_return false;
      }
      asio::steady_timer pause{co_await asio::this_coro::executor, std::chrono::milliseconds{10}};
      co_await pause.async_wait(asio::use_awaitable);
    }
    co_return true;
  }

  asio::awaitable<bool> cut(Delivery& piece) {
    const auto work = [&] {
      if (context_.ended) return false;
      if (!looked_ && !look()) return false;
      const ingest::WireResult<bool> behind = ingest::next_piece(*window_, decoder_, piece);
      if (!behind) taken_.refused = behind.error();
      return behind && *behind;
    };
    if (!window_->compressed() || window_->memory() < kMuch) co_return work();
    co_return co_await elsewhere(context_.decoding, work);
  }

  // False if that is all there is to say.
  bool look() {
    while (window_->view().size() < ingest::kToldBy && window_->grow()) {
    }
    looked_ = true;
    taken_.not_read = file_problem(window_->view());
    return !taken_.not_read;
  }

  asio::awaitable<void> hand_over(Delivery piece) {
    if (taken_.receipt.status != Receipt::Status::durable || piece.documents.empty()) {
      Receipt nothing;
      nothing.status = taken_.receipt.status;
      pieces_->add(std::move(nothing));
      co_return;
    }
    bytes_ += piece.size;
    piece.seal();
    while (!pieces_->offer(context_.intake, piece)) {
      if (first_ || context_.stopping) {
        Receipt busy;
        busy.status = Receipt::Status::busy;
        pieces_->add(std::move(busy));
        break;
      }
      if (pieces_->size() > 0) {
        co_await receive();
      } else {
        co_await room(context_.intake);
      }
    }
    first_ = false;
  }

  asio::awaitable<void> receive() {
    const Receipt receipt = co_await pieces_->next();
    Receipt& all = taken_.receipt;
    all.events += receipt.events;
    all.duplicates += receipt.duplicates;
    all.rewritten += receipt.rewritten;
    all.rejected += receipt.rejected;
    for (const auto& [reason, count] : receipt.reasons) all.reasons[reason] += count;
    if (all.status == Receipt::Status::durable && receipt.status != Receipt::Status::durable) {
      all.status = receipt.status;
      all.problem = receipt.problem;
    }
    observer_.on_receipt(receipt);
  }

  const RouteContext& context_;
  HttpRequest& request_;
  std::string_view source_;
  ingest::BodyDecoder& decoder_;
  PieceObserver& observer_;
  std::optional<ingest::BodyWindow> window_;
  std::shared_ptr<PiecesInFlight> pieces_;
  TakenBody taken_;
  std::size_t bytes_ = 0;
  std::optional<std::chrono::steady_clock::time_point> gone_since_;  // The client.
  bool first_ = true;                                                // Nothing was handed over yet.
  bool looked_ = false;                                              // At what it is.
};

}  // namespace

asio::awaitable<TakenBody> take_body(const RouteContext& context, ListenerFigures& figures, HttpRequest& request,
                                     std::string_view source, ingest::BodyDecoder& decoder, PieceObserver& observer) {
  BodyIntake intake{context, request, source, decoder, observer, co_await asio::this_coro::executor};
  TakenBody taken = co_await intake.run();
  figures.add(taken.receipt, intake.bytes());
  co_return taken;
}

}  // namespace trailkeeper::serve
