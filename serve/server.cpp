#include "serve/server.h"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <thread>

#include "ingest/follow.h"
#include "serve/access.h"
#include "serve/http_routes.h"
#include "serve/http_session.h"
#include "serve/idle_memory.h"
#include "serve/metrics.h"
#include "serve/open_connections.h"
#include "serve/stream_session.h"

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Queries wait for the disk and use the processor; more of them at once would only wait for each other.
constexpr std::size_t kQueryThreads = 4;
constexpr std::size_t kCountThreads = 4;

// What those may hold together who have yet to show that they may send.
constexpr std::size_t kMostUnproven = std::size_t{16} << 20;

// Longer than a client takes from one page to the next.
constexpr std::chrono::seconds kSnapshotsIdle{1};

ingest::IntakeOptions intake_options(const ServerOptions& options) {
  ingest::IntakeOptions intake;
  intake.workers = options.workers;
  intake.max_bytes = options.max_in_flight;
  if (options.strict_variants) intake.variants = store::VariantRule::value;
  intake.merge = options.merge;
  return intake;
}

std::string listener_name(const ListenerOptions& options) {
  std::string name{protocol_name(options.protocol)};
  if (!options.tls) return name;
  return options.protocol == Protocol::http ? "https" : name + "-tls";
}

}  // namespace

/// All of a running server.
class Server::Running {
 public:
  Running(store::Store& store, ServerOptions options, std::shared_ptr<spdlog::logger> log)
      : options_(std::move(options)),
        store_(store),
        log_(std::move(log)),
        complaints_(log_),
        tokens_(token_path(store.environment().directory())),
        tls_(options_.tls.certificate.empty() ? nullptr : std::make_unique<TlsContext>(options_.tls)),
        access_(tokens_, tls_.get(), options_),
        snapshots_(store),
        tail_(query::ShownEvents{store.snapshot()}),
        query_memory_(options_.max_query_memory),
        receiving_(options_.max_receiving),
        unproven_(std::min(kMostUnproven, options_.max_receiving)),
        counts_(kCountThreads, options_.query_timeout),
        queries_(kQueryThreads, options_.query_timeout),
        saved_(options_.queries),
        lake_(io_.get_executor(), store, query_memory_, options_.query_timeout),
        intake_(store, intake_options(options_)),
        routes_{options_,
                store,
                snapshots_,
                intake_,
                access_,
                tail_,
                query_memory_,
                counts_,
                queries_,
                lake_,
                saved_,
                decoding_.get_executor(),
                following_.get_executor(),
                stopping_,
                ended_,
                [this] { return metrics(); }},
        open_(options_, complaints_) {
    check_exposure(options_, *tokens_.current());
    if (tokens_.current()->empty() && tokens_.current()->need() == TokenSet::Need::needed) {
      log_->warn(
          "there is no token left, but there was one: nobody gets in over HTTP before `trailkeeper token create` makes "
          "another; `trailkeeper token open` says that none is needed any more");
    }
    intake_.observe([this](std::vector<store::SealedBatch> committed) {
      const bool secrets = std::any_of(committed.begin(), committed.end(),
                                       [](const store::SealedBatch& batch) { return !batch.secrets.empty(); });
      if (secrets && tail_.followed()) tail_.show_by(query::ShownEvents{store_.snapshot()});
      tail_.publish(std::move(committed));
    });
    for (const std::string& problem : saved_.problems()) log_->warn("a saved query is left out: {}", problem);
    for (const ListenerOptions& listener : options_.listeners) bind(listener);
  }

  [[nodiscard]] std::vector<BoundListener> listeners() const {
    std::vector<BoundListener> bound;
    for (const auto& listener : listeners_) {
      const tcp::endpoint endpoint = listener->acceptor.local_endpoint();
      bound.push_back({listener->figures->name, endpoint.address().to_string(), endpoint.port()});
    }
    return bound;
  }

  void run(const std::function<void()>& ready) {
    for (auto& listener : listeners_) asio::co_spawn(io_, accept(*listener), asio::detached);
    asio::co_spawn(io_, watch_signals(), asio::detached);
    asio::co_spawn(io_, watch_store(), asio::detached);
    for (const std::string& folder : options_.follow) follow(folder);
    ready();
    io_.run();
    ended_ = true;
    // Nothing of the server's thread runs any more; what the intake has is finished.
    for (auto& follower : followers_) follower->stop();
    intake_.stop();
    counts_.stop();
    queries_.stop();
    lake_.stop();
    complaints_.catch_up(true);
    decoding_.join();
    following_.join();
    io_.restart();
    io_.poll();
  }

