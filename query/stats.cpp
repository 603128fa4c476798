#include "query/stats.h"

#include <algorithm>

#include "query/count.h"
#include "store/rejects.h"

namespace trailkeeper::query {

Stats collect_stats(store::Store& store) {
  const store::Snapshot snapshot = store.snapshot();
  Stats stats;
  for (const store::Segment& segment : snapshot.segments()) {
    const store::SegmentHeader& header = segment.header();
    stats.first = stats.events == 0 ? header.min_time : std::min(stats.first, header.min_time);
    stats.last = stats.events == 0 ? header.max_time : std::max(stats.last, header.max_time);
    stats.events += header.events;
    stats.variants += header.variants;
    stats.raw_bytes += header.raw_bytes;
    stats.stored_bytes += header.stored_bytes;
    ++stats.segments;
  }
  stats.rejected = snapshot.reject_count();
  stats.reject_bytes = store::reject_bytes(snapshot.transaction());
  stats.reject_limit = store::reject_limit(snapshot.transaction());
  stats.file_bytes = store.environment().file_bytes();
  for (const CountRow& row : count_events(snapshot, {}, {{"source"}, Bucket::none, std::nullopt})) {
    stats.sources.push_back({row.values.front().value_or(""), row.count});
  }
  return stats;
}

}  // namespace trailkeeper::query
