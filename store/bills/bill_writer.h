// Lines of bills into the store: as segments that wait until their loads are settled.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "store/bills/bill_loads.h"
#include "store/bills/bills.h"

namespace trailkeeper::store {

struct WrittenBill {
  BillCommit commit;
  std::uint64_t segment = 0;  ///< 0: nothing was new, and none was written.
};

/// Leaves out what is known in the segments of `scope` and writes the rest as a segment. Of lines with one identity,
/// the one with the largest hash of its content counts, so that the order in which they come doesn't matter.
WrittenBill write_bill(Transaction& transaction, BillBatch& batch, const std::vector<std::uint64_t>& scope);

/// The cells that lines of a segment add to, each with what its line adds.
std::vector<BillCell> cells_of_lines(const Transaction& transaction, const std::string& prefix, std::uint64_t segment,
                                     const std::set<BillLineName>& names);

}  // namespace trailkeeper::store
