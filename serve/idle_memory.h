// Gives memory that nobody needs any more back when a server has little to do.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace trailkeeper::serve {

/// Decides when freed memory goes back to the system: the C library keeps what lies between blocks that are in use,
/// some hundred megabytes after large bodies. Ask it a few times a second.
class IdleMemory {
 public:
  using Clock = std::chrono::steady_clock;

  /// `done`: bytes taken in since the start; `in_use`: those of bodies and answers that are being made. Whether to give
  /// memory back now: there was much to do, and for kQuiet there has been little; at most once every kEvery.
  bool is_due(std::uint64_t done, std::size_t in_use, Clock::time_point now = Clock::now());

  /// In the calling thread, for some milliseconds.
  static void give_back();

  static constexpr std::size_t kMuch = std::size_t{8} << 20;
  static constexpr std::size_t kLittle = std::size_t{256} << 10;  ///< Also for what is done from one call to the next.
  static constexpr std::chrono::seconds kQuiet{3};
  static constexpr std::chrono::seconds kEvery{30};

 private:
  std::uint64_t done_ = 0;
  std::uint64_t done_when_given_ = 0;
  bool much_in_use_ = false;
  Clock::time_point busy_{};
  Clock::time_point given_{};
};

}  // namespace trailkeeper::serve
