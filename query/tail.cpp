#include "query/tail.h"

#include <algorithm>

#include "query/segment_filter.h"

namespace trailkeeper::query {

/// A segment that a follower is in the middle of, and what keeps its bytes.
struct TailHub::Follower::Reading {
  std::shared_ptr<const Committed> committed;
  store::Segment segment;
  SegmentFilter filter;
  std::size_t next_block = 0;
  std::vector<std::uint32_t> selected;
  std::size_t position = 0;

  Reading(std::shared_ptr<const Committed> from, const Filter& wanted)
      : committed(std::move(from)),
        segment(committed->header,
                [parts = &committed->parts](std::uint32_t part) { return std::string_view{parts->at(part)}; }),
        filter(segment, wanted) {}

  /// The next event that passes; nothing at the end.
  std::optional<std::uint32_t> next() {
    while (position == selected.size()) {
      if (next_block == filter.blocks().size()) return std::nullopt;
      filter.select(filter.blocks()[next_block++], selected);
      position = 0;
    }
    return selected[position++];
  }
};

TailHub::TailHub(ShownEvents shown, std::uint64_t capacity)
    : capacity_(capacity), shown_(std::make_shared<const ShownEvents>(std::move(shown))) {}

void TailHub::show_by(ShownEvents shown) {
  auto newest = std::make_shared<const ShownEvents>(std::move(shown));
  const std::lock_guard lock{mutex_};
  shown_.swap(newest);
}

void TailHub::publish(std::vector<store::SealedBatch> committed) {
  std::vector<std::function<void()>> wakes;
  {
    const std::lock_guard lock{mutex_};
    if (followers_.empty()) return;
    for (store::SealedBatch& batch : committed) {
      if (batch.events == 0) continue;
      auto kept = std::make_shared<Committed>();
      kept->number = next_++;
      kept->first_event = published_events_;
      kept->header = std::move(batch.header);
      kept->parts = std::move(batch.parts);
      for (const std::string& part : kept->parts) kept->bytes += part.size();
      published_events_ += batch.events;
      bytes_ += kept->bytes;
      ring_.push_back(std::move(kept));
    }
    while (bytes_ > capacity_) drop_oldest();
    for (const Follower* const follower : followers_) {
      if (follower->wake_ && follower->next_ < next_) wakes.push_back(follower->wake_);
    }
  }
  for (const auto& wake : wakes) wake();
}

void TailHub::drop_oldest() {
  bytes_ -= ring_.front()->bytes;
  ring_.pop_front();
}

// What everybody has read needs no memory.
void TailHub::drop_read() {
  std::uint64_t needed = next_;
  for (const Follower* const follower : followers_) needed = std::min(needed, follower->next_);
  while (!ring_.empty() && ring_.front()->number < needed) drop_oldest();
}

std::unique_ptr<TailHub::Follower> TailHub::follow(Filter filter, std::function<void()> wake) {
  std::unique_ptr<Follower> follower{new Follower{*this, std::move(filter), std::move(wake)}};
  const std::lock_guard lock{mutex_};
  follower->next_ = next_;
  follower->events_seen_ = published_events_;
  followers_.push_back(follower.get());
  return follower;
}

bool TailHub::followed() const {
  const std::lock_guard lock{mutex_};
  return !followers_.empty();
}

std::uint64_t TailHub::kept_bytes() const {
  const std::lock_guard lock{mutex_};
  return bytes_;
}

TailHub::Follower::Follower(TailHub& hub, Filter filter, std::function<void()> wake)
    : hub_(hub), filter_(std::move(filter)), wake_(std::move(wake)) {}

TailHub::Follower::~Follower() {
  const std::lock_guard lock{hub_.mutex_};
  std::erase(hub_.followers_, this);
  hub_.drop_read();
}

// Opens the next segment that is still there; counts the events of those that aren't. What was missed comes before the
// events of a chunk: if there are some already, it is for the next.
bool TailHub::Follower::open_next(Chunk& chunk) {
  std::shared_ptr<const Committed> committed;
  {
    const std::lock_guard lock{hub_.mutex_};
    const auto found =
        std::find_if(hub_.ring_.begin(), hub_.ring_.end(), [this](const auto& kept) { return kept->number >= next_; });
    if (found != hub_.ring_.end()) committed = *found;
    filter_.shown = hub_.shown_;
    const std::uint64_t missed = (committed ? committed->first_event : hub_.published_events_) - events_seen_;
    if (missed > 0 && !chunk.events.empty()) return false;
    chunk.missed += missed;
    events_seen_ = committed ? committed->first_event + committed->header.events : hub_.published_events_;
    next_ = committed ? committed->number + 1 : hub_.next_;
    hub_.drop_read();
  }
  reading_ = committed ? std::make_unique<Reading>(std::move(committed), filter_) : nullptr;
  return reading_ != nullptr;
}

TailHub::Follower::Chunk TailHub::Follower::next(std::size_t bytes) {
  Chunk chunk;
  std::size_t size = 0;
  while (size < bytes) {
    if (!reading_ && !open_next(chunk)) break;
    const auto index = reading_->next();
    if (!index) {
      reading_.reset();
      continue;
    }
    std::string& json = chunk.events.emplace_back();
    filter_.shown->append(reading_->segment, *index, json);
    size += json.size();
  }
  return chunk;
}

}  // namespace trailkeeper::query
