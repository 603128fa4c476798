#include "generate/clock.h"

#include <algorithm>
#include <array>

#include "generate/calendar.h"
#include "generate/random.h"

namespace trailkeeper::generate {
namespace {

// Events per second in each hour of a working day, relative to each other.
constexpr std::array<unsigned, 24> kHours{35, 32, 30, 30, 31, 34, 42, 58, 80, 95, 100, 98,
                                          90, 94, 100, 99, 92, 84, 76, 68, 60, 52, 45, 39};

}  // namespace

Clock::Clock(std::int64_t start, unsigned days) : start_(start) {
  std::uint64_t load = 0;
  for (unsigned day = 0; day < days; ++day) {
    const std::int64_t week_day = ((start / kDay + day) % 7 + 11) % 7;  // 0 is Sunday: 1970-01-01 was a Thursday.
    const bool weekend = week_day == 0 || week_day == 6;
    for (const unsigned hour : kHours) load_until_.push_back(load += std::uint64_t{weekend ? 30 + hour / 4 : hour} * 3600);
  }
}

std::int64_t Clock::at(std::uint64_t position) const {
  const auto hour = std::upper_bound(load_until_.begin(), load_until_.end(), position);
  const auto number = hour - load_until_.begin();
  const std::uint64_t before = number == 0 ? 0 : load_until_[static_cast<std::size_t>(number) - 1];
  const std::uint64_t second = (position - before) * 3600 / (*hour - before);
  return start_ + number * 3600 + static_cast<std::int64_t>(second);
}

}  // namespace trailkeeper::generate
