// Cost reports, their paths and manifests: any bytes are read, in whatever pieces they come, and the pieces make no
// difference.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ingest/bill/cost_report.h"
#include "ingest/bill/report_manifest.h"

using namespace trailkeeper::ingest;

namespace {

// What the reader and the report make of the bytes, as text.
std::string read_all(std::string_view bytes, std::size_t piece) {
  CsvReader reader;
  CsvRecord record;
  std::optional<CostReport> report;
  std::string out;
  for (std::size_t at = 0; at <= bytes.size(); at += piece) {
    reader.put(bytes.substr(at, piece), at + piece > bytes.size());
    while (reader.next(record)) {
      out += std::to_string(record.offset) + (record.sound ? " " : "! ") + std::to_string(record.fields.size()) + "\n";
      std::string missing;
      ReportLine line;
      if (!report) {
        report = CostReport::from_header(record, missing);
        if (report.has_value() != missing.empty()) std::abort();
      } else if (const auto reason = report->read(record, line); reason == trailkeeper::event::Reason::none) {
        out += std::string{line.payer} + std::to_string(line.month) + std::to_string(line.line.amount) +
               std::string{line.line.line_type} + "\n";
      } else {
        out += std::to_string(static_cast<int>(reason)) + "\n";
      }
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  static_cast<void>(is_cost_report(bytes));
  static_cast<void>(read_manifest(bytes.substr(0, 100), bytes));
  if (const ReportPath path = parse_report_path(bytes); path.report.empty() != path.period.empty()) std::abort();
  if (read_all(bytes, bytes.size() + 1) != read_all(bytes, 97)) std::abort();
  return 0;
}
