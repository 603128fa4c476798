#include "query/segment_scan.h"

#include "store/all_cores.h"

namespace trailkeeper::query {

void for_each_segment(const store::Snapshot& snapshot, const std::function<void(const store::Segment&)>& visit) {
  // Below this a thread costs more than it saves.
  constexpr std::uint64_t kManyEvents = 200'000;
  const std::vector<store::Segment>& segments = snapshot.segments();
  std::uint64_t events = 0;
  for (const store::Segment& segment : segments) events += segment.size();
  store::share_work(segments.size(), events > kManyEvents ? store::all_cores() : 1,
                    [&](std::size_t i) { visit(segments[i]); });
}

}  // namespace trailkeeper::query
