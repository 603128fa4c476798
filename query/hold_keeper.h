// Keeps what legal holds match, whatever happens to policies afterwards.
#pragma once

#include "store/store.h"

namespace trailkeeper::query {

struct Filter;

/// Whether a filter looks at more than the event itself, so that an event may stop matching: at verdicts, which depend
/// on policies and on other events.
bool depends_on_others(const Filter& filter);

/// Lets the store's writers keep as pins what its holds match: to be called wherever a store is opened for writing, but
/// for what only merges. Before policies, IAM's events or retention change verdicts, all events that a hold by verdict
/// matches are judged and pinned. What is confidential in events is kept, too (audit/known_secrets.h).
void keep_holds(store::Store& store);

}  // namespace trailkeeper::query
