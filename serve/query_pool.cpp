#include "serve/query_pool.h"

#include <sys/resource.h>
#include <unistd.h>

namespace trailkeeper::serve {

QueryPool::QueryPool(std::size_t threads, std::chrono::seconds timeout) : timeout_(timeout), pool_(threads) {}

QueryPool::~QueryPool() { stop(); }

QueryPool::Place::Place(QueryPool& pool, const Connection& connection, const Admission& admission) : pool_(pool) {
  if (pool.running_.size() >= kMostWaiting || pool.stopped_) throw TooManyQueries{};
  entry_ = pool.running_.emplace(pool.running_.end());
  entry_->connection = &connection;
  entry_->admission = &admission;
  entry_->limit.allow(pool.timeout_);
}

void QueryPool::sweep() {
  // A client may close its side behind the request and still wait: what is quick is answered all the same.
  constexpr int kPatience = 4;
  for (Running& query : running_) {
    query.sweeps_gone = query.connection->peer_has_gone() ? query.sweeps_gone + 1 : 0;
    if (query.sweeps_gone >= kPatience || !query.admission->holds()) query.limit.cancel();
  }
}

void QueryPool::stop() {
  stopped_ = true;
  for (Running& query : running_) query.limit.cancel();
  pool_.join();
}

// A thread's own nice value is Linux's; threads that a scan starts inherit it.
void QueryPool::be_modest() {
  constexpr int kNice = 5;
  thread_local bool done = false;
  if (done) return;
  done = true;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

std::string query_timeout_text(std::chrono::seconds timeout) {
  return "the query took longer than " + std::to_string(timeout.count()) +
         " s (--query-timeout): narrow it, by time for instance";
}

}  // namespace trailkeeper::serve
