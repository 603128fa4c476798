// What a store holds, in figures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/store.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

struct SourceCount {
  std::string source;  ///< eventSource.
  std::uint64_t events = 0;
};

struct Stats {
  std::uint64_t events = 0;
  std::uint64_t variants = 0;  ///< Events whose eventID another event with other content has, beyond the first.
  std::uint64_t rejected = 0;
  std::uint64_t reject_bytes = 0;  ///< What rejected records take in the store's file; and
  std::uint64_t reject_limit = 0;  ///< what they may take.
  std::uint64_t segments = 0;
  std::uint64_t raw_bytes = 0;     ///< All events as they came.
  std::uint64_t stored_bytes = 0;  ///< All segments.
  std::uint64_t file_bytes = 0;    ///< The store's file.
  text::Timestamp first = 0;       ///< Times of the first and the last event; only if there are events.
  text::Timestamp last = 0;
  std::vector<SourceCount> sources;  ///< By descending count.
};

Stats collect_stats(store::Store& store);

}  // namespace trailkeeper::query
