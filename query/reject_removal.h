// Which rejected records are removed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event/reject.h"
#include "query/pattern.h"
#include "store/writer.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// All parts must hold; none given: all records.
struct RejectRemoval {
  std::vector<std::string> sources;       ///< One of these (globs).
  std::vector<event::Reason> reasons;     ///< One of these.
  std::optional<text::Timestamp> before;  ///< Came before this time.
  bool dry_run = false;                   ///< Only count.
  text::Timestamp now = 0;                ///< For the journal.
};

struct RejectRemovalResult {
  store::RemovedRejects removed;
  std::vector<std::string> holds;  ///< Not empty: nothing was removed, because these legal holds are in force.
};

/// Removes rejected records and records it in the journal, in one transaction. Since a hold's filter can't match a
/// record that is no event, all of them stay as long as there is a hold.
RejectRemovalResult remove_rejects(store::Store& store, store::Writer& writer, const RejectRemoval& request);

/// When a record came, as far as that is known: what an older version stored came before the first thing with a known
/// arrival.
text::Timestamp arrival_or(text::Timestamp arrival, const store::Snapshot& snapshot, text::Timestamp now);

}  // namespace trailkeeper::query
