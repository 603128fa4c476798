#include "query/ledger/refused_bill_lines.h"

#include <fmt/format.h>

#include "store/rejects.h"

namespace trailkeeper::query {

namespace credits = rules::credits;

std::vector<std::string> RefusedBillLines::sentences() const {
  std::vector<std::string> found;
  if (other_currency > 0) {
    found.push_back(
        fmt::format("{} lines of cost reports are in another currency than USD: no bill has them (trailkeeper rejects "
                    "shows them)",
                    other_currency));
  }
  if (unreadable > 0) {
    found.push_back(
        fmt::format("{} {} of cost reports couldn't be read: no bill has {} (trailkeeper rejects shows what is wrong)",
                    unreadable, unreadable == 1 ? "line" : "lines", unreadable == 1 ? "it" : "them"));
  }
  return found;
}

RefusedBillLines refused_bill_lines(const store::Snapshot& snapshot) {
  RefusedBillLines found;
  store::visit_rejects(snapshot.transaction(), false, [&found](const store::KeptReject& record) {
    using event::Reason;
    switch (record.reason) {
      case Reason::bad_bill_currency: found.other_currency += record.records; break;
      case Reason::bad_bill_line:
      case Reason::bad_bill_account:
      case Reason::bad_bill_time:
      case Reason::bad_bill_amount: found.unreadable += record.records; break;
      default: break;
    }
    return true;
  });
  return found;
}

std::vector<credits::LedgerFinding> refused_bill_findings(const store::Snapshot& snapshot, text::Timestamp at) {
  std::vector<credits::LedgerFinding> findings;
  for (std::string& sentence : refused_bill_lines(snapshot).sentences()) {
    findings.push_back({at, "", rules::Severity::medium, "", "", std::move(sentence)});
  }
  return findings;
}

}  // namespace trailkeeper::query
