// Each line of a bill, with what credits pay of it.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "rules/credits/line_share.h"
#include "store/store.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

struct BilledLine {
  const rules::credits::ChargeCell* cell;  ///< Its sums are those of all its lines.
  std::string_view id;                     ///< Line item ID; may be empty.
  text::Timestamp start = 0;
  text::Money amount;
  rules::credits::PaidLine paid;
};

/// Visits the lines of a paid bill, in order of their cells, then of their start. Lines of days that the bill leaves
/// out are left out, too. Views are valid during the visit.
void for_each_paid_line(const store::Snapshot& snapshot, const rules::credits::Bill& bill,
                        const std::vector<rules::credits::PaidCell>& cells,
                        const std::function<void(const BilledLine&)>& visit);

}  // namespace trailkeeper::query
