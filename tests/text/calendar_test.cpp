#include "text/calendar.h"

#include <doctest/doctest.h>

using namespace trailkeeper;
using trailkeeper::text::Month;

namespace {

std::string after(text::Day day) { return text::day_text(day); }
text::Day date_of(std::string_view text) { return *text::parse_day(text); }

}  // namespace

TEST_CASE("A day is read and written as a date, and nothing else is one") {
  for (const std::string_view day : {"0001-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31"}) {
    CHECK(text::day_text(date_of(day)) == day);
  }
  for (const std::string_view wrong : {"", "2024-5-01", "2024-05-32", "2023-02-29", "2024-13-01", "0000-01-01",
                                       "2024/05/01", "2024-05-01Z", "2024-05-00"}) {
    CHECK_MESSAGE(!text::parse_day(wrong), wrong);
  }
}

TEST_CASE("The moments of a day are of that day, also before 1970") {
  for (const std::string_view day : {"1969-12-31", "1970-01-01", "2024-05-01"}) {
    const text::Timestamp first = text::start_of(date_of(day));
    CHECK(text::day_of(first) == date_of(day));
    CHECK(text::day_of(first + text::kDay - 1) == date_of(day));
    CHECK(text::day_of(first - 1) == date_of(day) - 1);
  }
}

TEST_CASE("A month has its number, text, first and last day") {
  const Month month = *Month::parse("2024-02");
  CHECK(month.number() == 202402);
  CHECK(month.text() == "2024-02");
  CHECK(Month::of_number(202402) == month);
  CHECK(after(month.first_day()) == "2024-02-01");
  CHECK(after(month.last_day()) == "2024-02-29");
  CHECK(Month::parse("2023-12")->next().text() == "2024-01");
  CHECK(Month::of(date_of("2024-02-29")) == month);
  for (const std::string_view wrong : {"", "2024-00", "2024-13", "202402", "2024-2", "0000-01"}) {
    CHECK_MESSAGE(!Month::parse(wrong), wrong);
  }
  CHECK(!Month::of_number(202400));
}

TEST_CASE("Years and months after a date that its month lacks end on the month's last day") {
  CHECK(after(text::add_years(date_of("2024-02-29"), 1)) == "2025-02-28");
  CHECK(after(text::add_years(date_of("2024-02-29"), 1, true)) == "2025-03-01");
  CHECK(after(text::add_years(date_of("2024-02-29"), 4)) == "2028-02-29");
  CHECK(after(text::add_months(date_of("2024-01-31"), 1)) == "2024-02-29");
  CHECK(after(text::add_months(date_of("2024-05-15"), 18)) == "2025-11-15");
}

TEST_CASE("Business days leave out weekends and holidays") {
  CHECK(after(text::business_day_after(date_of("2024-03-01"), 7, {})) == "2024-03-12");
  CHECK(after(text::business_day_after(date_of("2024-03-01"), 7, {date_of("2024-03-04")})) == "2024-03-13");
  CHECK(after(text::business_day_after(date_of("1969-12-31"), 2, {})) == "1970-01-02");
}
