// What a store's writers must keep, but only modules that understand events know how to.
#pragma once

#include <string>

#include "store/store.h"

namespace trailkeeper::query {

/// Makes the store's writers keep what its holds match (query/hold_keeper.h), what is confidential in its events
/// (query/known_secrets.h) and the verdicts on them (query/verdicts/verdict_index.h). Call it before there is a writer.
void attach_upkeep(store::Store& store);

/// A store opened for writing, whose writers keep all of that. What adds or removes events opens one of these; a plain
/// Store is for merging, for copies and for rejected records.
class KeptStore : public store::Store {
 public:
  explicit KeptStore(const std::string& directory) : Store{directory, Mode::write} { attach_upkeep(*this); }
};

}  // namespace trailkeeper::query
