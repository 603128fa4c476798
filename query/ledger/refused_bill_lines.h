// Lines of cost reports that are in no bill because nobody could read them, or not as dollars.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/credits/ledger_finding.h"
#include "store/store.h"

namespace trailkeeper::query {

/// Lines of cost reports among the rejected records: bills lack them.
struct RefusedBillLines {
  std::uint64_t other_currency = 0;
  std::uint64_t unreadable = 0;  ///< Account, time, amount or columns are wrong.

  /// A sentence each, of those that there are.
  [[nodiscard]] std::vector<std::string> sentences() const;
};

/// Looks at all rejected records, without their bytes.
RefusedBillLines refused_bill_lines(const store::Snapshot& snapshot);

/// A finding of time `at` for each sentence.
std::vector<rules::credits::LedgerFinding> refused_bill_findings(const store::Snapshot& snapshot, text::Timestamp at);

}  // namespace trailkeeper::query
