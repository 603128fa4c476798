#include "ingest/bill/bill_loader.h"

#include <algorithm>
#include <utility>

#include "ingest/bill/report_path.h"
#include "store/bills/bill_loads.h"

namespace trailkeeper::ingest {
namespace {

// Bytes of lines that are committed at once, and bills that they may be of.
constexpr std::size_t kBillBatchBytes = std::size_t{48} << 20;
constexpr std::size_t kMaxBills = 256;
constexpr std::size_t kMaxRejects = 4096;
constexpr std::size_t kBillPiece = std::size_t{256} << 10;

}  // namespace

BillLoader::Version& BillLoader::version_of(const store::BillOrigin& origin, const std::string& period) {
  // Of a version without a name, files of other months are others.
  const auto found = std::find_if(versions_.begin(), versions_.end(), [&](const Version& version) {
    return version.origin.report == origin.report && version.origin.assembly == origin.assembly &&
           version.period == period;
  });
  if (found != versions_.end()) return *found;
  versions_.push_back({origin, period, {}, {}, true});
  return versions_.back();
}

void BillLoader::settle(const Version& version) {
  if (!version.bills.empty()) totals_.add(writer_.settle_bills(version.bills, version.files));
}

// Bills that an older version in the same place has lines of, and this one hasn't: it has none of them, which counts.
void BillLoader::empty_older(Version& version) {
  std::vector<store::BillBatch> emptied;
  {
    const store::Snapshot snapshot = store_.snapshot();
    for (const store::BillMonth& bill : store::bill_months(snapshot)) {
      if (version.bills.contains({bill.payer, bill.month})) continue;
      const auto loads = store::bill_loads(snapshot, bill.payer, bill.month);
      const bool older = std::any_of(loads.begin(), loads.end(), [&version](const store::BillLoad& load) {
        return load.counts && load.origin.report == version.origin.report &&
               load.origin.assembly != version.origin.assembly &&
               parse_report_path(load.origin.source).period == version.period;
      });
      if (older) emptied.emplace_back(bill.payer, bill.month, std::string{});
    }
  }
  if (emptied.empty()) return;
  for (const store::BillBatch& bill : emptied) version.bills.insert({bill.payer(), bill.month()});
  totals_.add(writer_.commit_bills(emptied, {}, {}, version.origin));
}

void BillLoader::settle() {
  for (Version& version : versions_) {
    if (!version.whole) continue;
    empty_older(version);
    settle(version);
  }
  versions_.clear();
}

void BillLoader::load(const store::BillOrigin& origin, const std::string& period, ByteInput& bytes,
                      const std::atomic<bool>& stop, const Progress& progress) {
  origin_ = origin;
  origin_.token = writer_.new_bill_load();
  names_.clear();
  header_.clear();
  problem_.clear();
  report_.reset();
  batch_ = 0;
  CsvReader reader;
  CsvRecord record;
  std::string piece(kBillPiece, '\0');
  std::uint64_t read = 0;
  std::uint64_t reached = 0;
  bool last = false;
  while (!last && !stop && problem_.empty()) {
    const std::size_t size = bytes.read(piece.data(), piece.size());
    read += size;
    last = size == 0;
    reader.put(std::string_view{piece}.substr(0, size), last);
    while (problem_.empty() && reader.next(record)) {
      take(record);
      reached = record.offset + record.bytes.size();
      if (memory_ >= kBillBatchBytes || bills_.size() > kMaxBills || rejects_.size() >= kMaxRejects) {
        commit({origin_.source, reached, false});
      }
    }
    progress(size);
  }
  commit({origin_.source, last ? read : reached, last});
  if (origin_.report.empty()) {
    if (last) settle({origin_, {}, {origin_.token}, names_, true});
    return;
  }
  Version& version = version_of(origin_, period);
  version.files.insert(origin_.token);
  version.bills.insert(names_.begin(), names_.end());
  version.whole = version.whole && last && problem_.empty() && bytes.problem().empty();
}

void BillLoader::take_header(const CsvRecord& record) {
  header_ = record.bytes;
  if (header_.find('\r') != std::string::npos) {
    problem_ =
        "is a cost report whose lines end with CR alone: nothing of it was taken; replay it with LF, as by "
        "tr '\\r' '\\n'";
    return;
  }
  if (!record.sound) {
    problem_ =
        "is a cost report whose header isn't sound (a quote isn't closed, or it is longer than 1 MiB or 4,096 "
        "columns): nothing of it was taken";
    return;
  }
  std::string missing;
  report_ = CostReport::from_header(record, missing);
  if (!report_) problem_ = "is a cost report without the columns " + missing + ": nothing of it was taken";
}

void BillLoader::take(const CsvRecord& record) {
  if (header_.empty()) {
    take_header(record);
    return;
  }
  // Who joins reports has their first lines in between.
  if (record.bytes == header_) return;
  ReportLine line;
  if (const event::Reason reason = report_->read(record, line); reason != event::Reason::none) {
    reject(record, reason);
    return;
  }
  if (line.line.id.empty()) {
    // Equal lines are as many charges. Which they are is counted for each batch, so that the memory is bounded.
    const std::uint64_t earlier = repeated_[line.line.content]++;
    constexpr unsigned kBatchShift = 32;
    const std::uint64_t number = (batch_ << kBatchShift) + earlier;
    if (number > 0) line.line.key = CostReport::repeated(line.line.key, number);
  }
  const auto is_of = [&line](const store::BillBatch& bill) {
    return bill.month() == line.month && bill.payer() == line.payer;
  };
  if (last_ >= bills_.size() || !is_of(bills_[last_])) {
    last_ = 0;
    while (last_ < bills_.size() && !is_of(bills_[last_])) ++last_;
    if (last_ == bills_.size()) bills_.emplace_back(std::string{line.payer}, line.month, header_);
  }
  bills_[last_].add(line.line);
  memory_ += line.line.raw.size() + line.line.id.size() + sizeof(store::BillBatch::Line);
}

void BillLoader::reject(const CsvRecord& record, event::Reason reason) {
  rejects_.push_back({origin_.source, record.offset, record.line, reason, std::string{record.bytes}});
  memory_ += record.bytes.size();
}

void BillLoader::commit(const store::SourcePosition& position) {
  for (const store::BillBatch& bill : bills_) names_.insert({bill.payer(), bill.month()});
  totals_.add(writer_.commit_bills(bills_, rejects_, {position}, origin_));
  totals_.rejected += rejects_.size();
  bills_.clear();
  rejects_.clear();
  memory_ = 0;
  last_ = 0;
  ++batch_;
  repeated_.clear();
}

}  // namespace trailkeeper::ingest
