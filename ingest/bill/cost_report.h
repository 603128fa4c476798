// Lines of AWS Cost and Usage Reports, by the column names of CUR 2.0, of the legacy reports and of FOCUS.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/reject.h"
#include "ingest/bill/csv_reader.h"
#include "store/bills/bill_batch.h"

namespace trailkeeper::ingest {

/// Whether a file that begins like this is a cost report: its first line names an unblended cost, or FOCUS's billed
/// cost.
bool is_cost_report(std::string_view first_bytes);

/// What a server says about a cost report: it takes events.
constexpr std::string_view kReportRemedy =
    "it is a cost report, and no event: load it with trailkeeper replay while no server writes to the store (stop it "
    "for that, or keep a store of its own for bills)";

/// A line that is a charge (or a credit, refund, tax…), and whose bill it is on.
struct ReportLine {
  std::string_view payer;   ///< 12 digits.
  std::uint32_t month = 0;  ///< As 202405.
  store::BillLine line;
};

/// The meaning of a report's columns.
class CostReport {
 public:
  /// From the report's first line. Nothing if a column that every charge needs is missing; `missing` then names it.
  static std::optional<CostReport> from_header(const CsvRecord& header, std::string& missing);

  /// Reads a line; any reason but `none` says what is wrong with it. Views are the record's, or static.
  event::Reason read(const CsvRecord& record, ReportLine& found) const;

  /// The key of a line without an ID that is the same as `earlier` others before it in its file.
  static store::BillKey repeated(const store::BillKey& key, std::uint64_t earlier);

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
    kOperation,
    kResource,
    kDescription,
    // FOCUS only.
    kServiceName,
    kPublisher,
    kChargeClass,
    kFrequency,
    kCommitment,
    kCommitmentType,
    kColumns,
  };
  static std::span<const std::string_view> column_names(bool focus);

  [[nodiscard]] std::string_view field(const CsvRecord& record, Column column) const;
  void hash_line(const CsvRecord& record, store::BillLine& line) const;
  void name_line(const CsvRecord& record, store::BillLine& line) const;

  bool focus_ = false;
  std::array<std::optional<std::size_t>, kColumns> columns_;
  std::vector<std::uint64_t> name_hashes_;  // Of all columns, in whatever naming.
  std::vector<std::uint8_t> changing_;      // Columns that may differ when a report is made anew.
};

}  // namespace trailkeeper::ingest
