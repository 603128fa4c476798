#include "store/all_cores.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

#include "store/read_limit.h"
#include "text/mutex.h"

namespace trailkeeper::store {

unsigned all_cores() { return std::max(1U, std::thread::hardware_concurrency()); }

void share_work(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  struct {
    text::Mutex mutex;
    std::exception_ptr error TRAILKEEPER_GUARDED_BY(mutex);
  } failure;
  const ReadLimit* const limit = ReadLimit::current();
  const auto take_turns = [&] {
    const ReadLimit::Scope scope{limit};
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      const text::Lock lock{failure.mutex};
      failure.error = std::current_exception();
      next = count;
    }
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min<std::size_t>(threads, count); ++i) others.emplace_back(take_turns);
  take_turns();
  for (std::thread& thread : others) thread.join();
  const text::Lock lock{failure.mutex};
  if (failure.error) std::rethrow_exception(failure.error);
}

}  // namespace trailkeeper::store
