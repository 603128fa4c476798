#include "ingest/intake.h"

#include <algorithm>
#include <utility>

#include "audit/verdict_index.h"

namespace trailkeeper::ingest {
namespace {

using Clock = std::chrono::steady_clock;

// New events' verdicts are made so often, after the merges.
constexpr std::chrono::seconds kJudgeEvery{60};

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

Receipt::Status status_of(const store::StoreError& error) {
  return error.kind() == store::StoreErrorKind::full ? Receipt::Status::store_full : Receipt::Status::store_failed;
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

Intake::Intake(store::Store& store, const IntakeOptions& options) : options_(options), store_(store), writer_(store) {
  if (options_.workers == 0) options_.workers = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < options_.workers; ++i) workers_.emplace_back([this] { run_worker(); });
  committer_ = std::thread{[this] { run_committer(); }};
  merger_ = std::thread{[this] { run_merger(); }};
}

Intake::~Intake() { stop(); }

bool Intake::has_room(std::size_t bytes) const {
  const std::lock_guard lock{mutex_};
  return !stopping_ && (bytes_in_flight_ == 0 || bytes_in_flight_ + bytes <= options_.max_bytes);
}

bool Intake::offer(Delivery&& delivery, Done done) {
  const std::size_t bytes = delivery.memory();
  {
    const std::lock_guard lock{mutex_};
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
    const std::lock_guard lock{mutex_};
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
    const std::lock_guard lock{mutex_};
    bytes_in_flight_ -= bytes;
    figures_.bytes_in_flight = bytes_in_flight_;
    if (bytes_in_flight_ <= options_.max_bytes / 2) ready.swap(room_waiters_);
  }
  for (const auto& waiter : ready) waiter();
}

// What one worker takes: all that waits, or its share of much.
std::vector<Intake::Waiting> Intake::next_share() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] {
    if (waiting_.empty()) return stopping_;
    return groups_in_work_ == 0 || waiting_bytes_ >= options_.group_bytes || stopping_;
  });
  std::vector<Waiting> share;
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

// Parses the group's deliveries and seals them.
void Intake::fill(Group& group, Batch& batch) {
  for (std::size_t i = 0; i < group.deliveries.size(); ++i) {
    const Delivery& delivery = group.deliveries[i].delivery;
    const Batch::Place place{delivery.source, delivery.offset, delivery.line, {delivery.bytes.data(), delivery.size}};
    for (std::size_t k = 0; k < delivery.documents.size(); ++k) {
      const Document& document = delivery.documents[k];
      Stretch stretch{i, k, batch.events(), 0, batch.rejects().size(), 0};
      batch.take(place, {document.begin, document.end, document.reason});
      stretch.end_event = batch.events();
      stretch.end_reject = batch.rejects().size();
      group.stretches.push_back(stretch);
    }
  }
  for (const store::RejectedRecord& record : batch.rejects()) group.reject_reasons.push_back(record.reason);
  group.commit = batch.seal();
  for (const Waiting& waiting : group.deliveries) {
    const auto& read = waiting.delivery.read_so_far;
    if (read)
      group.commit.positions.push_back({waiting.delivery.source, read->bytes, read->complete, read->fingerprint});
  }
  if (!group.commit.batches.empty()) group.duplicate = std::move(group.commit.batches.front().duplicate);
}

void Intake::run_worker() {
  auto batch = std::make_unique<Batch>(writer_);
  while (true) {
    Group group;
    group.deliveries = next_share();
    if (group.deliveries.empty()) break;
    // Whatever happens, the group goes to the committer: all deliveries must be answered.
    try {
      fill(group, *batch);
    } catch (const store::StoreError& error) {
      group.status = status_of(error);
      group.problem = error.what();
    } catch (const std::exception& error) {
      group.status = Receipt::Status::store_failed;
      group.problem = error.what();
    }
    if (group.status != Receipt::Status::durable) batch = std::make_unique<Batch>(writer_);  // In what state is it?
    {
      const std::lock_guard lock{mutex_};
      ready_.push_back(std::move(group));
    }
    changed_.notify_all();
  }
}

void Intake::run_committer() {
  while (true) {
    std::vector<Group> groups;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [&] { return !ready_.empty() || workers_done_; });
      if (ready_.empty()) break;
      std::move(ready_.begin(), ready_.end(), std::back_inserter(groups));
      ready_.clear();
    }
    const std::size_t count = groups.size();
    commit(std::move(groups));
    {
      const std::lock_guard lock{mutex_};
      groups_in_work_ -= count;
    }
    changed_.notify_all();
  }
}

