// Log lines that clients cause: bounded lines of visible text, and not too many of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "text/mutex.h"

namespace spdlog {
class logger;
}

namespace trailkeeper::serve {

/// What the line is about.
enum class Complaint : std::uint8_t {
  accept,       ///< A connection could not be accepted.
  crowded,      ///< There were too many connections.
  handshake,    ///< TLS failed.
  certificate,  ///< The client's certificate isn't let in, or it has none.
  protocol,     ///< A connection was closed, and why.
  loss,         ///< Bytes were dropped.
  page,         ///< A browser sent a request for another origin's page.
  request,      ///< A request could not be answered.
  follow,       ///< A followed file.
};

/// For each kind and listener, the first lines of every ten seconds are written, and then how many more there were: a
/// client that sends as much as it likes can neither fill the disk nor hide others' lines. Texts are made visible
/// (text/visible_text.h) and cut. Sessions have no other way to log. Thread-safe.
class ComplaintLog {
 public:
  using Clock = std::chrono::steady_clock;
  explicit ComplaintLog(std::shared_ptr<spdlog::logger> log) : log_(std::move(log)) {}

  /// `peer` may be empty.
  void say(Complaint kind, std::string_view listener, std::string_view peer, std::string_view text,
           Clock::time_point now = Clock::now());

  /// Says how many lines were left out in periods that are over. Call it now and then, and at the end with `all`.
  void catch_up(bool all = false, Clock::time_point now = Clock::now());

  static constexpr unsigned kMost = 10;
  static constexpr std::chrono::seconds kEvery{10};
  static constexpr std::size_t kLongest = 1024;  ///< Bytes of a text.

 private:
  struct Recent {
    Clock::time_point begin{};
    unsigned said = 0;
    std::uint64_t left_out = 0;
    std::string last;  // The last that was left out.
  };
  using Key = std::pair<Complaint, std::string>;
  void summarize(const Key& key, Recent& recent) TRAILKEEPER_REQUIRES(mutex_);

  std::shared_ptr<spdlog::logger> log_;
  text::Mutex mutex_;
  std::map<Key, Recent> recent_ TRAILKEEPER_GUARDED_BY(mutex_);  // As many as there are listeners, times kinds.
};

}  // namespace trailkeeper::serve
