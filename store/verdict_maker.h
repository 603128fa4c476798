// Makes the verdicts on a store's events: implemented above the store (query/verdicts/verdict_index.h).
#pragma once

#include <cstdint>

namespace trailkeeper::store {

class Store;
class Writer;

/// What was made.
struct VerdictsMade {
  std::uint64_t segments = 0;  ///< Judged anew, or completed.
  std::uint64_t events = 0;    ///< In them.
  std::uint64_t deferred = 0;  ///< Events left for later.
  double seconds = 0;
};

/// Knows policies, which the store doesn't.
class VerdictMaker {
 public:
  VerdictMaker() = default;
  VerdictMaker(const VerdictMaker&) = delete;
  VerdictMaker& operator=(const VerdictMaker&) = delete;
  virtual ~VerdictMaker() = default;

  /// Makes and keeps the verdicts of segments that have none, or that new policies have changed, as many as can be made
  /// in `seconds`; half of that for those that need whole records. The others are deferred. Called by one thread at a
  /// time.
  virtual VerdictsMade make(Store& store, Writer& writer, double seconds) = 0;
};

}  // namespace trailkeeper::store
