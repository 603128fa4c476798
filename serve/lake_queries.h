// Queries of CloudTrail Lake's API: they run in the background, and their answers are kept for a while.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/memory_budget.h"
#include "query/sql/run.h"
#include "store/read_limit.h"
#include "store/store.h"
#include "text/timestamp.h"

namespace trailkeeper::serve {

/// AWS's words.
enum class LakeStatus : std::uint8_t { queued, running, finished, failed, cancelled, timed_out };
std::string_view lake_status_text(LakeStatus status);

/// One query and, once it has finished, its answer.
struct LakeQuery {
  std::string id;     ///< A UUID.
  std::string alias;  ///< The saved query's name; empty if it has none.
  query::sql::SqlRequest request;
  LakeStatus status = LakeStatus::queued;
  text::Timestamp created = 0;
  text::Timestamp ended = 0;
  std::chrono::milliseconds took{0};
  /// As AWS gives it: `[{"eventName":"GetObject"},{"count":"3"}]`.
  std::vector<std::string> rows;
  std::uint64_t bytes = 0;  ///< Of the rows.
  query::sql::SqlFigures figures;
  std::string error;
  query::MemoryBudget::Charge charge;
  store::ReadLimit limit;

  [[nodiscard]] bool is_active() const { return status == LakeStatus::queued || status == LakeStatus::running; }
};

/// Runs them, two at a time, each within a time limit and an eighth of the memory for queries. Answers are kept for an
/// hour; the oldest go before that where they are more than a quarter of that memory together, or there are more than a
/// thousand. Used in the server's thread.
class LakeQueries {
 public:
  LakeQueries(boost::asio::any_io_executor server, store::Store& store, query::MemoryBudget& memory,
              std::chrono::seconds timeout);
  ~LakeQueries();
  LakeQueries(const LakeQueries&) = delete;
  LakeQueries& operator=(const LakeQueries&) = delete;

  /// Begins a query, or lets it wait for its turn; null if too many do already.
  std::shared_ptr<const LakeQuery> start(query::sql::SqlRequest request, std::string alias);
  /// Null if there is none, or not any more.
  [[nodiscard]] std::shared_ptr<LakeQuery> find(std::string_view id);
  /// The newest of that alias.
  [[nodiscard]] std::shared_ptr<LakeQuery> find_alias(std::string_view alias);
  /// Newest first.
  [[nodiscard]] std::vector<std::shared_ptr<const LakeQuery>> all();
  /// Precondition: it is active.
  void cancel(LakeQuery& query);
  /// Ends everything, for good.
  void stop();

  static constexpr std::size_t kMostActive = 10;  ///< AWS's limit.

 private:
  void begin_next();
  boost::asio::awaitable<void> run(std::shared_ptr<LakeQuery> query);
  void make_room();
  [[nodiscard]] std::size_t active() const;

  boost::asio::any_io_executor server_;
  store::Store& store_;
  query::MemoryBudget& memory_;
  std::chrono::seconds timeout_;
  std::deque<std::shared_ptr<LakeQuery>> queries_;  // In order of their start.
  std::size_t running_ = 0;
  bool stopped_ = false;
  boost::asio::thread_pool pool_;
};

}  // namespace trailkeeper::serve
