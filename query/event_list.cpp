#include "query/event_list.h"

#include <algorithm>
#include <memory>
#include <queue>
#include <tuple>

#include "query/event_names.h"
#include "query/keep_open.h"
#include "query/segment_filter.h"
#include "query/verdicts/verdict_filter.h"
#include "store/byte_order.h"
#include "store/segments/segment_builder.h"

namespace trailkeeper::query {
namespace {

using TimeAndKey = std::pair<text::Timestamp, store::EventKey>;

TimeAndKey place_of(const store::Segment& segment, std::uint32_t index) {
  return {segment.time(index), segment.key(index)};
}

// The first event of the segment at or after the place (at: including those of this very time and key).
std::uint32_t first_from(const store::Segment& segment, const TimeAndKey& place) {
  std::uint32_t low = segment.first_at(place.first);
  std::uint32_t high = segment.first_at(place.first + 1);
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (segment.key(middle) < place.second) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// The events of a segment that a list from `after` on may show; those of its very time and key included.
IndexRange range_from(const store::Segment& segment, Order order, const std::optional<Position>& after) {
  IndexRange range{0, segment.size()};
  if (!after) return range;
  const TimeAndKey place{after->time, after->key};
  const std::uint32_t from = first_from(segment, place);
  if (order == Order::oldest) {
    range.first = from;
    return range;
  }
  range.end = from;
  while (range.end < segment.size() && place_of(segment, range.end) == place) ++range.end;
  return range;
}

/// The passing events of one segment, one after the other.
class Cursor {
 public:
  Cursor(const store::Segment& segment, const Filter& filter, Order order, IndexRange range)
      : segment_(segment), filter_(filter), order_(order), range_(range) {}

  /// The time of the next event; before the first is looked for, a bound that no event of the segment goes beyond.
  [[nodiscard]] text::Timestamp time() const { return time_; }
  [[nodiscard]] const store::EventKey& key() const { return key_; }
  [[nodiscard]] bool bound_only() const { return !compiled_; }
  [[nodiscard]] ListedEvent event() const { return {&segment_, index_}; }

  /// The next event's bytes: put together once, and only if they decide which of several comes first.
  [[nodiscard]] const std::string& bytes() {
    if (bytes_.empty()) segment_.append_unchecked(index_, bytes_);
    return bytes_;
  }

  void start() {
    const bool newest = order_ == Order::newest;
    const bool whole = range_.first == 0 && range_.end == segment_.size();
    if (newest) {
      time_ = whole ? segment_.header().max_time : segment_.time(range_.end - 1);
    } else {
      time_ = whole ? segment_.header().min_time : segment_.time(range_.first);
    }
    key_.fill(newest ? 0xFF : 0x00);
  }

  /// Moves to the next event; false at the end.
  bool next() {
    if (!compiled_) {
      compiled_ = std::make_unique<SegmentFilter>(segment_, filter_, range_);
      next_block_ = 0;
    }
    while (position_ == selected_.size()) {
      const auto& blocks = compiled_->blocks();
      if (next_block_ == blocks.size()) {
        compiled_.reset();
        if (!KeepOpen::holds()) segment_.close();
        return false;
      }
      compiled_->select(order_ == Order::newest ? blocks[blocks.size() - 1 - next_block_] : blocks[next_block_],
                        selected_);
      ++next_block_;
      position_ = 0;
      if (order_ == Order::newest) std::reverse(selected_.begin(), selected_.end());
    }
    index_ = selected_[position_++];
    bytes_.clear();
    time_ = segment_.time(index_);
    key_ = segment_.key(index_);
    return true;
  }

 private:
  const store::Segment& segment_;
  const Filter& filter_;
  Order order_;
  IndexRange range_;
  std::unique_ptr<SegmentFilter> compiled_;
  std::size_t next_block_ = 0;
  std::vector<std::uint32_t> selected_;
  std::size_t position_ = 0;
  std::uint32_t index_ = 0;
  std::string bytes_;
  text::Timestamp time_ = 0;
  store::EventKey key_{};
};

bool may_overlap(const store::SegmentHeader& header, const Filter& filter) {
  return (!filter.since || header.max_time >= *filter.since) && (!filter.until || header.min_time < *filter.until);
}

/// Leaves out what a list showed before: of the events with the place's time and key, those up to its own.
class Resumption {
 public:
  explicit Resumption(const std::optional<Position>& after) : after_(after) {}

  [[nodiscard]] bool shown(const ListedEvent& event) {
    if (!after_) return false;
    if (place_of(*event.segment, event.index) != TimeAndKey{after_->time, after_->key}) return false;
    const bool before = !met_;
    met_ = met_ || event.segment->hash(event.index) == after_->hash;
    return before;
  }

 private:
  const std::optional<Position>& after_;
  bool met_ = false;
};

}  // namespace

Position position_of(const ListedEvent& event) {
  return {event.segment->time(event.index), event.segment->key(event.index), event.segment->hash(event.index)};
}

std::uint64_t list_events(const store::Snapshot& snapshot, const Filter& wanted, Order order,
                          std::optional<std::uint64_t> limit, const std::function<bool(const ListedEvent&)>& visit,
                          const std::optional<Position>& after) {
  const Filter filter = with_verdicts(snapshot, wanted);
  std::vector<std::unique_ptr<Cursor>> cursors;
  const auto later = [order](Cursor* a, Cursor* b) {
    const auto left = std::tuple{a->time(), a->key()};
    const auto right = std::tuple{b->time(), b->key()};
    if (left != right) return order == Order::newest ? left < right : left > right;
    // A bound comes before the events: they might be before what is known. Variants are ordered by their bytes.
    if (a->bound_only() || b->bound_only()) return !a->bound_only();
    return order == Order::newest ? a->bytes() < b->bytes() : b->bytes() < a->bytes();
  };
  std::priority_queue<Cursor*, std::vector<Cursor*>, decltype(later)> heads{later};
  for (const store::Segment& segment : snapshot.segments()) {
    if (segment.size() == 0 || !may_overlap(segment.header(), filter)) continue;
    const IndexRange range = range_from(segment, order, after);
    if (range.first >= range.end) continue;
    cursors.push_back(std::make_unique<Cursor>(segment, filter, order, range));
    cursors.back()->start();
    heads.push(cursors.back().get());
  }
  Resumption resumption{after};
  std::uint64_t visited = 0;
  while (!heads.empty() && (!limit || visited < *limit)) {
    Cursor* const head = heads.top();
    heads.pop();
    if (!head->bound_only() && !resumption.shown(head->event())) {
      ++visited;
      if (!visit(head->event())) break;
    }
    if (head->next()) heads.push(head);
  }
  return visited;
}

std::vector<ListedEvent> find_events(const store::Snapshot& snapshot, std::string_view event_id) {
  std::vector<ListedEvent> found;
  const EventNames names{snapshot};
  for (const store::Segment& segment : snapshot.segments()) {
    for (const std::uint32_t index : names.find(segment, event_id)) found.push_back({&segment, index});
  }
  // All are called the same. Variants of one time are ordered by their bytes.
  const auto time_of = [](const ListedEvent& event) { return event.segment->time(event.index); };
  std::stable_sort(found.begin(), found.end(),
                   [&](const ListedEvent& a, const ListedEvent& b) { return time_of(a) < time_of(b); });
  for (auto begin = found.begin(); begin != found.end();) {
    const auto end = std::find_if(begin, found.end(), [&](const auto& e) { return time_of(e) != time_of(*begin); });
    const std::vector<ListedEvent> run(begin, end);
    const auto order = store::order_by_bytes(
        static_cast<std::uint32_t>(run.size()),
        [&](std::uint32_t i, std::string& out) { run[i].segment->append_unchecked(run[i].index, out); });
    std::transform(order.begin(), order.end(), begin, [&](std::uint32_t i) { return run[i]; });
    begin = end;
  }
  return found;
}

}  // namespace trailkeeper::query
