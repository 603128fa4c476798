#include "ingest/intake.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace trailkeeper::ingest {
namespace {

using Clock = std::chrono::steady_clock;

// New events' verdicts are made so often, after the merges.
constexpr std::chrono::seconds kJudgeEvery{60};

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// However many cores there are, all batches together are bounded.
BatchLimits batch_limits(BatchLimits limits, unsigned workers) {
  constexpr std::size_t kOfAll = std::size_t{64} << 20;
  constexpr std::size_t kLeast = std::size_t{4} << 20;
  limits.memory = std::min(limits.memory, std::max(kLeast, kOfAll / workers));
  // Some thousand of the smallest: each may make a page of the store's file one to be written.
  limits.reject_bytes = std::min(limits.reject_bytes, kLeast / 4);
  return limits;
}

}  // namespace

void LatencyHistogram::add(double seconds) {
  const auto* const bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  ++counts_[static_cast<std::size_t>(bound - kBounds.begin())];
  microseconds_ += static_cast<std::uint64_t>(seconds * 1e6);
}

std::array<std::uint64_t, LatencyHistogram::kBounds.size() + 1> LatencyHistogram::counts() const {
  std::array<std::uint64_t, kBounds.size() + 1> result{};
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = sum += counts_[i];
  return result;
}

Intake::Intake(store::Store& store, const IntakeOptions& options)
    : options_(options), store_(store), writer_(store, options.variants) {
  if (options_.workers == 0) options_.workers = std::max(1U, std::thread::hardware_concurrency());
  options_.batch = batch_limits(options_.batch, options_.workers);
  for (unsigned i = 0; i < options_.workers; ++i) workers_.emplace_back([this] { run_worker(); });
  committer_ = std::thread{[this] { run_committer(); }};
  merger_ = std::thread{[this] { run_merger(); }};
}

Intake::~Intake() { stop(); }

bool Intake::has_room(std::size_t bytes) const {
  const text::Lock lock{mutex_};
  return !stopping_ && (bytes_in_flight_ == 0 || bytes_in_flight_ + bytes <= options_.max_bytes);
}

bool Intake::offer(Delivery&& delivery, Done done) {
  delivery.seal();  // Here, where every delivery passes: what parses it reads behind its end.
  const std::size_t bytes = delivery.memory();
  {
    const text::Lock lock{mutex_};
    if (stopping_ || (bytes_in_flight_ != 0 && bytes_in_flight_ + bytes > options_.max_bytes)) {
      ++figures_.refused;
      return false;
    }
    bytes_in_flight_ += bytes;
    waiting_bytes_ += bytes;
    waiting_.push_back({std::move(delivery), std::move(done), bytes, Clock::now()});
    figures_.bytes_in_flight = bytes_in_flight_;
    ++figures_.deliveries_in_flight;
  }
  changed_.notify_all();
  return true;
}

void Intake::when_room(std::function<void()> ready) {
  {
    const text::Lock lock{mutex_};
    if (!stopping_ && bytes_in_flight_ > options_.max_bytes / 2) {
      room_waiters_.push_back(std::move(ready));
      return;
    }
  }
  ready();
}

void Intake::release(std::size_t bytes) {
  std::vector<std::function<void()>> ready;
  {
    const text::Lock lock{mutex_};
    assert(bytes <= bytes_in_flight_);
    bytes_in_flight_ -= bytes;
    figures_.bytes_in_flight = bytes_in_flight_;
    if (bytes_in_flight_ <= options_.max_bytes / 2) ready.swap(room_waiters_);
  }
  for (const auto& waiter : ready) waiter();
}

bool Intake::may_take_share() const {
  if (waiting_.empty()) return stopping_;
  return groups_in_work_ == 0 || waiting_bytes_ >= options_.group_bytes || stopping_;
}

