// Lines of AWS Cost and Usage Reports, by the column names of CUR 2.0 and of the legacy reports.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/bill/csv_reader.h"
#include "store/bill_batch.h"

namespace trailkeeper::ingest {

/// Whether a file that begins so is a cost report: its first line names an unblended cost.
bool is_cost_report(std::string_view first_bytes);

/// A line that is a charge (or a credit, refund, tax…), and whose bill it is on.
struct ReportLine {
  std::string_view payer;   ///< 12 digits.
  std::uint32_t month = 0;  ///< As 202405.
  store::BillLine line;
};

/// The meaning of a report's columns.
class CostReport {
 public:
  /// From the report's first line. Nothing if a column that every charge needs is missing.
  static std::optional<CostReport> from_header(const CsvRecord& header);

  /// Nothing for a line that lacks an account, a time or an amount in USD. Views are the record's.
  std::optional<ReportLine> read(const CsvRecord& record) const;

 private:
  enum Column : std::size_t {
    kLineId,
    kInterval,
    kPayer,
    kMonth,
    kEntity,
    kAccount,
    kService,
    kUsageType,
    kLineType,
    kStart,
    kCost,
    kCurrency,
    kReservation,
    kColumns,
  };

  [[nodiscard]] std::string_view field(const CsvRecord& record, Column column) const;
  [[nodiscard]] std::uint64_t content_of(const CsvRecord& record) const;

  std::array<std::optional<std::size_t>, kColumns> columns_;
  std::vector<std::uint64_t> name_hashes_;  // Of all columns, in whatever naming.
};

}  // namespace trailkeeper::ingest
