// Where queries run: a few threads of their own, each query within a time limit, and only while somebody waits for it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "serve/admission.h"
#include "serve/connection.h"
#include "serve/elsewhere.h"
#include "store/read_limit.h"

namespace trailkeeper::serve {

/// Too many queries are waiting already.
class TooManyQueries : public std::runtime_error {
 public:
  TooManyQueries() : std::runtime_error("too many queries are waiting: try again later") {}
};

/// Runs queries, which read the store for somebody. Ingest doesn't use its threads, and the scheduler gives them less
/// time than ingest's. Used in the server's thread; work runs in the pool's.
class QueryPool {
 public:
  /// `timeout`: for a query, or a piece of a long answer, including its wait for a thread.
  QueryPool(std::size_t threads, std::chrono::seconds timeout);
  ~QueryPool();
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  /// Calls `work` in a thread of the pool. Throws what it throws; store::ReadStopped when its time is up, or when
  /// sweep() found that the client has gone or wouldn't be let in any more; TooManyQueries. `connection` and
  /// `admission` must stay until it returns.
  template <typename Work>
  boost::asio::awaitable<std::invoke_result_t<Work>> run(const Connection& connection, const Admission& admission,
                                                         Work work) {
    const Place place{*this, connection, admission};
    store::ReadLimit& limit = place.limit();
    co_return co_await elsewhere(pool_.get_executor(), [&limit, &work] {
      be_modest();
      const store::ReadLimit::Scope scope{&limit};
      limit.check();  // It may have waited for its thread until nobody waited for it.
      return work();
    });
  }

  /// Ends the queries that nobody waits for. Call it several times a second.
  void sweep();
  /// Ends all queries, including future ones; returns when no thread works any more.
  void stop();

  [[nodiscard]] std::size_t size() const { return running_.size(); }
  [[nodiscard]] std::chrono::seconds timeout() const { return timeout_; }
  static constexpr std::size_t kMostWaiting = 256;

 private:
  struct Running {
    store::ReadLimit limit;
    const Connection* connection;
    const Admission* admission;
    int sweeps_gone = 0;
  };

  /// A query's entry in the list.
  class Place {
   public:
    Place(QueryPool& pool, const Connection& connection, const Admission& admission);
    ~Place() { pool_.running_.erase(entry_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    [[nodiscard]] store::ReadLimit& limit() const { return entry_->limit; }

   private:
    QueryPool& pool_;
    std::list<Running>::iterator entry_;
  };

  static void be_modest();

  std::chrono::seconds timeout_;
  std::list<Running> running_;
  bool stopped_ = false;
  boost::asio::thread_pool pool_;
};

/// `the query took longer than 60 s (--query-timeout): …`
std::string query_timeout_text(std::chrono::seconds timeout);

}  // namespace trailkeeper::serve
