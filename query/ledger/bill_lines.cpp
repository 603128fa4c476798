#include "query/ledger/bill_lines.h"

#include <algorithm>
#include <tuple>

#include "store/bills/bills.h"

namespace trailkeeper::query {

namespace credits = rules::credits;

namespace {

auto place_of(const credits::ChargeCell& cell) {
  return std::tuple<const std::string&, const std::string&, const std::string&, const std::string&, const std::string&,
                    bool, std::int32_t>{cell.account, cell.service,     cell.usage_type, cell.line_type,
                                        cell.entity,  cell.reservation, cell.day};
}

auto place_of(const store::BillCell& cell) {
  return std::tuple<const std::string&, const std::string&, const std::string&, const std::string&, const std::string&,
                    bool, std::int32_t>{cell.usage_account, cell.service,     cell.usage_type, cell.line_type,
                                        cell.entity,        cell.reservation, cell.day};
}

}  // namespace

void for_each_paid_line(const store::Snapshot& snapshot, const credits::Bill& bill,
                        const std::vector<credits::PaidCell>& cells,
                        const std::function<void(const BilledLine&)>& visit) {
  std::vector<const credits::PaidCell*> sorted;
  for (const credits::PaidCell& cell : cells) sorted.push_back(&cell);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return place_of(a->cell) < place_of(b->cell); });
  const store::BillCell* before = nullptr;
  const credits::PaidCell* paid = nullptr;
  std::optional<credits::LineShare> share;
  store::for_each_bill_line(snapshot, bill.payer, bill.month.number(), [&](const store::CountedBillLine& line) {
    if (line.cell != before) {
      before = line.cell;
      const auto found = std::lower_bound(
          sorted.begin(), sorted.end(), *line.cell,
          [](const credits::PaidCell* a, const store::BillCell& b) { return place_of(a->cell) < place_of(b); });
      const bool there = found != sorted.end() && place_of((*found)->cell) == place_of(*line.cell);
      paid = there ? *found : nullptr;
      share.reset();
      if (there) share.emplace(*paid);
    }
    if (paid == nullptr) return;
    const auto amount = text::Money::of_units(line.amount);
    visit({&paid->cell, line.id, line.start, amount, share->next(amount)});
  });
}

}  // namespace trailkeeper::query
