#include "ingest/bill/cost_report.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace trailkeeper::ingest;
using trailkeeper::event::Reason;

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
  Reason reason = Reason::none;

  explicit Read(const std::string& csv) {
    reader.put(csv, true);
    REQUIRE(reader.next(record));
    std::string missing;
    report = CostReport::from_header(record, missing);
    REQUIRE(report);
    REQUIRE(reader.next(record));
    ReportLine found;
    reason = report->read(record, found);
    if (reason == Reason::none) line = found;
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
  CHECK(records("\nsep=;\r\na,b;c\n", 3) == std::vector<std::vector<std::string>>{{"a,b", "c"}});
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
  CHECK(is_cost_report(" \r\n\r\n" + std::string{kCur2}));
  CHECK(is_cost_report("\xEF\xBB\xBFsep=,\r\n" + std::string{kCur2}));
  CHECK(!is_cost_report("sep=,"));
  CHECK(!is_cost_report("sep=,\n"));
  CHECK(!is_cost_report("{\"eventName\":\"line_item_unblended_cost\"}"));
  CHECK(!is_cost_report("a,b\nline_item_unblended_cost"));
  CHECK(!is_cost_report(std::string_view{"PK\3\4\0 mine.csva,line_item_unblended_cost\n", 40}));
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

TEST_CASE("What is wrong with a line is told") {
  const auto reason = [](std::string_view line) { return Read{with(kCur2, line)}.reason; };
  CHECK(reason("id1,i,111122223333,2024-05-01,4444,AmazonEC2,Usage,2024-05-02,1,USD\n") == Reason::bad_bill_account);
  CHECK(reason("id1,i,payer,2024-05-01,444455556666,AmazonEC2,Usage,2024-05-02,1,USD\n") == Reason::bad_bill_account);
  CHECK(reason("id1,i,111122223333,2024-05-01,444455556666,AmazonEC2,Usage,yesterday,1,USD\n") ==
        Reason::bad_bill_time);
  CHECK(reason("id1,i,111122223333,May,444455556666,AmazonEC2,Usage,2024-05-02,1,USD\n") == Reason::bad_bill_time);
  CHECK(reason("id1,i,111122223333,2024-05-01,444455556666,AmazonEC2,Usage,2024-05-02,much,USD\n") ==
        Reason::bad_bill_amount);
  CHECK(reason("id1,i,111122223333,2024-05-01,444455556666,AmazonEC2,Usage,2024-05-02,,USD\n") ==
        Reason::bad_bill_amount);
  for (const std::string_view currency : {"CNY", "EUR", "US"}) {
    CHECK(reason("id1,i,111122223333,2024-05-01,444455556666,AmazonEC2,Usage,2024-05-02,1," + std::string{currency} +
                 "\n") == Reason::bad_bill_currency);
  }
  for (const std::string_view currency : {"USD", "usd", "Usd", ""}) {
    CHECK(reason("id1,i,111122223333,2024-05-01,444455556666,AmazonEC2,Usage,2024-05-02,1," + std::string{currency} +
                 "\n") == Reason::none);
  }
  CHECK(reason("too,few\n") == Reason::bad_bill_line);
  CHECK(Read{with(kCur2, "id1,i,,,444455556666,AmazonEC2,Usage,2024-05-02,1,\n")}.line->payer == "444455556666");
}

TEST_CASE("A column that somebody named says the currency where the report's own is missing") {
  for (const std::string name : {"currency", "Currency_Code", "billing_currency"}) {
    std::string header{kCur2};
    header.replace(header.find("line_item_currency_code"), 23, name);
    const std::string line = "id1,i,111122223333,2024-05-01,444455556666,AmazonEC2,Usage,2024-05-02,1,";
    CHECK(Read{with(header, line + "EUR\n")}.reason == Reason::bad_bill_currency);
    CHECK(Read{with(header, line + "USD\n")}.line.has_value());
  }
}

TEST_CASE("A report that lacks columns says which") {
  CsvReader reader;
  CsvRecord record;
  reader.put("identity_line_item_id,line_item_unblended_cost,line_item_usage_account_id\n", true);
  REQUIRE(reader.next(record));
  std::string missing;
  CHECK(!CostReport::from_header(record, missing));
  CHECK(missing == "line_item_product_code, line_item_line_item_type, line_item_usage_start_date");
}

TEST_CASE("Times are read as query engines print them") {
  for (const std::string_view time :
       {"2024-05-02T03:00:00Z", "2024-05-02T03:00:00.000Z", "2024-05-02 03:00:00.000 UTC", "2024-05-02 03:00:00 UTC",
        "2024-05-02 03:00:00.000", "2024-05-02 03:00:00", "2024-05-02 03:00:00.000000 Etc/UTC", "2024-05-02 03:00:00 Z",
        "2024-05-02 03:00:00+00", "2024-05-02 03:00:00 +0000", "2024-05-02 05:00:00.000 +02:00",
        "2024-05-02 05:00:00+02", "2024-05-02 03:00:00 GMT"}) {
    CAPTURE(time);
    const Read read{with(kCur2, "id1,i,111122223333," + std::string{time} + ",444455556666,AmazonEC2,Usage," +
                                    std::string{time} + ",1,USD\n")};
    REQUIRE(read.line);
    CHECK(read.line->line.start == 1'714'618'800'000);
    CHECK(read.line->month == 202405);
  }
  for (const std::string_view time : {"2024-05-02 03:00:00 CEST", "2024-05-02 03:00:00 UTC UTC", "UTC",
                                      "2024-05-02 UTC", "1714618800", "2024-05-02 03:00:00+", "+00"}) {
    CAPTURE(time);
    CHECK(Read{with(kCur2, "id1,i,111122223333,,444455556666,AmazonEC2,Usage," + std::string{time} + ",1,USD\n")}
              .reason == Reason::bad_bill_time);
  }
}

TEST_CASE("Fields are separated as the first line has it") {
  for (const char separator : {',', '\t', ';', '|'}) {
    CAPTURE(separator);
    const auto spelt = [&](std::string csv) {
      std::replace(csv.begin(), csv.end(), ',', separator);
      return csv;
    };
    const std::string csv = spelt(with(kCur2, kLine));
    CHECK(is_cost_report(csv));
    const Read read{csv};
    REQUIRE(read.line);
    CHECK(read.line->line.service == "AmazonEC2");
    CHECK(read.line->line.amount == 40);
    // Other separators are part of values, and so is this one in quotes.
    const std::string quoted =
        spelt("a,b\n") + "\"x" + std::string(1, separator) + "y\"" + std::string(1, separator) + "z:\n";
    const auto found = records(quoted, 3);
    REQUIRE(found.size() == 2);
    CHECK(found[1] == std::vector<std::string>{"x" + std::string(1, separator) + "y", "z:"});
  }
  CHECK(csv_separator("a") == ',');
  CHECK(csv_separator("\"a;b;c\",d") == ',');
  CHECK(csv_separator("a;b,c;d") == ';');
  CHECK(records("a\tb\nc,d\te;f\n") == std::vector<std::vector<std::string>>{{"a", "b"}, {"c,d", "e;f"}});
}

TEST_CASE("R41: in reports without a reservation's column a sign-up charge is known by its usage type or description") {
  const std::string header =
      "line_item_usage_account_id,line_item_product_code,line_item_line_item_type,line_item_usage_type,"
      "line_item_usage_start_date,line_item_unblended_cost,line_item_line_item_description\n";
  const auto reserved = [&](const std::string& type, const std::string& usage, const std::string& description) {
    const Read read{header + "444455556666,AmazonEC2," + type + "," + usage + ",2024-05-02,500," + description + "\n"};
    REQUIRE(read.line);
    return read.line->line.reservation;
  };
  CHECK(reserved("Fee", "HeavyUsage:t3.micro", "what it is"));
  CHECK(reserved("Fee", "EUC1-HeavyUsage:t3.micro", ""));
  CHECK(reserved("Fee", "x", "Sign up charge for subscription: 123456"));
  CHECK_FALSE(reserved("Fee", "x", "No sign up charge for subscription"));
  CHECK_FALSE(reserved("Fee", "BoxUsage:t3.micro", "what it is"));
  CHECK_FALSE(reserved("RIFee", "HeavyUsage:t3.micro", "what it is"));
  CHECK_FALSE(reserved("Usage", "HeavyUsage:t3.micro", "Sign up charge for subscription: 123456"));
}

TEST_CASE("The last record may hold line breaks in quotes and end without one") {
  for (const std::size_t piece : {1, 5, 100}) {
    CHECK(records("a,b\nc,\"d\ne\"", piece) == std::vector<std::vector<std::string>>{{"a", "b"}, {"c", "d\ne"}});
    CHECK(records("a,b\r\nc,\"d\r\n\"\"e\"\"\",f", piece) ==
          std::vector<std::vector<std::string>>{{"a", "b"}, {"c", "d\r\n\"e\"", "f"}});
    CHECK(records("a,\"b\nc\nd", piece) == std::vector<std::vector<std::string>>{{"broken"}, {"c"}, {"d"}});
  }
}

TEST_CASE("What databases print for nothing is nothing") {
  const Read read{with(kCur2, "id1,i,\\N,NULL,444455556666,AmazonEC2,Usage,2024-05-02 00:00:00,1,null\n")};
  REQUIRE(read.line);
  CHECK(read.line->payer == "444455556666");
}
