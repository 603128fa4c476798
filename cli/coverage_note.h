// What an answer doesn't know, and why it may be empty.
#pragma once

#include <string>
#include <string_view>

#include "query/count.h"
#include "query/filter.h"
#include "store/store.h"

namespace trailkeeper::cli {

/// Says on standard error for how many events of the filter the verdict is unknown, and why, so that an empty answer
/// isn't taken for a good one. Returns whether there are any, leaving out callers of other accounts, which nobody here
/// can judge.
bool note_unknown(const store::Snapshot& snapshot, const query::Filter& filter);

/// What to say of an eventID that no event has.
std::string no_event_text(std::string_view event_id);

/// Tells on standard error, where no event passed a filter, which of its values was probably meant otherwise.
void note_similar_value(const store::Snapshot& snapshot, const query::Filter& filter);

/// The same for an answer about verdicts; nothing for any other.
void note_verdicts(const store::Snapshot& snapshot, const query::Filter& filter,
                   const query::CountRequest& request = {});

}  // namespace trailkeeper::cli