// What one worker takes: all that waits, or its share of much.
std::vector<TakenDelivery> Intake::next_share() {
  const text::Lock lock{mutex_};
  while (!may_take_share()) changed_.wait(mutex_);
  std::vector<TakenDelivery> share;
  if (waiting_.empty()) return share;
  const std::size_t wanted =
      std::min(options_.batch_bytes, std::max(options_.group_bytes, waiting_bytes_ / options_.workers));
  std::size_t bytes = 0;
  while (!waiting_.empty() && bytes < wanted) {
    bytes += waiting_.front().bytes;
    share.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_bytes_ -= bytes;
  ++groups_in_work_;
  return share;
}

/// One parsing thread's state.
class Intake::Worker {
 public:
  explicit Worker(Intake& intake) : intake_(intake) { start_anew(); }

  // Whatever happens, the last part goes to the committer: all deliveries must be answered.
  void take(std::vector<TakenDelivery> share) {
    group_ = std::make_shared<DeliveryGroup>(std::move(share));
    begin_part();
    try {
      fill();
    } catch (const store::StoreError& error) {
      give_up(intake_.status_of(error), error.what());
    } catch (const std::exception& error) {
      give_up(Receipt::Status::store_failed, error.what());
    }
    part_.last = true;
    intake_.hand_on(std::move(part_));
    part_ = {};
    group_.reset();
  }

 private:
  void start_anew() {
    batch_ = std::make_unique<Batch>(intake_.writer_, intake_.options_.batch, [this] { flush(); });
  }

  void begin_part() {
    part_ = {};
    part_.group = group_;
    part_.begin_item(delivery_, item_, 0, 0);
  }

  void fill() {
    const std::vector<TakenDelivery>& deliveries = group_->deliveries;
    for (delivery_ = 0; delivery_ < deliveries.size(); ++delivery_) {
      const Delivery& delivery = deliveries[delivery_].delivery;
      batch_->enter({delivery.source, delivery.offset, delivery.line, {delivery.bytes.data(), delivery.size}});
      for (const Document& document : delivery.documents) {
        item_ = document.item;
        part_.begin_item(delivery_, item_, batch_->events(), batch_->rejects().size());
        batch_->take({document.begin, document.end, document.reason});
      }
    }
    part_.take(batch_->seal());
    for (const TakenDelivery& taken : deliveries) {
      const auto& read = taken.delivery.read_so_far;
      if (read)
        part_.commit.positions.push_back({taken.delivery.source, read->bytes, read->complete, read->fingerprint});
    }
    delivery_ = 0;
    item_ = 0;
  }

  // In the middle of a document: what is there is committed, the rest follows.
  void flush() {
    part_.take(batch_->seal());
    intake_.hand_on(std::move(part_));
    begin_part();
  }

  void give_up(Receipt::Status status, const std::string& problem) {
    delivery_ = 0;
    item_ = 0;
    begin_part();
    part_.status = status;
    part_.problem = problem;
    start_anew();  // In what state is the batch?
  }

  Intake& intake_;
  std::unique_ptr<Batch> batch_;
  std::shared_ptr<DeliveryGroup> group_;
  GroupPart part_;
  std::size_t delivery_ = 0;
  std::uint32_t item_ = 0;
};

void Intake::run_worker() {
  Worker worker{*this};
  while (true) {
    std::vector<TakenDelivery> share = next_share();
    if (share.empty()) break;
    worker.take(std::move(share));
  }
}

// Waits while much is ready: the committer needs nothing from who waits here.
void Intake::hand_on(GroupPart part) {
  {
    const text::Lock lock{mutex_};
    while (ready_bytes_ != 0 && ready_bytes_ + part.bytes > options_.ready_bytes) changed_.wait(mutex_);
    ready_bytes_ += part.bytes;
    ready_.push_back(std::move(part));
  }
  changed_.notify_all();
}

void Intake::run_committer() {
  while (true) {
    std::vector<GroupPart> parts;
    std::size_t bytes = 0;
    {
      const text::Lock lock{mutex_};
      while (ready_.empty() && !workers_done_) changed_.wait(mutex_);
      if (ready_.empty()) break;
      // Each rejected record may make a page of the store's file one to be written, and those are memory.
      constexpr std::size_t kMostRejects = 4096;
      std::size_t rejects = 0;
      auto taken = ready_.begin();
      for (; taken != ready_.end(); ++taken) {
        rejects += taken->commit.rejects.size();
        if (taken != ready_.begin() && rejects > kMostRejects) break;
        bytes += taken->bytes;
      }
      std::move(ready_.begin(), taken, std::back_inserter(parts));
      ready_.erase(ready_.begin(), taken);
    }
    const auto groups =
        static_cast<std::size_t>(std::count_if(parts.begin(), parts.end(), [](const auto& part) { return part.last; }));
    commit(std::move(parts));
    {
      const text::Lock lock{mutex_};
      groups_in_work_ -= groups;
      ready_bytes_ -= bytes;
    }
    changed_.notify_all();
  }
}

// False, and the reason, if nothing was stored.
bool Intake::write(store::Commit all, Receipt::Status& status, std::string& problem) {
  const Clock::time_point begin = Clock::now();
  bool stored = false;
  try {
    for (const store::SealedBatch& batch : all.batches) stored = stored || batch.events > 0;
    if (observer_) {
      std::vector<store::SealedBatch> committed = writer_.commit_and_keep(std::move(all));
      if (stored) observer_(std::move(committed));
    } else {
      writer_.commit(std::move(all));
    }
    ++figures_.commits;
    figures_.commit_seconds.add(seconds_since(begin));
    return stored;
  } catch (const store::StoreError& error) {
    status = status_of(error);
    problem = error.what();
  } catch (const std::exception& error) {
    status = Receipt::Status::store_failed;
    problem = error.what();
  }
  return false;
}

Receipt::Status Intake::status_of(const store::StoreError& error) {
  if (error.kind() == store::StoreErrorKind::unknown) figures_.must_restart = true;
  return error.kind() == store::StoreErrorKind::full ? Receipt::Status::store_full : Receipt::Status::store_failed;
}

// Parts that failed before are no part of the transaction, but of what couldn't be stored.
void Intake::note_failure(const std::vector<GroupPart>& parts, Receipt::Status status, const std::string& problem) {
  const auto failed = std::find_if(parts.begin(), parts.end(),
                                   [](const GroupPart& part) { return part.status != Receipt::Status::durable; });
  const bool failing = status != Receipt::Status::durable || failed != parts.end();
  if (failing) {
    const text::Lock lock{mutex_};
    problem_ = status != Receipt::Status::durable ? problem : failed->problem;
  }
  figures_.failing = failing;
}

// All parts in one transaction: durable together or not at all.
void Intake::commit(std::vector<GroupPart> parts) {
  store::Commit all;
  for (GroupPart& part : parts) {
    if (part.status != Receipt::Status::durable) part.group->fail(part.status, part.problem);
    // How far a file was read counts only if all before that is stored.
    if (part.group->status != Receipt::Status::durable) part.commit.positions.clear();
    std::move(part.commit.batches.begin(), part.commit.batches.end(), std::back_inserter(all.batches));
    std::move(part.commit.rejects.begin(), part.commit.rejects.end(), std::back_inserter(all.rejects));
    std::move(part.commit.positions.begin(), part.commit.positions.end(), std::back_inserter(all.positions));
    part.commit = {};
  }
  Receipt::Status status = Receipt::Status::durable;
  std::string problem;
  const bool stored = write(std::move(all), status, problem);
  note_failure(parts, status, problem);
  for (const GroupPart& part : parts) {
    if (status == Receipt::Status::durable) {
      part.note_results();
    } else {
      part.group->fail(status, problem);
    }
    if (part.last) answer(*part.group);
  }
  if (stored && options_.merge) {
    {
      const text::Lock lock{mutex_};
      merge_wanted_ = true;
    }
    changed_.notify_all();
  }
}

std::string Intake::problem() const {
  const text::Lock lock{mutex_};
  return problem_;
}

void Intake::answer(DeliveryGroup& group) {
  const bool durable = group.status == Receipt::Status::durable;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < group.deliveries.size(); ++i) {
    TakenDelivery& taken = group.deliveries[i];
    Receipt& receipt = group.receipts[i];
    bytes += taken.bytes;
    if (durable) {
      ++figures_.deliveries;
      figures_.bytes += taken.delivery.size;
      figures_.events += receipt.events;
      figures_.duplicates += receipt.duplicates;
      figures_.rejected += receipt.rejected;
      figures_.acknowledge_seconds.add(seconds_since(taken.since));
    } else {
      ++figures_.refused;
      receipt = {};
      receipt.status = group.status;
      receipt.problem = group.problem;
    }
    taken.delivery = {};
  }
  // Before the receipts: who has one may send as much again.
  release(bytes);
  for (std::size_t i = 0; i < group.deliveries.size(); ++i) group.deliveries[i].done(std::move(group.receipts[i]));
  figures_.deliveries_in_flight -= group.deliveries.size();
}

