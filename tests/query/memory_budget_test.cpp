#include "query/memory_budget.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace trailkeeper::query;

TEST_CASE("charges together never go beyond the limit, and what goes is given back") {
  MemoryBudget budget{1000};
  MemoryBudget::Charge first{&budget};
  first.add(600);
  {
    MemoryBudget::Charge second{&budget};
    CHECK_THROWS_AS(second.add(401), OverBudget);
    CHECK(second.try_add(400));
    try {
      first.add(1);
      FAIL("there is no room");
    } catch (const OverBudget& error) {
      CHECK(!error.alone());
    }
    first.shrink(100);
    CHECK(second.try_add(500));
    CHECK(budget.used() == 1000);
    first.join(std::move(second));
  }
  CHECK(first.held() == 1000);
  try {
    first.add(1);
    FAIL("there is no room");
  } catch (const OverBudget& error) {
    CHECK(error.alone());
  }
  first = MemoryBudget::Charge{&budget};
  CHECK(budget.used() == 0);
  MemoryBudget::Charge nobody_counts;
  nobody_counts.add(std::size_t{1} << 40);
}

TEST_CASE("a budget is right when many threads charge it") {
  MemoryBudget budget{std::size_t{8} << 20};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 2000; ++round) {
        MemoryBudget::Charge charge{&budget};
        while (charge.held() < std::size_t{4} << 20 && charge.try_add(100'000)) {
        }
        if (budget.used() > budget.limit()) std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(budget.used() == 0);
}
