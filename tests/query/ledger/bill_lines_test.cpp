#include "query/ledger/bill_lines.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/query/ledger/loaded_bill.h"

using namespace trailkeeper;
using trailkeeper::tests::LoadedBill;

namespace credits = trailkeeper::rules::credits;

namespace {

// A cell of the bill, of which one credit pays so much.
credits::PaidCell paid_cell(const std::string& service, std::int64_t amount, std::int64_t covered) {
  credits::PaidCell cell;
  cell.cell = {LoadedBill::kPayer, service, "Use", "Usage", "AWS", false, 19844, text::Money::of_units(amount), 1};
  cell.covered = text::Money::of_units(covered);
  if (covered > 0) cell.payments.push_back({0, cell.covered});
  cell.reason = covered > 0 ? credits::PaymentReason::covered : credits::PaymentReason::no_credit;
  return cell;
}

}  // namespace

TEST_CASE("A cell's payments are cut into its lines in order of start, and no unit is lost") {
  LoadedBill loaded;
  loaded.add({{1, "EC2", 600, 7200}, {2, "EC2", 400, 0}, {3, "EC2", 200, 3600}, {4, "S3", 500, 0}, {5, "SQS", 9, 0}},
             "cur");
  credits::Bill bill;
  bill.payer = LoadedBill::kPayer;
  bill.month = *text::Month::of_number(LoadedBill::kMonth);
  const std::vector<credits::PaidCell> cells{paid_cell("S3", 500, 0), paid_cell("EC2", 1200, 700)};
  std::string found;
  query::for_each_paid_line(loaded.store.snapshot(), bill, cells, [&](const query::BilledLine& line) {
    CHECK(line.paid.covered + line.paid.due == line.amount);
    found += line.cell->service + " " + std::string{line.id} + ": " + std::to_string(line.amount.units()) + " - " +
             std::to_string(line.paid.covered.units()) + "\n";
  });
  // SQS isn't among the cells: a day that the bill leaves out.
  CHECK(found == "EC2 line 2: 400 - 400\nEC2 line 3: 200 - 200\nEC2 line 1: 600 - 100\nS3 line 4: 500 - 0\n");
}
