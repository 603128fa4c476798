// Which events of a segment may name something confidential.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/segments/segment.h"

namespace trailkeeper::query {

/// The events of a segment whose signs suffice (rules/credits/secret_signs.h), ascending: whatever is shown of them may
/// depend on all of their values. Looks once at each string of each dictionary. `org_id_paths`:
/// rules/credits/secret_name.h. Throws StoreError(corrupt).
std::vector<std::uint32_t> events_with_signs(const store::Segment& segment,
                                             const std::vector<std::string>& org_id_paths);

}  // namespace trailkeeper::query
