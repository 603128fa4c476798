#include "text/money.h"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

using namespace trailkeeper;
using trailkeeper::text::Money;

TEST_CASE("Money keeps ten decimals, and rounds the rest half to even") {
  CHECK(Money::parse("0.0000000040")->text() == "0.000000004");
  CHECK(Money::parse("1.2E-9")->units() == 12);
  CHECK(Money::parse("-12")->text() == "-12.00");
  CHECK(Money::parse("0.00000000005")->units() == 0);
  CHECK(Money::parse("0.00000000015")->units() == 2);
  CHECK(Money::parse("0.000000000051")->units() == 1);
  CHECK(Money::parse("1e3") == Money::of_dollars(1000));
  for (const std::string_view wrong : {"", "-", ".", "1.2.3", "1e", "1e99", "nan", "12 ", "99999999999"}) {
    CHECK_MESSAGE(!Money::parse(wrong), wrong);
  }
  CHECK_THROWS_AS(Money::of_dollars(900'000'000) + Money::of_dollars(900'000'000), std::overflow_error);
}

TEST_CASE("Of a sum that money can't hold, the largest amount of its sign stands for it") {
  const Money most = Money::of_units(std::numeric_limits<std::int64_t>::max());
  const Money least = Money::of_units(std::numeric_limits<std::int64_t>::min());
  CHECK(text::saturated_sum(most, Money::of_dollars(1)) == most);
  CHECK(text::saturated_sum(least, Money::of_dollars(-1)) == least);
  CHECK(text::saturated_sum(most, Money::of_dollars(-1)) == most - Money::of_dollars(1));
  CHECK_THROWS_AS(-least, std::overflow_error);
}
