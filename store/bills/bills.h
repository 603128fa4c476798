// Bills of a store: what has been loaded from cost reports, by payer and month.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/bills/bill_batch.h"
#include "store/bills/bill_segment.h"
#include "store/store.h"

namespace trailkeeper::store {

struct BillMonth {
  std::string payer;
  std::uint32_t month = 0;  ///< As 202405.
  std::uint64_t lines = 0;  ///< Kept, superseded ones included.
};

/// By month, then payer.
std::vector<BillMonth> bill_months(const Snapshot& snapshot);

/// The sums of a bill: all lines that count. Cells without lines are left out; in order. Throws std::overflow_error if
/// a sum is more than 64 bits hold.
std::vector<BillCell> bill_cells(const Snapshot& snapshot, std::string_view payer, std::uint32_t month);

/// A line that counts, and the common part of its cell.
struct CountedBillLine {
  const BillCell* cell;  ///< Valid until the visit ends; its sums mean nothing.
  BillKey key;
  std::int64_t amount;
  std::int64_t start;
  std::string_view id;
};

/// Visits the lines that count, by cell, start and key, in bounded memory.
void for_each_bill_line(const Snapshot& snapshot, std::string_view payer, std::uint32_t month,
                        const std::function<void(const CountedBillLine&)>& visit);

/// Two files of a bill that charge for the same things, nine in ten of one's at least, in whatever amounts: neither
/// replaced the other (docs/credits.md, Refreshed reports).
struct AlikeFiles {
  std::string one;
  std::string other;
};
/// The first two in order of their names; of files of one version of a report, none.
std::optional<AlikeFiles> alike_files(const Snapshot& snapshot, std::string_view payer, std::uint32_t month);

/// Lines that another line with the same identity replaces.
std::uint64_t superseded_bill_lines(const Snapshot& snapshot);

/// Reads every part of every bill; reports each that isn't what was stored to `damaged`, and goes on.
void check_bills(const Transaction& transaction, const std::function<void(const std::string& what)>& damaged);
/// Throws StoreError(corrupt) at the first damage.
void check_bills(const Snapshot& snapshot);

/// A payer's bill of a month.
struct BillName {
  std::string payer;
  std::uint32_t month = 0;  ///< As 202405.
  // clang-tidy 14 takes the 0 of <=> for a pointer where a container compares.
  auto operator<=>(const BillName&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// What loading lines did.
struct BillCommit {
  std::uint64_t lines = 0;       ///< New.
  std::uint64_t duplicates = 0;  ///< Known already: the same in every column.
  std::uint64_t variants = 0;    ///< Among `lines`: with the identity of another line that says something else.
  std::uint64_t replaced = 0;    ///< Lines of older versions, which count no longer.
  std::uint64_t outdated = 0;    ///< Not taken: from a version older than the one that is there.

  void add(const BillCommit& more);
};

}  // namespace trailkeeper::store
