#include "serve/lake_queries.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <exception>
#include <utility>

#include "query/sql/answer_text.h"
#include "serve/elsewhere.h"
#include "serve/query_pool.h"
#include "text/clock.h"
#include "text/json_writer.h"

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;
namespace sql = query::sql;

constexpr std::size_t kLakeAtOnce = 2;
constexpr std::size_t kMostKept = 1000;
constexpr text::Timestamp kKeptFor = text::kHour;

/// What came of a query.
struct LakeOutcome {
  LakeStatus status = LakeStatus::finished;
  std::vector<std::string> rows;
  std::uint64_t bytes = 0;
  sql::SqlFigures figures;
  std::string error;
  query::MemoryBudget::Charge charge;
};

/// Takes an answer's rows as AWS gives them.
class LakeRows final : public sql::SqlReader {
 public:
  LakeRows(LakeOutcome& outcome, std::size_t most) : outcome_(outcome), most_(most) {}

  void columns(const std::vector<sql::NamedType>& columns) override {
    for (const sql::NamedType& column : columns) names_.push_back(column.name);
  }
  bool row(std::span<const sql::SqlValue> values) override {
    std::string text;
    text::JsonWriter json{text};
    json.open('[');
    for (std::size_t i = 0; i < values.size(); ++i) {
      json.open('{').member(names_[i], sql::value_text(values[i]).value_or("")).close('}');
    }
    json.close(']');
    outcome_.bytes += text.size();
    outcome_.charge.add(text.capacity() + sizeof(std::string));
    if (outcome_.charge.held() > most_) throw query::OverBudget{true};
    outcome_.rows.push_back(std::move(text));
    return true;
  }

 private:
  LakeOutcome& outcome_;
  std::size_t most_;
  std::vector<std::string> names_;
};

LakeOutcome failed(LakeStatus status, std::string why) {
  LakeOutcome outcome;
  outcome.status = status;
  outcome.error = std::move(why);
  return outcome;
}

LakeOutcome answer_of(store::Store& store, query::MemoryBudget& memory, LakeQuery& query,
                      std::chrono::seconds timeout) {
  query.limit.allow(timeout);
  const store::ReadLimit::Scope scope{&query.limit};
  try {
    query.limit.check();
    LakeOutcome outcome;
    outcome.charge = query::MemoryBudget::Charge{&memory};
    sql::SqlRequest request = query.request;
    request.shared = &memory;
    request.figures = &outcome.figures;
    LakeRows rows{outcome, memory.limit() / 8};
    const auto problem = sql::run_sql(store.snapshot(), request, rows);
    if (problem) return failed(LakeStatus::failed, sql::problem_text(*problem, request.text));
    outcome.rows.shrink_to_fit();
    return outcome;
  } catch (const store::ReadStopped& stopped) {
    if (stopped.why() == store::ReadStopped::Why::cancelled) return failed(LakeStatus::cancelled, "");
    return failed(LakeStatus::timed_out, query_timeout_text(timeout));
  } catch (const query::OverBudget&) {
    return failed(LakeStatus::failed,
                  "the query, or its answer, takes too much memory (--max-query-memory): narrow it");
  } catch (const std::bad_alloc&) {
    return failed(LakeStatus::failed, "the query takes too much memory: narrow it");
  } catch (const std::exception& error) {
    return failed(LakeStatus::failed, error.what());
  }
}

}  // namespace

std::string_view lake_status_text(LakeStatus status) {
  switch (status) {
    case LakeStatus::queued: return "QUEUED";
    case LakeStatus::running: return "RUNNING";
    case LakeStatus::finished: return "FINISHED";
    case LakeStatus::failed: return "FAILED";
    case LakeStatus::cancelled: return "CANCELLED";
    case LakeStatus::timed_out: return "TIMED_OUT";
  }
  return {};
}

LakeQueries::LakeQueries(asio::any_io_executor server, store::Store& store, query::MemoryBudget& memory,
                         std::chrono::seconds timeout)
    : server_(std::move(server)), store_(store), memory_(memory), timeout_(timeout), pool_(kLakeAtOnce) {}

