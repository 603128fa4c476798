#include "ingest/bill/cost_report.h"

#include <doctest/doctest.h>

#include <string>

using namespace trailkeeper::ingest;

namespace {

constexpr std::string_view kCur2 =
    "identity_line_item_id,identity_time_interval,bill_payer_account_id,bill_billing_period_start_date,"
    "line_item_usage_account_id,line_item_product_code,line_item_line_item_type,line_item_usage_start_date,"
    "line_item_unblended_cost,line_item_currency_code\n";
constexpr std::string_view kLegacy =
    "identity/LineItemId,identity/TimeInterval,bill/PayerAccountId,bill/BillingPeriodStartDate,lineItem/UsageAccountId,"
    "lineItem/ProductCode,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UnblendedCost,lineItem/CurrencyCode\n";

// The records of a file, put in so many bytes at a time.
std::vector<std::vector<std::string>> records(std::string_view csv, std::size_t piece = 1) {
  CsvReader reader;
  CsvRecord record;
  std::vector<std::vector<std::string>> found;
  for (std::size_t at = 0; at <= csv.size(); at += piece) {
    reader.put(csv.substr(at, piece), at + piece > csv.size());
    while (reader.next(record)) {
      found.emplace_back(record.fields.begin(), record.fields.end());
      if (!record.sound) found.back() = {"broken"};
    }
  }
  return found;
}

// The line of a report that has one.
struct Read {
  CsvReader reader;
  CsvRecord record;
  std::optional<CostReport> report;
  std::optional<ReportLine> line;

  explicit Read(const std::string& csv) {
    reader.put(csv, true);
    REQUIRE(reader.next(record));
    report = CostReport::from_header(record);
    REQUIRE(report);
    REQUIRE(reader.next(record));
    line = report->read(record);
  }
};

std::string with(std::string_view header, std::string_view line) { return std::string{header} + std::string{line}; }

constexpr std::string_view kLine =
    "id1,i,111122223333,2024-05-01T00:00:00Z,444455556666,AmazonEC2,Usage,2024-05-02T03:00:00Z,0.0000000040,USD\n";

}  // namespace

TEST_CASE("CSV: quotes hold separators, line ends and quotes; BOM, CRLF and empty lines are left out") {
  const std::string csv =
      "\xEF\xBB\xBF"
      "a,b\r\n\r\n\"x,\"\"y\"\"\nz\",\r\nlast,1";
  const std::vector<std::vector<std::string>> expected{{"a", "b"}, {"x,\"y\"\nz", ""}, {"last", "1"}};
  for (const std::size_t piece : {1, 2, 3, 7, 100}) CHECK(records(csv, piece) == expected);
}

TEST_CASE("CSV: a quote that isn't closed, or text behind one, is one broken record") {
  CHECK(records("a,\"b\nc,d\n") == std::vector<std::vector<std::string>>{{"broken"}, {"c", "d"}});
  CHECK(records("\"a\"b,c\nd,e\n") == std::vector<std::vector<std::string>>{{"broken"}, {"d", "e"}});
  CHECK(records(std::string(kMaxCsvFields + 1, ',') + "\nd,e\n", 4096) ==
        std::vector<std::vector<std::string>>{{"broken"}, {"d", "e"}});
}

TEST_CASE("A report's first line tells it, in both namings") {
  CHECK(is_cost_report(kCur2));
  CHECK(is_cost_report(kLegacy));
  CHECK(is_cost_report("\xEF\xBB\xBF\"lineItem/UnblendedCost\",\"b\"\n"));
  CHECK(!is_cost_report("{\"eventName\":\"line_item_unblended_cost\"}"));
  CHECK(!is_cost_report("a,b\nline_item_unblended_cost"));
}

TEST_CASE("Both namings make the same line; costs keep ten decimals") {
  const Read cur2{with(kCur2, kLine)};
  const Read legacy{with(kLegacy, kLine)};
  REQUIRE(cur2.line);
  REQUIRE(legacy.line);
  CHECK(cur2.line->payer == "111122223333");
  CHECK(cur2.line->month == 202405);
  CHECK(cur2.line->line.amount == 40);
  CHECK(cur2.line->line.usage_account == "444455556666");
  CHECK(cur2.line->line.key == legacy.line->line.key);
  CHECK(cur2.line->line.content == legacy.line->line.content);
}

TEST_CASE("What a line says is its content; its identity is its ID and interval") {
  const Read line{with(kCur2, kLine)};
  const Read dearer{with(
      kCur2, "id1,i,111122223333,2024-05-01T00:00:00Z,444455556666,AmazonEC2,Usage,2024-05-02T03:00:00Z,1.2E-3,USD\n")};
  const Read other{with(
      kCur2,
      "id2,i,111122223333,2024-05-01T00:00:00Z,444455556666,AmazonEC2,Usage,2024-05-02T03:00:00Z,0.0000000040,USD\n")};
  CHECK(line.line->line.key == dearer.line->line.key);
  CHECK(line.line->line.content != dearer.line->line.content);
  CHECK(dearer.line->line.amount == 12'000'000);
  CHECK(line.line->line.key != other.line->line.key);
}

TEST_CASE("Lines without account, time or amount in USD are none") {
  for (const std::string_view line :
       {"id1,i,111122223333,2024-05-01,4444,AmazonEC2,Usage,2024-05-02,1,USD\n",
        "id1,i,111122223333,2024-05-01,444455556666,AmazonEC2,Usage,yesterday,1,USD\n",
        "id1,i,111122223333,2024-05-01,444455556666,AmazonEC2,Usage,2024-05-02,much,USD\n",
        "id1,i,111122223333,2024-05-01,444455556666,AmazonEC2,Usage,2024-05-02,1,CNY\n", "too,few\n"}) {
    CHECK_MESSAGE(!Read{with(kCur2, line)}.line, line);
  }
  CHECK(Read{with(kCur2, "id1,i,,,444455556666,AmazonEC2,Usage,2024-05-02,1,\n")}.line->payer == "444455556666");
}
