// A server's GET /v1/tail, from the client's side.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "text/result.h"

namespace trailkeeper::cli {

/// Where a server is.
struct ServerUrl {
  bool tls = false;
  std::string host;
  std::uint16_t port = 0;

  /// Reads `http://HOST[:PORT]` or `https://HOST[:PORT]`, with IPv6 addresses in brackets and nothing behind but a `/`.
  static text::Result<ServerUrl> parse(std::string_view text);
  /// As a Host header has it.
  [[nodiscard]] std::string authority() const;
};

/// Takes server-sent events apart, in pieces as they come.
class SentEvents {
 public:
  /// An event's name (empty: none was given) and its data. Both are valid during the call only.
  using Take = std::function<void(std::string_view name, std::string_view data)>;

  /// Throws std::runtime_error if an event is larger than any that a server sends.
  void feed(std::string_view bytes, const Take& take);

 private:
  void line(std::string_view line, const Take& take);

  static constexpr std::size_t kMostBytes = std::size_t{128} << 20U;

  std::string rest_;  // A line that isn't whole yet.
  std::string name_;
  std::string data_;
  bool any_data_ = false;
};

/// The server says that this request will never work: the token is wrong, say.
class SourceRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct EventSourceOptions {
  ServerUrl url;
  std::string target;   ///< Path and query.
  std::string token;    ///< Empty: none.
  std::string ca_file;  ///< PEM; empty: the system's certificates.
};

/// What happens; called in the thread that runs follow_events().
struct EventSourceHandlers {
  SentEvents::Take take;
  std::function<void()> pause;                     ///< All that has come was given to `take`.
  std::function<void(const std::string&)> notice;  ///< The connection was lost or is there again, in words.
};

/// Follows until SIGINT or SIGTERM, and connects again when the connection is lost. Throws SourceRefused, or
/// std::runtime_error if the first connection can't be made, and what the handlers throw.
void follow_events(const EventSourceOptions& options, const EventSourceHandlers& handlers);

}  // namespace trailkeeper::cli
