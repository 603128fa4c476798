// Which rejected records are to go.
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
  std::vector<std::string> holds;  ///< Not empty: nothing was removed, as these legal holds are in force.
};

/// Removes rejected records and says so in the journal, in one transaction. A record that is no event can't be matched
/// with a hold's filter: as long as there is a hold, all of them stay.
RejectRemovalResult remove_rejects(store::Store& store, store::Writer& writer, const RejectRemoval& request);

/// When a record came, as far as is known: what an older version stored came before the first thing that says when.
text::Timestamp arrival_or(text::Timestamp arrival, const store::Snapshot& snapshot, text::Timestamp now);

}  // namespace trailkeeper::query
