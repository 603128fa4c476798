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

std::uint64_t whole_bytes(const Segment& segment) {
  const auto whole = segment.whole_table();
  return whole ? whole->bytes : 0;
}

}  // namespace

std::vector<std::uint64_t> choose_merge(std::span<const Segment> segments, bool all) {
  std::vector<const Segment*> smallest;
  for (const Segment& segment : segments) {
    if (segment.header().events <= kMaxEvents / 2 && whole_bytes(segment) < kMostWholeBytes / kFanInOfSmall) {
      smallest.push_back(&segment);
    }
  }
  std::stable_sort(smallest.begin(), smallest.end(),
                   [](const Segment* a, const Segment* b) { return a->size() < b->size(); });
  std::vector<std::uint64_t> chosen;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::size_t same_class = 0;
  std::uint64_t whole = 0;
  for (const Segment* segment : smallest) {
    const SegmentHeader* const header = &segment->header();
    const bool next_class =
        !chosen.empty() && size_class(header->events) != size_class(smallest[chosen.size() - 1]->size());
    if (!all && next_class) {
      if (same_class >= fan_in(smallest[chosen.size() - 1]->size())) break;
      same_class = 0;
    }
    if (events + header->events > kMaxEvents || bytes + header->stored_bytes > kMaxBytes) break;
    whole += whole_bytes(*segment);
    if (all && whole > kMostWholeBytes) break;
    events += header->events;
    bytes += header->stored_bytes;
    ++same_class;
    chosen.push_back(header->number);
  }
  if (!all && (chosen.empty() || same_class < fan_in(smallest[chosen.size() - 1]->size()))) return {};
  return chosen;
}

}  // namespace trailkeeper::store
