// How long a reader may go on.
#pragma once

#include <atomic>
#include <chrono>
#include <stdexcept>

namespace trailkeeper::store {

/// Reading was ended from outside: there is no answer.
class ReadStopped : public std::runtime_error {
 public:
  enum class Why { time_is_up, cancelled };
  explicit ReadStopped(Why why)
      : std::runtime_error(why == Why::time_is_up ? "the query took too long" : "the query was cancelled"), why_(why) {}
  [[nodiscard]] Why why() const { return why_; }

 private:
  Why why_;
};

/// Ends what reads for somebody else: when its time is up, or when nobody waits for it any more. It holds for the
/// thread that has a Scope of it, whatever is called there: every scan calls check_read_limit() at every block, so no
/// way to the store's events bypasses it. Threads that a scan starts take over the limit of the thread that starts
/// them. Thread-safe.
class ReadLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// From now on, for this long.
  void allow(std::chrono::milliseconds time) { end_ = (Clock::now() + time).time_since_epoch().count(); }
  void cancel() { cancelled_ = true; }

  /// Puts a limit in force in this thread; null: none.
  class Scope {
   public:
    explicit Scope(const ReadLimit* limit) : before_(current_) { current_ = limit; }
    ~Scope() { current_ = before_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    const ReadLimit* before_;
  };

  /// This thread's; null: none.
  static const ReadLimit* current() { return current_; }

  /// Throws ReadStopped.
  void check() const {
    if (cancelled_) throw ReadStopped{ReadStopped::Why::cancelled};
    if (Clock::now().time_since_epoch().count() >= end_) throw ReadStopped{ReadStopped::Why::time_is_up};
  }

 private:
  std::atomic<bool> cancelled_{false};
  std::atomic<Clock::rep> end_{Clock::time_point::max().time_since_epoch().count()};
  inline static thread_local const ReadLimit* current_ = nullptr;
};

/// Call it wherever many events are read, at least once for some thousand of them. Throws ReadStopped.
inline void check_read_limit() {
  if (const ReadLimit* const limit = ReadLimit::current()) limit->check();
}

}  // namespace trailkeeper::store
