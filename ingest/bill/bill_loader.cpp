#include "ingest/bill/bill_loader.h"

#include <utility>

namespace trailkeeper::ingest {
namespace {

// Bytes of lines that are committed at once, and bills that they may be of.
constexpr std::size_t kBatchBytes = std::size_t{48} << 20;
constexpr std::size_t kMaxBills = 256;
constexpr std::size_t kMaxRejects = 4096;

}  // namespace

std::uint64_t BillLoader::load(const std::string& source, const ReadBytes& read, const std::atomic<bool>& stop) {
  source_ = source;
  header_.clear();
  report_.reset();
  CsvReader reader;
  CsvRecord record;
  std::uint64_t bytes = 0;
  std::uint64_t reached = 0;
  bool last = false;
  while (!last && !stop) {
    const std::string_view piece = read();
    bytes += piece.size();
    last = piece.empty();
    reader.put(piece, last);
    while (reader.next(record)) {
      take(record);
      reached = record.offset + record.bytes.size();
      if (memory_ >= kBatchBytes || bills_.size() > kMaxBills || rejects_.size() >= kMaxRejects) {
        commit({source_, reached, false});
      }
    }
  }
  commit({source_, last ? bytes : reached, last});
  return bytes;
}

void BillLoader::take(const CsvRecord& record) {
  if (header_.empty()) {
    header_ = record.bytes;
    report_ = CostReport::from_header(record);
    if (report_) return;
  }
  // Without the columns that it needs, nothing of a report can be taken.
  if (!report_) {
    reject(record);
    return;
  }
  const auto line = report_->read(record);
  if (!line) {
    reject(record);
    return;
  }
  const auto is_of = [&line](const store::BillBatch& bill) {
    return bill.month() == line->month && bill.payer() == line->payer;
  };
  if (last_ >= bills_.size() || !is_of(bills_[last_])) {
    last_ = 0;
    while (last_ < bills_.size() && !is_of(bills_[last_])) ++last_;
    if (last_ == bills_.size()) bills_.emplace_back(std::string{line->payer}, line->month, header_);
  }
  bills_[last_].add(line->line);
  memory_ += line->line.raw.size() + line->line.id.size() + sizeof(store::BillBatch::Line);
}

void BillLoader::reject(const CsvRecord& record) {
  rejects_.push_back({source_, record.offset, record.line, event::Reason::bad_bill_line, std::string{record.bytes}});
  memory_ += record.bytes.size();
}

void BillLoader::commit(const store::SourcePosition& position) {
  const store::BillCommit done = writer_.commit_bills(bills_, rejects_, {position});
  totals_.lines += done.lines;
  totals_.duplicates += done.duplicates;
  totals_.variants += done.variants;
  totals_.rejected += rejects_.size();
  bills_.clear();
  rejects_.clear();
  memory_ = 0;
  last_ = 0;
}

}  // namespace trailkeeper::ingest
