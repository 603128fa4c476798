#include "query/tail.h"

#include <algorithm>

#include "query/segment_filter.h"

namespace trailkeeper::query {

/// A segment that a follower is in the middle of: only its place, as a follower may stay there for long. The segment is
/// the hub's to drop.
struct TailHub::Follower::Reading {
  std::weak_ptr<const Committed> committed;
  std::uint64_t events = 0;  // Of the segment.
  std::uint32_t next = 0;    // The first event that wasn't looked at.
};

/// Reads on in a segment; what it opens and decompresses goes with it.
class TailHub::Follower::Reader {
 public:
  Reader(std::shared_ptr<const Committed> committed, const Filter& wanted, std::uint32_t first)
      : committed_(std::move(committed)),
        segment_(committed_->header,
                 [parts = &committed_->parts](std::uint32_t part) { return std::string_view{parts->at(part)}; }),
        filter_(segment_, wanted),
        first_(first) {}

  [[nodiscard]] const store::Segment& segment() const { return segment_; }

  /// The next event that passes; nothing at the end.
  std::optional<std::uint32_t> next() {
    while (true) {
      while (position_ < selected_.size()) {
        if (const std::uint32_t index = selected_[position_++]; index >= first_) return index;
      }
      if (next_block_ == filter_.blocks().size()) return std::nullopt;
      const std::uint32_t block = filter_.blocks()[next_block_++];
      selected_.clear();
      if ((block + 1) * store::kPostingBlock > first_) filter_.select(block, selected_);
      position_ = 0;
    }
  }

 private:
  std::shared_ptr<const Committed> committed_;
  store::Segment segment_;
  SegmentFilter filter_;
  std::uint32_t first_;
  std::size_t next_block_ = 0;
  std::vector<std::uint32_t> selected_;
  std::size_t position_ = 0;
};

TailHub::TailHub(ShownEvents shown, std::uint64_t capacity)
    : capacity_(capacity), shown_(std::make_shared<const ShownEvents>(std::move(shown))) {}

void TailHub::show_by(ShownEvents shown) {
  auto newest = std::make_shared<const ShownEvents>(std::move(shown));
  const text::Lock lock{mutex_};
  shown_.swap(newest);
}

void TailHub::publish(std::vector<store::SealedBatch> committed) {
  std::vector<std::function<void()>> wakes;
  {
    const text::Lock lock{mutex_};
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
  const text::Lock lock{mutex_};
  follower->next_ = next_;
  follower->events_seen_ = published_events_;
  followers_.push_back(follower.get());
  return follower;
}

bool TailHub::followed() const {
  const text::Lock lock{mutex_};
  return !followers_.empty();
}

std::uint64_t TailHub::kept_bytes() const {
  const text::Lock lock{mutex_};
  return bytes_;
}

TailHub::Follower::Follower(TailHub& hub, Filter filter, std::function<void()> wake)
    : hub_(hub), filter_(std::move(filter)), wake_(std::move(wake)) {}

TailHub::Follower::~Follower() {
  const text::Lock lock{hub_.mutex_};
  std::erase(hub_.followers_, this);
  hub_.drop_read();
}

// Opens the next segment that is still there; counts the events of those that aren't. What was missed comes before the
// events of a chunk: if there are some already, it is for the next.
bool TailHub::Follower::open_next(Chunk& chunk) {
  std::shared_ptr<const Committed> committed;
  {
    const text::Lock lock{hub_.mutex_};
    const auto found =
        std::find_if(hub_.ring_.begin(), hub_.ring_.end(), [this](const auto& kept) { return kept->number >= next_; });
    if (found != hub_.ring_.end()) committed = *found;
    filter_.shown = hub_.shown_;
    const std::uint64_t missed = (committed ? committed->first_event : hub_.published_events_) - events_seen_;
    if (missed > 0 && !chunk.events.empty()) return false;
    chunk.missed += missed;
    events_seen_ = committed ? committed->first_event + committed->header.events : hub_.published_events_;
    next_ = committed ? committed->number : hub_.next_;  // It is kept as long as it is read.
    hub_.drop_read();
  }
  reading_.reset();
  if (!committed) return false;
  reading_ = std::make_unique<Reading>(Reading{committed, committed->header.events, 0});
  return true;
}

TailHub::Follower::Chunk TailHub::Follower::next(std::size_t bytes) {
  Chunk chunk;
  std::size_t size = 0;
  while (size < bytes) {
    if (!reading_ && !open_next(chunk)) break;
    const std::shared_ptr<const Committed> committed = reading_->committed.lock();
    if (!committed) {
      // It was dropped in the middle. What was missed comes before the events of a chunk.
      if (!chunk.events.empty()) break;
      chunk.missed += reading_->events - reading_->next;
      reading_.reset();
      continue;
    }
    Reader reader{committed, filter_, reading_->next};
    std::optional<std::uint32_t> index;
    while (size < bytes && (index = reader.next())) {
      std::string& json = chunk.events.emplace_back();
      filter_.shown->append(reader.segment(), *index, json);
      size += json.size();
      reading_->next = *index + 1;
    }
    if (!index) end_reading();
  }
  return chunk;
}

void TailHub::Follower::end_reading() {
  reading_.reset();
  const text::Lock lock{hub_.mutex_};
  ++next_;
  hub_.drop_read();
}

}  // namespace trailkeeper::query
