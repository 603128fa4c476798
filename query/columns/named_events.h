// Events of one service by their names.
#pragma once

#include <functional>
#include <string_view>

#include "store/segments/segment.h"

namespace trailkeeper::query {

/// Visits a segment's events with that eventSource and an eventName (as written) that passes, by ascending index.
/// Segments without any cost a look at two dictionaries.
void for_each_event_named(const store::Segment& segment, std::string_view source,
                          const std::function<bool(std::string_view name)>& passes,
                          const std::function<void(std::uint32_t index)>& visit);

}  // namespace trailkeeper::query
