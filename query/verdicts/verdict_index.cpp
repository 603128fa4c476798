#include "query/verdicts/verdict_index.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

#include "query/verdicts/segment_judge.h"

namespace trailkeeper::query {

void VerdictIndex::prepare() {
  // Reads other segments than the one that is asked for, so before there are threads.
  const auto& segments = snapshot_.segments();
  if (!std::all_of(segments.begin(), segments.end(), [&](const store::Segment& s) { return kept(s) == Kept::all; })) {
    state_.history();
  }
}

VerdictIndex::Kept VerdictIndex::kept(const store::Segment& segment) const {
  const auto bytes = snapshot_.verdicts(segment.header().number);
  const auto head = bytes ? store::head_of_verdicts(*bytes) : std::nullopt;
  if (!head) return Kept::nothing;
  if (head->basis != state_.basis(segment.header().max_time)) return Kept::stale;
  return head->complete ? Kept::all : Kept::some;
}

const std::vector<std::uint8_t>& VerdictIndex::of(const store::Segment& segment) {
  const std::uint64_t number = segment.header().number;
  {
    const text::Lock lock{mutex_};
    if (const auto found = made_.find(number); found != made_.end()) return found->second;
  }
  std::vector<std::uint8_t> codes = make(segment);
  for (const std::uint32_t index : state_.superseded().of(segment)) codes[index] |= kSuperseded;
  const text::Lock lock{mutex_};
  return made_.emplace(number, std::move(codes)).first->second;
}

std::vector<std::uint8_t> VerdictIndex::make(const store::Segment& segment) {
  const Kept how_much = kept(segment);
  if (how_much == Kept::nothing || how_much == Kept::stale) {
    rules::verdicts::Judge judge{state_.history(), state_.catalogue()};
    return judge_segment(segment, snapshot_.hash_seed(), judge);
  }
  const std::uint64_t number = segment.header().number;
  auto verdicts = store::decode_verdicts(*snapshot_.verdicts(number), segment.size());
  if (!verdicts) {
    throw store::StoreError(store::StoreErrorKind::corrupt, "the verdicts kept of segment " + std::to_string(number) +
                                                                " are damaged: trailkeeper recheck makes them again");
  }
  if (how_much == Kept::some) {
    rules::verdicts::Judge judge{state_.history(), state_.catalogue()};
    judge_deferred(segment, snapshot_.hash_seed(), judge, verdicts->codes);
  }
  return std::move(verdicts->codes);
}

namespace {

std::chrono::steady_clock::time_point after(double seconds) {
  constexpr double kLong = 1e8;
  if (seconds > kLong) return std::chrono::steady_clock::time_point::max();
  using Clock = std::chrono::steady_clock;
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

/// Judges what is stale, on several threads.
class Rechecker {
 public:
  Rechecker(store::Store& store, store::Writer& writer, const RecheckRequest& request)
      : snapshot_(store.snapshot()),
        index_(snapshot_, VerdictIndex::Lazy{}),
        writer_(writer),
        request_(request),
        end_(after(request.seconds)),
        records_end_(after(request.seconds_for_records)) {
    for (const store::Segment& segment : snapshot_.segments()) {
      if (segment.size() > 0 && (request.all || !sound(segment))) stale_.push_back(&segment);
    }
    // New ones first: what is stale has waited anyway.
    std::stable_partition(stale_.begin(), stale_.end(), [this](const store::Segment* segment) {
      return index_.kept(*segment) == VerdictIndex::Kept::nothing;
    });
  }

  store::VerdictsMade run() {
    // Reading an event that changed what is granted takes about so long.
    constexpr double kSecondsOfChange = 60e-6;
    if (stale_.empty()) return {};
    if (static_cast<double>(index_.state().changes()) * kSecondsOfChange > request_.seconds) {
      for (const store::Segment* segment : stale_) leave(*segment);
      return result();
    }
    history_ = &index_.state().history();
    std::vector<std::thread> threads;
    const std::size_t wanted = std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), stale_.size());
    for (std::size_t i = 1; i < wanted; ++i) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
    return result();
  }

