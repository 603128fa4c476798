// The key of an event that has no eventID.
#pragma once

#include <string_view>

#include "store/segments/bloom_filter.h"

namespace trailkeeper::store {

/// The key by which an event without an eventID is deduplicated: a hash of its bytes, without white space around them
/// (docs/format.md, Key). Not to be shown: query/event_names.h.
EventKey key_of_event_bytes(std::string_view bytes);

}  // namespace trailkeeper::store
