#include "query/ledger/refused_bill_lines.h"

#include <fmt/format.h>

#include "store/rejects.h"

namespace trailkeeper::query {

namespace credits = rules::credits;

std::vector<credits::Finding> refused_bill_lines(const store::Snapshot& snapshot, text::Timestamp at) {
  std::uint64_t lines = 0;
  store::visit_rejects(snapshot.transaction(), false, [&lines](const store::KeptReject& record) {
    if (record.reason == event::Reason::bad_bill_currency) lines += record.records;
    return true;
  });
  if (lines == 0) return {};
  return {
      {at, "", credits::Severity::medium, "", "",
       fmt::format("{} lines of cost reports are in another currency than USD: no bill has them (trailkeeper rejects "
                   "shows them)",
                   lines)}};
}

}  // namespace trailkeeper::query
