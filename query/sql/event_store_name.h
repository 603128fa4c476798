// How CloudTrail Lake's queries name the event data store that they ask.
#pragma once

#include <cstddef>
#include <string_view>

namespace trailkeeper::query::sql {

/// Whether a quoted text is an event data store's: its UUID, its ARN, or a placeholder for it.
bool names_event_store(std::string_view text);

/// Bytes at the beginning of `sql` that name one without quotes: `$EDS_ID`, `<event_data_store_id>`, `<EDS ID>`, a
/// UUID, an ARN; 0 if none does. A placeholder counts as one only if its words say so.
std::size_t event_store_name_length(std::string_view sql);

}  // namespace trailkeeper::query::sql
