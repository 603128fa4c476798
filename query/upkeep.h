// What a store's writers keep that only those know who understand events.
#pragma once

#include "store/store.h"

namespace trailkeeper::query {

/// Has the store's writers keep what its holds match (query/hold_keeper.h), what is confidential in its events
/// (query/known_secrets.h) and the verdicts on them (query/verdicts/verdict_index.h). To be called wherever a store is
/// opened for writing, before there is a writer, but for what only merges.
void attach_upkeep(store::Store& store);

}  // namespace trailkeeper::query
