// Mutexes whose use clang checks: https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#include <condition_variable>
#include <mutex>

#ifdef __clang__
#define TRAILKEEPER_THREAD_CHECK(attribute) __attribute__((attribute))
#else
#define TRAILKEEPER_THREAD_CHECK(attribute)
#endif

/// Of a member: read and written only while this mutex is held.
#define TRAILKEEPER_GUARDED_BY(mutex) TRAILKEEPER_THREAD_CHECK(guarded_by(mutex))
/// Of a function: called only while this mutex is held.
#define TRAILKEEPER_REQUIRES(...) TRAILKEEPER_THREAD_CHECK(requires_capability(__VA_ARGS__))

namespace trailkeeper::text {

/// A std::mutex.
class TRAILKEEPER_THREAD_CHECK(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() TRAILKEEPER_THREAD_CHECK(acquire_capability()) { mutex_.lock(); }
  void unlock() TRAILKEEPER_THREAD_CHECK(release_capability()) { mutex_.unlock(); }

 private:
  friend class ConditionVariable;
  std::mutex mutex_;
};

/// Holds a mutex as long as it lives.
class TRAILKEEPER_THREAD_CHECK(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) TRAILKEEPER_THREAD_CHECK(acquire_capability(mutex)) : mutex_(mutex) { mutex_.lock(); }
  ~Lock() TRAILKEEPER_THREAD_CHECK(release_capability()) { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

/// A std::condition_variable. Check the condition in a loop around wait(): clang's check doesn't see into lambdas.
class ConditionVariable {
 public:
  void wait(Mutex& mutex) TRAILKEEPER_REQUIRES(mutex) {
    std::unique_lock lock{mutex.mutex_, std::adopt_lock};
    changed_.wait(lock);
    lock.release();
  }
  void notify_one() { changed_.notify_one(); }
  void notify_all() { changed_.notify_all(); }

 private:
  std::condition_variable changed_;
};

}  // namespace trailkeeper::text
