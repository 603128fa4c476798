// Shippers that put an event into a member of a record of their own.
#pragma once

#include <string>
#include <string_view>

#include "ingest/delivery.h"

namespace trailkeeper::ingest {

/// Adds the event that `record`, a JSON object, is or holds: where it has a string member `message`, `log` or `event`
/// (the first of these) whose text begins with `{`, or that is an object with an `eventTime`, and no member `eventName`
/// of its own, that text; else the record as it is. What isn't JSON is added as it is, for the parser to reject.
void add_wrapped_event(std::string_view record, std::uint32_t item, Delivery& delivery);

}  // namespace trailkeeper::ingest
