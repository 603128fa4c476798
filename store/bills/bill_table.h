// Where the parts of bills lie in the store's table of them: month, payer, number of the segment, part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/bills/bill_segment.h"
#include "store/environment.h"

namespace trailkeeper::store {

/// What the keys of one bill begin with. `month` as 202405.
std::string bill_prefix(std::string_view payer, std::uint32_t month);

/// The key of a part of a bill's segment.
std::string bill_part_key(const std::string& prefix, std::uint64_t number, BillPart part);

/// A part's bytes, in place. Throws StoreError(corrupt) if it isn't there.
std::string_view bill_part(const Transaction& transaction, const std::string& prefix, std::uint64_t number,
                           BillPart part);

/// In place of a segment's number: the list of what the segments were loaded from (store/bills/bill_loads.h), as one
/// part.
constexpr std::uint64_t kBillLoads = 0;

/// The numbers of all of a bill's segments, ascending.
std::vector<std::uint64_t> all_bill_segments(const Transaction& transaction, const std::string& prefix);

/// The numbers of those that count.
std::vector<std::uint64_t> bill_segments(const Transaction& transaction, const std::string& prefix);

/// Payer and month of all bills, by month, then payer.
std::vector<std::pair<std::string, std::uint32_t>> stored_bills(const Transaction& transaction);

}  // namespace trailkeeper::store