 private:
  store::VerdictsMade result() {
    const text::Lock lock{mutex_};
    if (failure_) std::rethrow_exception(failure_);
    return result_;
  }

  // Kept, good and whole.
  [[nodiscard]] bool sound(const store::Segment& segment) const {
    return index_.kept(segment) == VerdictIndex::Kept::all &&
           store::decode_verdicts(*snapshot_.verdicts(segment.header().number), segment.size()).has_value();
  }

  // What is deferred is judged now; what is stale, from the beginning.
  std::vector<std::uint8_t> codes_of(const store::Segment& segment, rules::verdicts::Judge& judge) {
    if (!request_.all && index_.kept(segment) == VerdictIndex::Kept::some) {
      auto kept = store::decode_verdicts(*snapshot_.verdicts(segment.header().number), segment.size());
      if (kept) {
        judge_deferred(segment, snapshot_.hash_seed(), judge, kept->codes, records_end_);
        return std::move(kept->codes);
      }
    }
    return judge_segment(segment, snapshot_.hash_seed(), judge, records_end_);
  }

  void work() {
    try {
      std::vector<store::Writer::VerdictsOfSegment> made;
      rules::verdicts::Judge judge{*history_, index_.state().catalogue()};
      for (std::size_t i = next_++; i < stale_.size(); i = next_++) {
        const store::Segment& segment = *stale_[i];
        if (std::chrono::steady_clock::now() >= end_) {
          leave(segment);
          continue;
        }
        std::vector<std::uint8_t> codes = codes_of(segment, judge);
        const auto deferred = static_cast<std::uint64_t>(std::count(codes.begin(), codes.end(), kDeferred));
        note(segment, deferred);
        made.push_back({segment.header().number,
                        {index_.state().basis(segment.header().max_time), deferred == 0, std::move(codes)}});
        segment.forget();
        // A few at a time: each commit waits for the disk, but memory is bounded.
        constexpr std::size_t kAtOnce = 16;
        if (made.size() < kAtOnce) continue;
        writer_.put_verdicts(made);
        made.clear();
      }
      writer_.put_verdicts(made);
    } catch (...) {
      const text::Lock lock{mutex_};
      failure_ = std::current_exception();
      next_ = stale_.size();
    }
  }

  void note(const store::Segment& segment, std::uint64_t deferred) {
    const text::Lock lock{mutex_};
    ++result_.segments;
    result_.events += segment.size();
    result_.deferred += deferred;
  }

  void leave(const store::Segment& segment) {
    const text::Lock lock{mutex_};
    result_.deferred += segment.size();
  }

  const store::Snapshot snapshot_;
  VerdictIndex index_;
  store::Writer& writer_;
  RecheckRequest request_;
  const rules::grants::History* history_ = nullptr;
  Deadline end_;
  Deadline records_end_;
  std::vector<const store::Segment*> stale_;
  std::atomic<std::size_t> next_{0};
  text::Mutex mutex_;
  std::exception_ptr failure_ TRAILKEEPER_GUARDED_BY(mutex_);
  store::VerdictsMade result_ TRAILKEEPER_GUARDED_BY(mutex_);
};

}  // namespace

store::VerdictsMade recheck(store::Store& store, store::Writer& writer, const RecheckRequest& request) {
  const auto begin = std::chrono::steady_clock::now();
  // Looking for events that change what is granted takes about so long for each event in the store.
  constexpr double kSecondsOfLooking = 15e-9;
  std::uint64_t events = 0;
  {
    const store::Snapshot snapshot = store.snapshot();
    for (const store::Segment& segment : snapshot.segments()) events += segment.size();
  }
  if (static_cast<double>(events) * kSecondsOfLooking > request.seconds) {
    store::VerdictsMade result;
    result.deferred = events;
    return result;
  }
  store::VerdictsMade result = Rechecker{store, writer, request}.run();
  writer.pin_holds();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace trailkeeper::query
