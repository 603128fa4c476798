// Which value a filter probably meant, where nothing has the one that it was given.
#pragma once

#include <optional>
#include <string>

#include "query/filter.h"
#include "store/store.h"

namespace trailkeeper::query {

/// A value of a filter that no event has, and one that differs from it in the case of letters only and that some have.
struct SimilarValue {
  FilterField field;
  std::string given;
  std::string meant;
};

/// The first such value of a filter; nothing if there is none. Looks at values without wild cards of filters whose
/// field has columns, as they are shown. Costs a look at each string of these columns. Throws StoreError(corrupt).
std::optional<SimilarValue> similar_value(const store::Snapshot& snapshot, const Filter& filter);

}  // namespace trailkeeper::query
