// Lines that count again, because the lines that stood for them go.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "store/transaction.h"

namespace trailkeeper::store {

/// Corrects the sums of the segments that stay as if those that go had never been there: a line that was superseded by
/// one of these counts again, unless another that stays supersedes it. `prefix` names the bill (bill_prefix). To be
/// called before the segments are erased.
void restore_superseded(Transaction& transaction, const std::string& prefix, const std::vector<std::uint64_t>& staying,
                        const std::set<std::uint64_t>& going);

}  // namespace trailkeeper::store