  [[nodiscard]] const std::string& fatal() const { return fatal_; }

  void stop() {
    asio::post(io_, [this] { begin_stopping(); });
  }

 private:
  struct Listener {
    Listener(asio::io_context& io, ListenerOptions listen_options, NamedFigures* named)
        : options(std::move(listen_options)), acceptor(io), figures(named) {}
    ListenerOptions options;
    tcp::acceptor acceptor;
    NamedFigures* figures;
    std::unique_ptr<HttpRoutes> routes;
  };

  void bind(const ListenerOptions& listener_options) {
    if (listener_options.tls && !tls_) throw WrongOptions("TLS needs --tls-cert and --tls-key");
    figures_.push_back(std::make_unique<NamedFigures>());
    figures_.back()->name = listener_name(listener_options);
    auto listener = std::make_unique<Listener>(io_, listener_options, figures_.back().get());
    const tcp::endpoint endpoint{asio::ip::make_address(listener_options.host), listener_options.port};
    try {
      listener->acceptor.open(endpoint.protocol());
      listener->acceptor.set_option(asio::socket_base::reuse_address{true});
      listener->acceptor.bind(endpoint);
      listener->acceptor.listen(asio::socket_base::max_listen_connections);
    } catch (const boost::system::system_error& error) {
      throw std::runtime_error("cannot listen on " + listener_options.host + ":" +
                               std::to_string(listener_options.port) + " (" + figures_.back()->name +
                               "): " + error.code().message());
    }
    listener->routes = std::make_unique<HttpRoutes>(routes_, listener->figures->figures, complaints_);
    listeners_.push_back(std::move(listener));
  }

