// Random events, committed to a store as one segment.
#pragma once

#include <cstdint>
#include <utility>

#include "store/writer.h"
#include "tests/support/padded.h"
#include "tests/support/random_event.h"

namespace trailkeeper::tests {

/// Commits up to `count` random events; the same seed gives the same ones.
inline void add_events(store::Store& store, std::uint64_t seed, int count) {
  RandomEvents random{seed};
  event::RecordParser parser;
  store::Writer writer{store};
  const auto batch = writer.new_batch();
  for (int i = 0; i < count; ++i) {
    const Padded bytes{random.event()};
    event::Record record;
    if (parser.parse(bytes, record) == event::Reason::none) batch->add(record);
  }
  store::Commit commit;
  commit.batches.push_back(writer.seal(*batch));
  writer.commit(std::move(commit));
}

}  // namespace trailkeeper::tests
