#include "store/segments/merge_choice.h"

#include <algorithm>

namespace trailkeeper::store {
namespace {

// Merging more would need more memory at once, and one rewrite is cheap only where it is rare.
constexpr std::uint64_t kMaxEvents = std::uint64_t{1} << 20;
constexpr std::uint64_t kMaxBytes = std::uint64_t{256} << 20;
// Small segments come by the hundred from senders that want every request acknowledged: many at once are merged, so
// that an event is rewritten seldom. Large ones are few, and merging many would take long.
constexpr std::uint64_t kSmallEvents = std::uint64_t{1} << 16;
constexpr std::size_t kFanInOfSmall = 16;
constexpr std::size_t kFanInOfLarge = 4;

std::size_t fan_in(std::uint64_t events) { return events < kSmallEvents ? kFanInOfSmall : kFanInOfLarge; }

// Segments of one class differ in size by less than their fan-in.
unsigned size_class(std::uint64_t events) {
  unsigned result = 0;
  std::uint64_t limit = kFanInOfSmall;
  for (; limit <= events; limit *= fan_in(limit)) ++result;
  return result;
}

}  // namespace

std::vector<std::uint64_t> choose_merge(std::span<const Segment> segments, bool all) {
  std::vector<const SegmentHeader*> smallest;
  for (const Segment& segment : segments) {
    if (segment.header().events <= kMaxEvents / 2) smallest.push_back(&segment.header());
  }
  std::stable_sort(smallest.begin(), smallest.end(),
                   [](const SegmentHeader* a, const SegmentHeader* b) { return a->events < b->events; });
  std::vector<std::uint64_t> chosen;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::size_t same_class = 0;
  for (const SegmentHeader* header : smallest) {
    const bool next_class =
        !chosen.empty() && size_class(header->events) != size_class(smallest[chosen.size() - 1]->events);
    if (!all && next_class) {
      if (same_class >= fan_in(smallest[chosen.size() - 1]->events)) break;
      same_class = 0;
    }
    if (events + header->events > kMaxEvents || bytes + header->stored_bytes > kMaxBytes) break;
    events += header->events;
    bytes += header->stored_bytes;
    ++same_class;
    chosen.push_back(header->number);
  }
  if (!all && (chosen.empty() || same_class < fan_in(smallest[chosen.size() - 1]->events))) return {};
  return chosen;
}

}  // namespace trailkeeper::store
