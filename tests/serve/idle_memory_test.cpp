#include "serve/idle_memory.h"

#include <doctest/doctest.h>

using namespace trailkeeper::serve;
using Clock = IdleMemory::Clock;

namespace {

constexpr std::chrono::milliseconds kTick{250};

/// Asks every quarter of a second for a while, from `now` on; how often memory was to be given back.
int asked(IdleMemory& memory, Clock::time_point& now, std::chrono::seconds duration, std::uint64_t& done,
          std::uint64_t each, std::size_t in_use) {
  int given = 0;
  for (const Clock::time_point end = now + duration; now < end; now += kTick) {
    done += each;
    given += memory.is_due(done, in_use, now) ? 1 : 0;
  }
  return given;
}

}  // namespace

TEST_CASE("memory is given back once there is little to do after much, and not again before there was much") {
  using std::chrono::seconds;
  IdleMemory memory;
  Clock::time_point now = Clock::now();
  std::uint64_t done = 0;
  CHECK(asked(memory, now, seconds{60}, done, 0, 0) == 0);
  CHECK(asked(memory, now, seconds{60}, done, 1000, IdleMemory::kLittle) == 0);  // 240 kB.
  CHECK(asked(memory, now, seconds{10}, done, IdleMemory::kMuch, 0) == 0);
  CHECK(asked(memory, now, IdleMemory::kQuiet - seconds{1}, done, 0, 0) == 0);
  CHECK(asked(memory, now, seconds{60}, done, 1000, 1000) == 1);
  CHECK(asked(memory, now, seconds{60}, done, 0, 0) == 0);
  // A large answer, of which nothing was taken in.
  CHECK(asked(memory, now, seconds{1}, done, 0, IdleMemory::kMuch) == 0);
  CHECK(asked(memory, now, seconds{60}, done, 0, 0) == 1);
  // Little by little.
  CHECK(asked(memory, now, seconds{600}, done, IdleMemory::kLittle / 2, 0) >= 2);
}

TEST_CASE("however often there is much to do, memory is given back rarely") {
  using std::chrono::seconds;
  IdleMemory memory;
  Clock::time_point now = Clock::now();
  std::uint64_t done = 0;
  int given = 0;
  for (int i = 0; i < 60; ++i) {
    given += asked(memory, now, seconds{1}, done, IdleMemory::kMuch, IdleMemory::kMuch);
    given += asked(memory, now, seconds{4}, done, 0, 0);
  }
  CHECK(given <= 10);  // In 300 s.
  CHECK(given >= 8);
}