// All groups in one transaction: durable together or not at all.
void Intake::commit(std::vector<Group> groups) {
  store::Commit all;
  for (Group& group : groups) {
    std::move(group.commit.batches.begin(), group.commit.batches.end(), std::back_inserter(all.batches));
    std::move(group.commit.rejects.begin(), group.commit.rejects.end(), std::back_inserter(all.rejects));
    std::move(group.commit.positions.begin(), group.commit.positions.end(), std::back_inserter(all.positions));
  }
  Receipt::Status status = Receipt::Status::durable;
  std::string problem;
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
  } catch (const store::StoreError& error) {
    status = status_of(error);
    problem = error.what();
  } catch (const std::exception& error) {
    status = Receipt::Status::store_failed;
    problem = error.what();
  }
  if (status != Receipt::Status::durable) {
    const std::lock_guard lock{mutex_};
    problem_ = problem;
  }
  figures_.failing = status != Receipt::Status::durable;
  for (Group& group : groups) {
    if (group.status == Receipt::Status::durable) {
      answer(group, status, problem);
    } else {
      answer(group, group.status, group.problem);
    }
  }
  if (stored && options_.merge) {
    {
      const std::lock_guard lock{mutex_};
      merge_wanted_ = true;
    }
    changed_.notify_all();
  }
}

std::string Intake::problem() const {
  const std::lock_guard lock{mutex_};
  return problem_;
}

std::vector<Receipt> Intake::receipts_of(const Group& group) {
  std::vector<Receipt> receipts(group.deliveries.size());
  for (std::size_t i = 0; i < receipts.size(); ++i) receipts[i].items.resize(group.deliveries[i].delivery.items);
  for (const Stretch& stretch : group.stretches) {
    Receipt& receipt = receipts[stretch.waiting];
    ItemResult& item = receipt.items.at(group.deliveries[stretch.waiting].delivery.documents[stretch.document].item);
    for (std::size_t event = stretch.first_event; event < stretch.end_event; ++event) {
      const bool known = group.duplicate[event] != 0;
      ++(known ? item.duplicates : item.events);
      ++(known ? receipt.duplicates : receipt.events);
    }
    for (std::size_t reject = stretch.first_reject; reject < stretch.end_reject; ++reject) {
      if (item.rejected++ == 0) item.reason = group.reject_reasons[reject];
      ++receipt.rejected;
    }
  }
  return receipts;
}

void Intake::answer(Group& group, Receipt::Status status, const std::string& problem) {
  std::vector<Receipt> receipts;
  if (status == Receipt::Status::durable) {
    receipts = receipts_of(group);
  } else {
    receipts.resize(group.deliveries.size());
    for (Receipt& receipt : receipts) {
      receipt.status = status;
      receipt.problem = problem;
    }
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < group.deliveries.size(); ++i) {
    Waiting& waiting = group.deliveries[i];
    bytes += waiting.bytes;
    if (status == Receipt::Status::durable) {
      ++figures_.deliveries;
      figures_.bytes += waiting.delivery.size;
      figures_.events += receipts[i].events;
      figures_.duplicates += receipts[i].duplicates;
      figures_.rejected += receipts[i].rejected;
      figures_.acknowledge_seconds.add(seconds_since(waiting.since));
    } else {
      ++figures_.refused;
    }
    waiting.delivery = {};
  }
  // Before the receipts: who has one may send as much again.
  release(bytes);
  for (std::size_t i = 0; i < group.deliveries.size(); ++i) group.deliveries[i].done(std::move(receipts[i]));
  figures_.deliveries_in_flight -= group.deliveries.size();
}

void Intake::run_merger() {
  Clock::time_point judged = Clock::now();
  while (true) {
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [&] { return merge_wanted_ || stopping_; });
      if (stopping_) return;
      merge_wanted_ = false;
    }
    try {
      while (writer_.merge_once()) {
        const std::lock_guard lock{mutex_};
        if (stopping_) return;
      }
      if (Clock::now() - judged >= kJudgeEvery) {
        // Others are made when they are asked for.
        constexpr double kSeconds = 4;
        audit::recheck(store_, writer_, {false, kSeconds / 2, kSeconds});
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
    const std::lock_guard lock{mutex_};
    if (stopping_) return;
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  {
    const std::lock_guard lock{mutex_};
    workers_done_ = true;
  }
  changed_.notify_all();
  committer_.join();
  merger_.join();
  std::vector<std::function<void()>> ready;
  {
    const std::lock_guard lock{mutex_};
    ready.swap(room_waiters_);
  }
  for (const auto& waiter : ready) waiter();
}

}  // namespace trailkeeper::ingest
