#include "serve/budget.h"

#include <doctest/doctest.h>

#include <list>

#include "tests/support/admitted.h"

using trailkeeper::serve::Budget;
using trailkeeper::tests::Door;

TEST_CASE("budget: shares hold bytes up to the limit, and give them back") {
  const Door door;
  const trailkeeper::serve::Admission sender = door.admitted();
  Budget budget{100};
  {
    Budget::Share a{budget, sender};
    Budget::Share b{budget, sender};
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
  const Door door;
  const trailkeeper::serve::Admission sender = door.admitted();
  Budget budget{100};
  Budget::Share a{budget, sender};
  Budget::Share b{budget, sender};
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
  const Door door;
  const trailkeeper::serve::Admission sender = door.admitted();
  Budget budget{100};
  std::list<Budget::Share> shares;
  Budget::Share other{budget, sender};
  CHECK(other.hold(100));
  shares.emplace_back(budget, sender);
  CHECK(shares.back().hold_in_turn(10));
  shares.clear();
  Budget::Share next{budget, sender};
  CHECK(next.hold_in_turn(10));
}

TEST_CASE("budget: what is in memory already is counted, beyond the limit if it must be") {
  const Door door;
  const trailkeeper::serve::Admission sender = door.admitted();
  Budget budget{100};
  Budget::Share carried{budget, sender};
  Budget::Share other{budget, sender};
  CHECK(other.hold(60));
  carried.carry(90);
  CHECK(budget.used() == 150);
  CHECK_FALSE(other.hold(61));
  carried.shrink(0);
  CHECK(other.hold(100));
}

TEST_CASE("budget: no peer and no listener takes it all, but who holds little always finds room") {
  const Door door;
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  Budget budget{16 * kMiB};
  std::list<Budget::Share> shares;
  const auto take_all = [&](const trailkeeper::serve::Admission& who) {
    std::size_t held = 0;
    while (true) {
      shares.emplace_back(budget, who);
      if (!shares.back().hold(kMiB)) break;
      held += kMiB;
    }
    return held;
  };
  CHECK(take_all(door.admitted("203.0.113.1", "http")) == 12 * kMiB);
  // The same peer elsewhere, and another peer at the same listener.
  CHECK(take_all(door.admitted("203.0.113.1", "syslog")) == 0);
  CHECK(take_all(door.admitted("203.0.113.2", "http")) == 0);
  Budget::Share little{budget, door.admitted("203.0.113.1", "http")};
  CHECK(little.hold(Budget::kLittle));
  CHECK_FALSE(little.hold(Budget::kLittle + 1));
  CHECK(take_all(door.admitted("203.0.113.2", "syslog")) == 3 * kMiB);
  little.shrink(0);
  shares.clear();
  CHECK(take_all(door.admitted("203.0.113.2", "http")) == 12 * kMiB);
}

TEST_CASE("budget: nobody is the first any more once all are within the limit, whoever gave back") {
  const Door door;
  const trailkeeper::serve::Admission sender = door.admitted();
  Budget budget{100};
  Budget::Share carried{budget, sender};
  Budget::Share a{budget, sender};
  Budget::Share b{budget, sender};
  CHECK(b.hold_in_turn(50));
  CHECK(a.hold_in_turn(60));
  carried.carry(60);
  a.shrink(0);
  CHECK(budget.used() == 110);
  carried.shrink(0);
  CHECK(b.hold_in_turn(120));
}

TEST_CASE("budget: what is carried beyond the limit keeps everybody else from going beyond it") {
  const Door door;
  const trailkeeper::serve::Admission sender = door.admitted();
  Budget budget{100};
  std::list<Budget::Share> answers;
  // Each is a request whose answer stays: it goes beyond in its turn, gives the turn back, and carries what it made.
  const auto ask = [&] {
    answers.emplace_back(budget, sender);
    if (!answers.back().hold_in_turn(60)) return false;
    answers.back().shrink(0);
    answers.back().carry(60);
    return true;
  };
  CHECK(ask());
  CHECK(ask());
  CHECK_FALSE(ask());
  CHECK(budget.used() == 120);
  CHECK_FALSE(answers.back().hold_in_turn(1));
  // Whoever is beyond it already may go on: what it waits for is its own.
  auto second = std::next(answers.begin());
  CHECK(second->hold_in_turn(70));
  second->shrink(0);
  CHECK(ask());
}

TEST_CASE("budget: a peer's turn ends at its three quarters, too") {
  const Door door;
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  Budget budget{16 * kMiB};
  const trailkeeper::serve::Admission peer = door.admitted("203.0.113.1", "http");
  Budget::Share answer{budget, peer};
  Budget::Share next{budget, peer};
  Budget::Share another{budget, peer};
  CHECK(answer.hold_in_turn(11 * kMiB));
  CHECK(next.hold_in_turn(3 * kMiB));
  CHECK_FALSE(another.hold_in_turn(kMiB));
  CHECK(another.hold_in_turn(Budget::kLittle));
  Budget::Share other{budget, door.admitted("203.0.113.2", "syslog")};
  CHECK(other.hold(kMiB));
  answer.shrink(0);
  CHECK(another.hold_in_turn(9 * kMiB));
}
