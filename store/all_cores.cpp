#include "store/all_cores.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "store/read_limit.h"

namespace trailkeeper::store {

unsigned all_cores() { return std::max(1U, std::thread::hardware_concurrency()); }

void share_work(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const ReadLimit* const limit = ReadLimit::current();
  const auto take_turns = [&] {
    const ReadLimit::Scope scope{limit};
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      const std::lock_guard lock{mutex};
      failure = std::current_exception();
      next = count;
    }
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min<std::size_t>(threads, count); ++i) others.emplace_back(take_turns);
  take_turns();
  for (std::thread& thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace trailkeeper::store
