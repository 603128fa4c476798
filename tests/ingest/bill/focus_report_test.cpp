#include <doctest/doctest.h>

#include <string>

#include "ingest/bill/cost_report.h"
#include "ingest/bill/focus.h"

using namespace trailkeeper::ingest;
using trailkeeper::event::Reason;

namespace {

struct Read {
  CsvReader reader;
  CsvRecord record;
  ReportLine line;
  Reason reason = Reason::none;

  explicit Read(const std::string& csv) {
    CHECK(is_cost_report(csv));
    reader.put(csv, true);
    REQUIRE(reader.next(record));
    std::string missing;
    const auto report = CostReport::from_header(record, missing);
    REQUIRE_MESSAGE(report, missing);
    REQUIRE(reader.next(record));
    reason = report->read(record, line);
  }
};

constexpr std::string_view kShort =
    "BilledCost,BillingAccountId,BillingCurrency,ChargeCategory,ChargePeriodStart,ServiceName,SubAccountId\n";
constexpr std::string_view kLong =
    "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargeClass,ChargeDescription,"
    "ChargeFrequency,ChargePeriodStart,CommitmentDiscountId,CommitmentDiscountType,EffectiveCost,ProviderName,"
    "PublisherName,ServiceName,SubAccountId,x_ServiceCode,x_UsageType\n";

std::string with(std::string_view header, std::string_view line) { return std::string{header} + std::string{line}; }

// A line of kLong.
std::string line(std::string_view cost, std::string_view category, std::string_view charge_class = "",
                 std::string_view frequency = "Usage-Based", std::string_view commitment = "",
                 std::string_view type = "", std::string_view publisher = "\"Amazon Web Services, Inc.\"") {
  return with(kLong, std::string{cost} + ",111122223333,USD,2024-06-01T00:00:00.000Z," + std::string{category} + "," +
                         std::string{charge_class} + ",what it is," + std::string{frequency} +
                         ",2024-06-03T00:00:00.000Z," + std::string{commitment} + "," + std::string{type} + ",7,AWS," +
                         std::string{publisher} +
                         ",Amazon Elastic Compute Cloud,444455556666,AmazonEC2,BoxUsage:t3.micro\n");
}

}  // namespace

TEST_CASE("FOCUS: what it bills, to whom, when and for what") {
  const Read found{line("1.5", "Usage")};
  REQUIRE(found.reason == Reason::none);
  CHECK(found.line.payer == "111122223333");
  CHECK(found.line.month == 202406);
  CHECK(found.line.line.usage_account == "444455556666");
  CHECK(found.line.line.amount == 15'000'000'000);
  CHECK(found.line.line.service == "AmazonEC2");
  CHECK(found.line.line.usage_type == "BoxUsage:t3.micro");
  CHECK(found.line.line.line_type == "Usage");
  CHECK(found.line.line.entity == "AWS");
  CHECK(!found.line.line.reservation);
  CHECK(found.line.line.id.empty());
}

TEST_CASE("FOCUS: a few columns do; services are known by their names") {
  const Read found{with(kShort, "1.5,012345678901,USD,Usage,2024-06-01T00:00:00Z,Amazon S3,012345678901\n")};
  REQUIRE(found.reason == Reason::none);
  CHECK(found.line.line.service == "AmazonS3");
  CHECK(found.line.month == 202406);
  const Read payer{with(kShort, "-3,012345678901,USD,Credit,2024-06-01T00:00:00Z,Amazon Elastic Compute Cloud,\n")};
  REQUIRE(payer.reason == Reason::none);
  CHECK(payer.line.line.usage_account == "012345678901");
  CHECK(payer.line.line.service == "AmazonEC2");
  CHECK(payer.line.line.line_type == "Credit");
  CHECK(Read{with(kShort, "1,012345678901,EUR,Usage,2024-06-01T00:00:00Z,Amazon S3,012345678901\n")}.reason ==
        Reason::bad_bill_currency);
  CHECK(Read{with(kShort, "1,x,USD,Usage,2024-06-01T00:00:00Z,Amazon S3,\n")}.reason == Reason::bad_bill_account);
}

TEST_CASE("FOCUS: categories become the line types of AWS's reports") {
  const auto type = [](const std::string& csv) {
    const Read found{csv};
    return std::string{found.line.line.line_type} + (found.line.line.reservation ? "+" : "");
  };
  constexpr std::string_view kPlan = "arn:aws:savingsplans::1:savingsplan/x";
  constexpr std::string_view kInstance = "arn:aws:ec2:us-east-1:1:reserved-instances/x";
  CHECK(type(line("1", "Tax")) == "Tax");
  CHECK(type(line("-1", "Credit")) == "Credit");
  CHECK(type(line("-1", "Adjustment")) == "Refund");
  CHECK(type(line("-1", "Usage", "Correction")) == "Refund");
  CHECK(type(line("1", "Usage", "Correction")) == "Usage");
  CHECK(type(line("1", "Adjustment")) == "Fee");
  CHECK(type(line("9", "Purchase", "", "One-Time")) == "Fee");
  CHECK(type(line("9", "Purchase", "", "One-Time", kPlan, "Savings Plan")) == "SavingsPlanUpfrontFee");
  CHECK(type(line("9", "Purchase", "", "Recurring", kPlan, "ComputeSavingsPlans")) == "SavingsPlanRecurringFee");
  CHECK(type(line("9", "Purchase", "", "One-Time", kInstance, "Reserved Instance")) == "Fee+");
  CHECK(type(line("9", "Purchase", "", "Recurring", kInstance, "Reserved Instance")) == "RIFee+");
  CHECK(type(line("0", "Usage", "", "Usage-Based", kPlan, "Savings Plan")) == "SavingsPlanCoveredUsage");
  CHECK(type(line("0", "Usage", "", "Usage-Based", kInstance, "Reserved Instance")) == "DiscountedUsage+");
  CHECK(Read{line("1", "Purchase", "", "Recurring", "", "", "A Seller Ltd")}.line.line.entity == "AWS Marketplace");
}

TEST_CASE("FOCUS: who sold it, whatever the case of letters") {
  const auto entity = [](std::string_view publisher) {
    return std::string{Read{line("1", "Usage", "", "Usage-Based", "", "", publisher)}.line.line.entity};
  };
  for (const std::string_view own : {"", "AWS", "aws", "\"Amazon Web Services, Inc.\"", "\"AMAZON WEB SERVICES, INC.\"",
                                     "amazon web services emea sarl", "AISPL", "Aispl"}) {
    CAPTURE(own);
    CHECK(entity(own) == "AWS");
  }
  for (const std::string_view other : {"A Seller Ltd", "AWS Marketplace", "aws MARKETPLACE", "MongoDB"}) {
    CAPTURE(other);
    CHECK(entity(other) == "AWS Marketplace");
  }
}

TEST_CASE("R41: a FOCUS purchase that is a sign-up charge is upfront") {
  std::string csv = line("500", "Purchase", "", "One-Time");
  CHECK_FALSE(Read{csv}.line.line.reservation);
  csv.replace(csv.find("what it is"), 10, "Sign up charge for subscription: 123456");
  CHECK(Read{csv}.line.line.line_type == "Fee");
  CHECK(Read{csv}.line.line.reservation);
}

TEST_CASE("A credit's line is told from others by its description") {
  CHECK(Read{line("-1", "Credit")}.line.line.usage_type == "what it is");
}
