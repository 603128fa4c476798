// What a store's writers must keep, but only modules that understand events know how to.
#pragma once

#include "store/store.h"

namespace trailkeeper::query {

/// Makes the store's writers keep what its holds match (query/hold_keeper.h), what is confidential in its events
/// (query/known_secrets.h) and the verdicts on them (query/verdicts/verdict_index.h). Call it wherever a store is
/// opened for writing, before there is a writer, unless it only merges.
void attach_upkeep(store::Store& store);

}  // namespace trailkeeper::query
