// Writing HTTP/1.1's answers to a connection.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "query/memory_budget.h"
#include "serve/admission.h"
#include "serve/connection.h"
#include "serve/http_message.h"
#include "serve/options.h"

namespace trailkeeper::serve {

/// Writes the answers of one connection, one after the other. What it is given outlives it.
class HttpAnswerWriter {
 public:
  /// `answers` is the budget of pieces that are made as they are sent. Once it is `stopping`, none waits for room.
  HttpAnswerWriter(Connection& connection, const ServerOptions& options, query::MemoryBudget& answers,
                   const std::atomic<bool>& stopping)
      : connection_(connection), options_(options), answers_(answers), stopping_(stopping) {}

  /// Whether the client knows chunks, as HTTP/1.1 does. To others, a body made piece by piece ends with the connection.
  void knows_chunks(bool knows) { chunks_ = knows; }
  /// Whether it asked with HEAD: no answer, of whatever kind, has a body.
  void head_only(bool only) { head_only_ = only; }

  /// Writes an answer. False if it couldn't be written whole, or the connection ends behind it. A body that is made
  /// piece by piece ends early if `admission`, where given, doesn't hold any more.
  boost::asio::awaitable<bool> write(HttpResponse& response, bool keep_alive, const Admission* admission = nullptr);

 private:
  [[nodiscard]] std::string head_of(const HttpResponse& response, bool keep_alive) const;
  boost::asio::awaitable<bool> room_for_piece(query::MemoryBudget::Charge& charge);
  boost::asio::awaitable<bool> write_chunks(BodySource source, const Admission* admission, query::MemoryBudget* budget);
  boost::asio::awaitable<bool> write_chunk(std::string_view bytes);

  Connection& connection_;
  const ServerOptions& options_;
  query::MemoryBudget& answers_;
  const std::atomic<bool>& stopping_;
  bool chunks_ = true;
  bool head_only_ = false;
};

}  // namespace trailkeeper::serve