LakeQueries::~LakeQueries() { stop(); }

void LakeQueries::stop() {
  stopped_ = true;
  for (const auto& query : queries_) query->limit.cancel();
  pool_.join();
}

std::size_t LakeQueries::active() const {
  return static_cast<std::size_t>(
      std::count_if(queries_.begin(), queries_.end(), [](const auto& query) { return query->is_active(); }));
}

std::shared_ptr<const LakeQuery> LakeQueries::start(sql::SqlRequest request, std::string alias) {
  make_room();
  if (stopped_ || active() >= kMostActive) return nullptr;
  auto query = std::make_shared<LakeQuery>();
  query->id = boost::uuids::to_string(boost::uuids::random_generator{}());
  query->alias = std::move(alias);
  query->request = std::move(request);
  query->created = text::now();
  queries_.push_back(query);
  begin_next();
  return query;
}

void LakeQueries::begin_next() {
  for (const auto& query : queries_) {
    if (running_ >= kLakeAtOnce || stopped_) return;
    if (query->status != LakeStatus::queued) continue;
    query->status = LakeStatus::running;
    ++running_;
    asio::co_spawn(server_, run(query), asio::detached);
  }
}

asio::awaitable<void> LakeQueries::run(std::shared_ptr<LakeQuery> query) {
  const text::Timestamp begin = text::now();
  LakeOutcome outcome;
  try {
    outcome = co_await elsewhere(pool_.get_executor(),
                                 [this, &query] { return answer_of(store_, memory_, *query, timeout_); });
  } catch (const std::exception& error) {
    outcome = failed(LakeStatus::failed, error.what());
  }
  query->ended = text::now();
  query->took = std::chrono::milliseconds{query->ended - begin};
  // Whoever cancelled it was told so.
  query->status = query->status == LakeStatus::cancelled ? LakeStatus::cancelled : outcome.status;
  if (query->status == LakeStatus::finished) {
    query->rows = std::move(outcome.rows);
    query->bytes = outcome.bytes;
    query->charge = std::move(outcome.charge);
  }
  query->figures = outcome.figures;
  query->error = std::move(outcome.error);
  --running_;
  make_room();
  begin_next();
}

void LakeQueries::cancel(LakeQuery& query) {
  query.limit.cancel();
  query.status = LakeStatus::cancelled;
  query.ended = text::now();
}

void LakeQueries::make_room() {
  const text::Timestamp now = text::now();
  std::size_t held = 0;
  std::size_t left = queries_.size();
  const LakeQuery* const newest = queries_.empty() ? nullptr : queries_.back().get();
  for (const auto& query : queries_) held += query->charge.held();
  std::erase_if(queries_, [&](const std::shared_ptr<LakeQuery>& query) {
    // The newest answer stays: somebody is about to ask for it.
    if (query->is_active() || query.get() == newest) return false;
    const bool goes = now - query->ended > kKeptFor || held > memory_.limit() / 4 || left > kMostKept;
    if (goes) {
      held -= query->charge.held();
      --left;
    }
    return goes;
  });
}

std::shared_ptr<LakeQuery> LakeQueries::find(std::string_view id) {
  make_room();
  const auto found =
      std::find_if(queries_.begin(), queries_.end(), [id](const auto& query) { return query->id == id; });
  return found == queries_.end() ? nullptr : *found;
}

std::shared_ptr<LakeQuery> LakeQueries::find_alias(std::string_view alias) {
  const auto found =
      std::find_if(queries_.rbegin(), queries_.rend(), [alias](const auto& query) { return query->alias == alias; });
  return found == queries_.rend() ? nullptr : *found;
}

std::vector<std::shared_ptr<const LakeQuery>> LakeQueries::all() {
  make_room();
  return {queries_.rbegin(), queries_.rend()};
}

}  // namespace trailkeeper::serve
