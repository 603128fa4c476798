#include "query/segment_scan.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

#include "store/read_limit.h"
#include "text/mutex.h"

namespace trailkeeper::query {

void for_each_segment(const store::Snapshot& snapshot, const std::function<void(const store::Segment&)>& visit) {
  // Below this a thread costs more than it saves.
  constexpr std::uint64_t kManyEvents = 200'000;
  const std::vector<store::Segment>& segments = snapshot.segments();
  std::uint64_t events = 0;
  for (const store::Segment& segment : segments) events += segment.size();
  std::atomic<std::size_t> next{0};
  struct {
    text::Mutex mutex;
    std::exception_ptr error TRAILKEEPER_GUARDED_BY(mutex);
  } failure;
  const store::ReadLimit* const limit = store::ReadLimit::current();
  const auto work = [&] {
    const store::ReadLimit::Scope scope{limit};
    try {
      for (std::size_t i = next++; i < segments.size(); i = next++) visit(segments[i]);
    } catch (...) {
      const text::Lock lock{failure.mutex};
      failure.error = std::current_exception();
      next = segments.size();
    }
  };
  std::vector<std::thread> threads;
  if (events > kManyEvents) {
    const std::size_t wanted =
        std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), segments.size());
    for (std::size_t i = 1; i < wanted; ++i) threads.emplace_back(work);
  }
  work();
  for (std::thread& thread : threads) thread.join();
  const text::Lock lock{failure.mutex};
  if (failure.error) std::rethrow_exception(failure.error);
}

}  // namespace trailkeeper::query
