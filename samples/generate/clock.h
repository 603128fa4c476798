// When events happen: a load that follows hours of work and weekends.
#pragma once

#include <cstdint>
#include <vector>

namespace trailkeeper::generate {

class Clock {
 public:
  /// `start` is a midnight in UTC.
  Clock(std::int64_t start, unsigned days);

  /// Work done over the whole span; positions are below it, and as many events happen between 10 and 20 as between 20 and 30.
  [[nodiscard]] std::uint64_t load() const { return load_until_.back(); }
  /// The time at which so much of the load is done.
  [[nodiscard]] std::int64_t at(std::uint64_t position) const;

 private:
  std::int64_t start_;
  std::vector<std::uint64_t> load_until_;  // Of all hours up to and with this one.
};

}  // namespace trailkeeper::generate
