// The present, by which everything is dated.
#pragma once

#include <chrono>

#include "text/timestamp.h"

namespace trailkeeper::text {

/// The present, in milliseconds since the epoch. Thread-safe. Code that decides by the time (retention, rights,
/// forecasts) takes it as an argument instead, so that tests can give it.
inline Timestamp now() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace trailkeeper::text
