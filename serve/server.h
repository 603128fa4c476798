// `trailkeeper serve`: all listeners over one store.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "serve/options.h"
#include "store/store.h"

namespace spdlog {
class logger;
}

namespace trailkeeper::serve {

/// An address that the server listens on, once it does.
struct BoundListener {
  std::string name;  ///< `http`, `https`, `syslog`, `syslog-tls`, …
  std::string host;
  std::uint16_t port = 0;
};

/// Takes events from log shippers and answers queries until it is told to stop. Not thread-safe, except stop().
class Server {
 public:
  /// `store` must be open for writing. Binds all listeners. Throws std::runtime_error: an address in use, bad
  /// certificates, or listeners that would let strangers in.
  Server(store::Store& store, ServerOptions options, std::shared_ptr<spdlog::logger> log);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::vector<BoundListener> listeners() const;

  /// Serves until SIGTERM, SIGINT or stop(): then takes no new connections, answers what has come, and returns once all
  /// of it is durable. SIGHUP reads certificates and tokens again. `ready` is called when everything listens.
  void run(const std::function<void()>& ready);

  /// From any thread.
  void stop();

  /// Why run() returned without being told to: the store can't be used by this process any more. Empty: it was told to.
  [[nodiscard]] const std::string& fatal() const;

 private:
  class Running;
  std::unique_ptr<Running> running_;
};

}  // namespace trailkeeper::serve
