// Lines of cost reports that are in no bill because of their currency.
#pragma once

#include <vector>

#include "rules/credits/finding.h"
#include "store/store.h"

namespace trailkeeper::query {

/// One finding, with time `at`, if rejected records are lines of cost reports in a currency other than USD: bills lack
/// them. Looks at all rejected records, without their bytes.
std::vector<rules::credits::Finding> refused_bill_lines(const store::Snapshot& snapshot, text::Timestamp at);

}  // namespace trailkeeper::query
