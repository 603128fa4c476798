// An HTTP request as the routes see it, and what they answer.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/fields.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trailkeeper::serve {

/// A request as far as it is known before its body.
struct RequestHead {
  std::string method;
  std::string path;   ///< Without the query, still percent-encoded.
  std::string query;  ///< Behind the `?`, still percent-encoded.
  boost::beast::http::fields headers;
  bool keep_alive = true;

  [[nodiscard]] std::string_view header(std::string_view name) const {
    const auto value = headers[boost::beast::string_view{name.data(), name.size()}];
    return {value.data(), value.size()};
  }
};

struct HttpRequest : RequestHead {
  std::string body;  ///< As it came: before Content-Encoding is taken off.
  /// Whether it may, one at a time, exceed the limits, like a message that has to come in whole.
  enum class Room : std::uint8_t { in_turn, within };
  /// Counts what the body, and whatever is made from it, takes from now on; false: there is no room for it now.
  std::function<bool(std::size_t, Room)> hold = [](std::size_t, Room) { return true; };
  /// The same for memory that is in use already: never refused. Others wait, or are refused, while it is too much.
  std::function<void(std::size_t)> carry = [](std::size_t) {};
  /// Whether the client no longer waits for the answer.
  std::function<bool()> client_has_gone = [] { return false; };
};

/// A body in pieces: the next one, empty if there is none yet, or nothing at the end. Waits where it must; throws if it
/// can't continue.
using BodySource = std::function<boost::asio::awaitable<std::optional<std::string>>()>;

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Beside the usual ones.
  BodySource source;                                         ///< If set, the body; `body` is not used.
  bool close = false;                                        ///< End the connection after it.
  std::shared_ptr<const void> held;                          ///< What counts its memory, until it is sent.
};

/// A request that is wrong, RFC 9110 15.5.1.
inline constexpr int kBadRequest = 400;

/// The status' usual words.
std::string_view status_text(int status);

/// An answer `{"error":{"message":…}}`.
HttpResponse error_response(int status, std::string_view message);

/// An error as AWS's APIs give it: JSON 1.1 has `__type` in the body, REST JSON a header; clients of both understand
/// both.
HttpResponse aws_error(int status, std::string_view type, std::string_view message);

/// 503 (or 429) with Retry-After.
HttpResponse retry_response(int status, std::string_view message);

}  // namespace trailkeeper::serve
