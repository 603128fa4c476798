// Keeps what legal holds match, whatever happens to policies afterwards.
#pragma once

#include <memory>

#include "store/hold_pins.h"

namespace trailkeeper::query {

struct Filter;

/// Whether a filter looks at more than the event itself, so that an event may stop matching: at verdicts, which depend
/// on policies and on other events.
bool depends_on_others(const Filter& filter);

/// Lets a store's writers keep as pins what its holds match. Before policies, IAM's events or retention change
/// verdicts, all events that a hold by verdict matches are judged and pinned.
std::shared_ptr<store::HoldKeeper> make_hold_keeper();

}  // namespace trailkeeper::query
