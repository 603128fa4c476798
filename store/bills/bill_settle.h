// Loads of bill lines: they wait, then count or are left out.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "store/bills/bill_loads.h"
#include "store/bills/bills.h"

namespace trailkeeper::store {

/// Adds a batch to a load, which waits. Removes what other loads left behind that aren't among the `live`.
BillCommit stage_bill(Transaction& transaction, BillBatch& batch, const BillOrigin& origin,
                      const std::set<std::uint64_t>& live);

/// The outcome of settling a bill's loads.
struct SettledBill {
  BillCommit commit;
  std::string note;  ///< JSON members for the journal; empty if nothing was replaced.
};

/// Makes loads of one version of a report (or of one file) count, or leaves them out: docs/credits.md, Refreshed
/// reports. Whatever they replace goes.
SettledBill settle_bill(Transaction& transaction, const BillName& bill, const std::set<std::uint64_t>& tokens);

}  // namespace trailkeeper::store
