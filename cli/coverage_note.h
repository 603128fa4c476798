// What an answer about permissions doesn't know.
#pragma once

#include <cstddef>

#include "query/filter.h"
#include "store/store.h"

namespace trailkeeper::cli {

/// Tells on standard error which accounts lack policies, so that an empty answer isn't taken for a good one. How many
/// accounts do.
std::size_t note_uncovered(const store::Snapshot& snapshot, const query::Filter& filter);

}  // namespace trailkeeper::cli
