#include "serve/budget.h"

#include <doctest/doctest.h>

#include <list>

using trailkeeper::serve::Budget;

TEST_CASE("budget: shares hold bytes up to the limit, and give them back") {
  Budget budget{100};
  {
    Budget::Share a{budget};
    Budget::Share b{budget};
    CHECK(a.hold(60));
    CHECK_FALSE(b.hold(50));
    CHECK(b.hold(40));
    CHECK(budget.used() == 100);
    CHECK(a.hold(10));
    CHECK(b.hold(90));
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("budget: of those who wait for each other, one goes first") {
  Budget budget{100};
  Budget::Share a{budget};
  Budget::Share b{budget};
  CHECK(a.hold_in_turn(50));
  CHECK(b.hold_in_turn(50));
  CHECK(a.hold_in_turn(80));
  CHECK_FALSE(b.hold_in_turn(60));
  CHECK(a.hold_in_turn(120));
  // Its message isn't whole yet, so it stays the first.
  a.shrink(110);
  CHECK_FALSE(b.hold_in_turn(60));
  a.shrink(40);
  CHECK(b.hold_in_turn(60));
  CHECK(b.hold_in_turn(70));
  CHECK_FALSE(a.hold_in_turn(50));
}

TEST_CASE("budget: whoever goes leaves the first place") {
  Budget budget{100};
  std::list<Budget::Share> shares;
  Budget::Share other{budget};
  CHECK(other.hold(100));
  shares.emplace_back(budget);
  CHECK(shares.back().hold_in_turn(10));
  shares.clear();
  Budget::Share next{budget};
  CHECK(next.hold_in_turn(10));
}
