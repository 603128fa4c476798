// The members that a CloudTrail record has at its top.
#pragma once

#include <string_view>

namespace trailkeeper::event {

/// Whether CloudTrail writes a member of this name at the top of a record, eventVersion 1.00 to 1.11 and the records of
/// CloudTrail Lake's integrations. Source: AWS CloudTrail User Guide, "CloudTrail record contents" and "Integration
/// event schema". Any other member was added by somebody who passed the record on.
bool is_record_member(std::string_view name);

/// Whether such a member has more levels below it.
bool is_structured_member(std::string_view name);

/// The same for a name that others may have spelled anew: `request_parameters`, `RequestParameters`.
bool spells_structured_member(std::string_view name);

}  // namespace trailkeeper::event
