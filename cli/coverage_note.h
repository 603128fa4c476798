// What an answer about permissions doesn't know.
#pragma once

#include "query/count.h"
#include "query/filter.h"
#include "store/store.h"

namespace trailkeeper::cli {

/// Tells on standard error of how many events of the filter the verdict is unknown, and why, so that an empty answer
/// isn't taken for a good one. Whether there are any, but for callers of other accounts, which nobody here can judge.
bool note_unknown(const store::Snapshot& snapshot, const query::Filter& filter);

/// The same for an answer about verdicts; nothing for any other.
void note_verdicts(const store::Snapshot& snapshot, const query::Filter& filter,
                   const query::CountRequest& request = {});

}  // namespace trailkeeper::cli
