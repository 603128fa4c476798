#include "serve/http_answer.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <optional>

namespace trailkeeper::serve {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

// A source with nothing to give is asked again after this.
constexpr std::chrono::milliseconds kNothingYet{50};
// What a piece of an answer may take while it is made and sent: as long as an event at the end of a full chunk.
constexpr std::size_t kMostOfPiece = std::size_t{3} << 20;

// IMF-fixdate of RFC 9110 section 5.6.7: in English, whatever the locale.
std::string http_date(std::time_t now) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm time{};
  gmtime_r(&now, &time);
  char text[64];
  const int length =
      std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[time.tm_wday], time.tm_mday,
                    kMonths[time.tm_mon], time.tm_year + 1900, time.tm_hour, time.tm_min, time.tm_sec);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace

std::string HttpAnswerWriter::head_of(const HttpResponse& response, bool keep_alive) const {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string{status_text(response.status)} +
                     "\r\nServer: trailkeeper\r\nDate: " + http_date(std::time(nullptr)) + "\r\n";
  if (!response.content_type.empty()) head += "Content-Type: " + response.content_type + "\r\n";
  for (const auto& [name, value] : response.headers) {
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
  }
  if (!keep_alive) {
    head += "Connection: close\r\n";
  } else if (!chunks_) {
    head += "Connection: keep-alive\r\n";  // HTTP/1.0 closes unless it is told.
  }
  if (response.source && !chunks_) {
    head += "\r\n";  // To HTTP/1.0 the end of the connection is that of the body.
  } else if (response.source) {
    head += "Transfer-Encoding: chunked\r\n\r\n";
  } else {
    head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n";
  }
  return head;
}

asio::awaitable<bool> HttpAnswerWriter::write(HttpResponse& response, bool keep_alive, const Admission* admission) {
  keep_alive = keep_alive && (chunks_ || !response.source);
  std::string head = head_of(response, keep_alive);
  if (!response.source) {
    if (!head_only_) head += response.body;
    co_return co_await connection_.write(head, options_.write_timeout);
  }
  if (!co_await connection_.write(head, options_.write_timeout)) co_return false;
  if (head_only_) co_return keep_alive;
  // What became of events that were taken is told in any case, and counted with them.
  const bool counted = response.held != nullptr;
  const bool whole =
      co_await write_chunks(std::move(response.source), counted ? nullptr : admission, counted ? nullptr : &answers_);
  co_return whole&& keep_alive;
}

// Before a piece is made: however many read slowly, what waits to be sent is bounded.
asio::awaitable<bool> HttpAnswerWriter::room_for_piece(query::MemoryBudget::Charge& charge) {
  charge.shrink(0);
  const auto limit = Clock::now() + options_.write_timeout;
  while (!charge.try_add(std::min(kMostOfPiece, answers_.limit()))) {
    if (Clock::now() >= limit || stopping_) co_return false;
    asio::steady_timer pause{co_await asio::this_coro::executor, std::chrono::milliseconds{10}};
    co_await pause.async_wait(asio::use_awaitable);
  }
  co_return true;
}

// A source that fails in the middle can't say so in HTTP: the connection ends without the last chunk. So it does when
// who asked wouldn't be let in any more. Without `budget` the pieces are counted elsewhere.
asio::awaitable<bool> HttpAnswerWriter::write_chunks(BodySource source, const Admission* admission,
                                                     query::MemoryBudget* budget) {
  // A client may close its side behind the request; who goes on waiting for long has gone.
  constexpr std::chrono::seconds kPatience{1};
  std::optional<Clock::time_point> gone;
  query::MemoryBudget::Charge charge{budget};
  while (true) {
    if (!co_await room_for_piece(charge)) co_return false;
    std::optional<std::string> piece;
    bool failed = false;
    try {
      if (admission != nullptr && !admission->holds()) co_return false;
      piece = co_await source();
    } catch (const std::exception&) {
      failed = true;
    }
    if (failed) co_return false;
    if (!piece) break;
    charge.shrink(2 * piece->capacity());
    if (piece->empty()) {
      if (!connection_.peer_has_gone()) {
        gone.reset();
      } else if (!gone) {
        gone = Clock::now();
      } else if (Clock::now() - *gone >= kPatience) {
        co_return false;
      }
      asio::steady_timer pause{co_await asio::this_coro::executor, kNothingYet};
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    // In slices: a slow reader isn't given what it may not see any more.
    constexpr std::size_t kSlice = std::size_t{64} << 10;
    for (std::size_t begin = 0; begin < piece->size(); begin += kSlice) {
      if (admission != nullptr && !admission->holds()) co_return false;
      if (!co_await write_chunk(std::string_view{*piece}.substr(begin, kSlice))) co_return false;
    }
  }
  if (!chunks_) co_return true;  // GCC 12 writes all the same if this is one expression with ||.
  co_return co_await connection_.write("0\r\n\r\n", options_.write_timeout);
}

asio::awaitable<bool> HttpAnswerWriter::write_chunk(std::string_view bytes) {
  std::string chunk;
  if (chunks_) {
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    chunk = size;
  }
  chunk += bytes;
  if (chunks_) chunk += "\r\n";
  co_return co_await connection_.write(chunk, options_.write_timeout);
}

}  // namespace trailkeeper::serve