  asio::awaitable<void> accept(Listener& listener) {
    while (!stopping_) {
      boost::system::error_code failed;
      tcp::socket socket = co_await listener.acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failed));
      // What was accepted just before the stop may have sent something already.
      if (stopping_ && (failed || listener.options.protocol == Protocol::http)) break;
      if (failed) {
        // No descriptors left, say: waiting is all there is to do.
        complaints_.say(Complaint::accept, listener.figures->name, "",
                        "cannot accept a connection: " + failed.message());
        asio::steady_timer pause{io_, std::chrono::milliseconds{100}};
        co_await pause.async_wait(asio::use_awaitable);
        continue;
      }
      take(listener, std::move(socket));
    }
  }

  void take(Listener& listener, tcp::socket socket) {
    if (open_.full()) {
      ++listener.figures->figures.refused;
      complaints_.say(Complaint::crowded, listener.figures->name, "",
                      "refused a connection: there are " + std::to_string(open_.size()) + " already");
      return;
    }
    asio::co_spawn(io_, serve(listener, std::move(socket)), asio::detached);
  }

  // Who connected before the stop may have sent all that it has to say: the kernel holds it.
  void take_backlog(Listener& listener) {
    boost::system::error_code failed;
    listener.acceptor.non_blocking(true, failed);
    while (!failed) {
      tcp::socket socket{io_};
      listener.acceptor.accept(socket, failed);
      if (!failed) take(listener, std::move(socket));
    }
  }

  asio::awaitable<void> serve(Listener& listener, tcp::socket socket) {
    const auto tls = listener.options.tls ? tls_->current() : nullptr;
    const std::shared_ptr<Connection> connection = make_connection(std::move(socket), tls);
    ListenerFigures& figures = listener.figures->figures;
    connection->set_listener(listener.figures->name);
    if (!open_.has_place_for(*connection)) {
      ++figures.refused;
      complaints_.say(Complaint::crowded, listener.figures->name, connection->peer(),
                      "refused a connection: its peer has " + std::to_string(open_.of_peer(*connection)) + " already");
      co_return;
    }
    open_.add(*connection, listener.options.protocol != Protocol::http);
    ++figures.connections;
    ++figures.open;
    try {
      co_await serve_connection(listener, connection);
    } catch (const std::exception& error) {
      complaints_.say(Complaint::request, listener.figures->name, connection->peer(),
                      std::string{"connection ended: "} + error.what());
    }
    --figures.open;
    open_.remove(*connection);
    if (stopping_ && open_.size() == 0) io_.stop();
  }

  asio::awaitable<void> serve_connection(Listener& listener, std::shared_ptr<Connection> connection) {
    const std::string& name = listener.figures->name;
    std::string problem;
    if (!co_await connection->handshake(options_.header_timeout, problem)) {
      complaints_.say(Complaint::handshake, name, connection->peer(), "the TLS handshake failed: " + problem);
      co_return;
    }
    // The handshake has seen to it that there is a certificate. One without any name has none of those that are let in.
    if (listener.options.tls && tls_->asks_for_certificates() && !tls_->accepts_name(connection->client_names())) {
      complaints_.say(Complaint::certificate, name, connection->peer(), "the client certificate's name is not let in");
      co_return;
    }
    if (listener.options.protocol == Protocol::http) {
      const HttpContext context{options_,
                                receiving_,
                                query_memory_,
                                unproven_,
                                stopping_,
                                [&listener](const RequestHead& head, const Connection& client) {
                                  return listener.routes->admit(head, client);
                                },
                                [&listener, &connection](Admission admission, HttpRequest request) {
                                  return listener.routes->answer(std::move(admission), std::move(request), connection);
                                },
                                [this, &name, &connection](Complaint kind, const std::string& text) {
                                  complaints_.say(kind, name, connection->peer(), text);
                                }};
      co_await serve_http(connection, context);
      co_return;
    }
    const bool keyed = listener.options.protocol == Protocol::forward && !options_.forward_shared_key.empty();
    const std::optional<Admission> admission = access_.admit_stream(*connection, keyed);
    if (!admission) {
      complaints_.say(Complaint::certificate, name, connection->peer(), "refused: it showed no certificate");
      co_return;
    }
    const StreamContext context{options_,
                                intake_,
                                receiving_,
                                unproven_,
                                *admission,
                                listener.figures->figures,
                                stopping_,
                                [this, &name, &connection](const std::string& loss) {
                                  complaints_.say(Complaint::loss, name, connection->peer(), loss);
                                }};
    const std::string end = co_await serve_stream(listener.options.protocol, connection, context);
    if (!end.empty()) complaints_.say(Complaint::protocol, name, connection->peer(), "connection closed: " + end);
  }

  static asio::awaitable<SessionEnd> serve_stream(Protocol protocol, std::shared_ptr<Connection> connection,
                                                  const StreamContext& context) {
    switch (protocol) {
      case Protocol::syslog: co_return co_await serve_syslog(std::move(connection), context);
      case Protocol::forward: co_return co_await serve_forward(std::move(connection), context);
      default: co_return co_await serve_ndjson(std::move(connection), context);
    }
  }

  asio::awaitable<void> watch_signals() {
    while (true) {  // To the end: a second signal must not kill what is being drained.
      const int number = co_await signals_.async_wait(asio::use_awaitable);
      if (number == SIGHUP) {
        reload();
      } else {
        log_->info("stopping: signal {}", number);
        begin_stopping();
      }
    }
  }

  void reload() {
    try {
      if (tls_) tls_->reload();
      if (!tokens_.reload()) throw std::runtime_error(tokens_.error());
      log_->info("certificates and tokens were read again");
    } catch (const std::exception& error) {
      log_->error("cannot reload, and goes on with what it had: {}", error.what());
    }
  }

  // Says when the store begins to fail, and when it is well again; and when tokens can't be read.
  asio::awaitable<void> watch_store() {
    bool failing = false;
    bool rejects_told = false;
    std::string token_problem;
    asio::steady_timer timer{io_};
    while (!stopping_) {
      timer.expires_after(std::chrono::milliseconds{250});
      co_await timer.async_wait(asio::use_awaitable);
      snapshots_.end_idle(kSnapshotsIdle);
      counts_.sweep();
      queries_.sweep();
      complaints_.catch_up();
      if (idle_memory_.is_due(intake_.figures().bytes, memory_in_use())) {
        asio::post(decoding_, [] { IdleMemory::give_back(); });
      }
      if (std::string problem = tokens_.error(); problem != token_problem) {
        token_problem = std::move(problem);
        if (!token_problem.empty()) log_->error("{}; the previous tokens stay in force", token_problem);
      }
      if (!rejects_told && intake_.reject_figures().without_bytes + intake_.reject_figures().only_counted > 0) {
        rejects_told = true;  // The metrics count them.
        log_->warn(
            "the limit for rejected records is reached: their bytes are not kept any more; see trailkeeper rejects "
            "limit");
      }
      if (intake_.figures().must_restart) {
        fatal_ = intake_.problem();
        log_->error("stopping: {}", fatal_);
        begin_stopping();
        co_return;
      }
      const bool fails = intake_.figures().failing;
      if (fails == failing) continue;
      failing = fails;
      if (failing) {
        log_->error("the store does not take events: {}; senders are told to try again", intake_.problem());
      } else {
        log_->info("the store takes events again");
      }
    }
  }

  // Of bodies and answers that are being made.
  [[nodiscard]] std::size_t memory_in_use() const {
    return receiving_.used() + query_memory_.used() + intake_.figures().bytes_in_flight;
  }

  void follow(const std::string& folder) {
    figures_.push_back(std::make_unique<NamedFigures>());
    figures_.back()->name = "follow";
    ListenerFigures& figures = figures_.back()->figures;
    followers_.push_back(std::make_unique<ingest::Follower>(
        store_, intake_, folder,
        [&figures](const ingest::Receipt& receipt, std::size_t size) { figures.add(receipt, size); },
        [this](const std::string& message) { complaints_.say(Complaint::follow, "follow", "", message); }));
  }

  // No new connections; open ones finish their current request, and end after a while in any case.
  void begin_stopping() {
    if (stopping_) return;
    stopping_ = true;
    for (auto& listener : listeners_) {
      boost::system::error_code ignored;
      if (listener->options.protocol != Protocol::http) take_backlog(*listener);
      listener->acceptor.close(ignored);
    }
    asio::co_spawn(io_, drain(), asio::detached);
  }

  asio::awaitable<void> drain() {
    const auto limit = std::chrono::steady_clock::now() + options_.drain_timeout;
    asio::steady_timer timer{io_};
    co_await open_.hear_out(timer, limit);
    // Idle connections don't know that they should go: those with nothing in flight are closed after a moment.
    while (open_.size() > 0 && std::chrono::steady_clock::now() < limit) {
      timer.expires_after(OpenConnections::kStep);
      co_await timer.async_wait(asio::use_awaitable);
      if (open_.raw() == 0 && intake_.figures().deliveries_in_flight == 0) break;
    }
    timer.expires_after(OpenConnections::kStep);
    co_await timer.async_wait(asio::use_awaitable);
    open_.close_all();
    timer.expires_after(std::chrono::milliseconds{100});
    co_await timer.async_wait(asio::use_awaitable);
    io_.stop();
  }

  std::string metrics() {
    return metrics_text(figures_, intake_, store_.environment().file_bytes(), counts_.size() + queries_.size());
  }

  ServerOptions options_;
  store::Store& store_;
  std::shared_ptr<spdlog::logger> log_;
  ComplaintLog complaints_;
  TokenFile tokens_;
  std::unique_ptr<TlsContext> tls_;
  Access access_;
  store::IdleSnapshots snapshots_;
  query::TailHub tail_;
  std::atomic<bool> stopping_{false};
  std::string fatal_;  // Why it stops by itself; set on the server's thread.
  std::atomic<bool> ended_{false};
  std::vector<std::unique_ptr<NamedFigures>> figures_;
  // What coroutines hold shares of outlives them, and they go with io_ at the latest.
  query::MemoryBudget query_memory_;
  Budget receiving_;
  Budget unproven_;
  IdleMemory idle_memory_;
  asio::io_context io_{1};
  // Caught from the start, before anyone is told that this listens: a SIGTERM at once is a stop as any other.
  asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
  // These go before io_, to which their work returns.
  asio::thread_pool decoding_{std::max(2U, std::thread::hardware_concurrency())};
  asio::thread_pool following_{2};
  QueryPool counts_;
  QueryPool queries_;
  query::SavedQueries saved_;
  LakeQueries lake_;
  ingest::Intake intake_;
  RouteContext routes_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  OpenConnections open_;
  std::vector<std::unique_ptr<ingest::Follower>> followers_;
};

Server::Server(store::Store& store, ServerOptions options, std::shared_ptr<spdlog::logger> log)
    : running_(std::make_unique<Running>(store, std::move(options), std::move(log))) {}
Server::~Server() = default;

std::vector<BoundListener> Server::listeners() const { return running_->listeners(); }
void Server::run(const std::function<void()>& ready) { running_->run(ready); }
void Server::stop() { running_->stop(); }

const std::string& Server::fatal() const { return running_->fatal(); }

}  // namespace trailkeeper::serve