void Intake::run_merger() {
  Clock::time_point judged = Clock::now();
  while (true) {
    {
      const text::Lock lock{mutex_};
      while (!merge_wanted_ && !stopping_) changed_.wait(mutex_);
      if (stopping_) return;
      merge_wanted_ = false;
    }
    try {
      while (writer_.merge_once()) {
        const text::Lock lock{mutex_};
        if (stopping_) return;
      }
      if (Clock::now() - judged >= kJudgeEvery) {
        // Others are made when they are asked for.
        constexpr double kSeconds = 4;
        if (store_.verdict_maker() != nullptr) store_.verdict_maker()->make(store_, writer_, kSeconds);
        judged = Clock::now();
      }
    } catch (const std::exception&) {
      // A full disk, say: nothing was changed, and the next commit has it tried again. Whether events are taken is for
      // commits to say.
    }
  }
}

void Intake::stop() {
  {
    const text::Lock lock{mutex_};
    if (stopping_) return;
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  {
    const text::Lock lock{mutex_};
    workers_done_ = true;
  }
  changed_.notify_all();
  committer_.join();
  merger_.join();
  std::vector<std::function<void()>> ready;
  {
    const text::Lock lock{mutex_};
    ready.swap(room_waiters_);
  }
  for (const auto& waiter : ready) waiter();
}

}  // namespace trailkeeper::ingest
