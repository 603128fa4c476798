// Takes a cost report into the store.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ingest/bill/cost_report.h"
#include "ingest/byte_input.h"
#include "store/writer.h"

namespace trailkeeper::ingest {

/// What loading did.
struct BillTotals : store::BillCommit {
  std::uint64_t rejected = 0;
};

/// Loads reports one after the other. Memory is bounded, whatever their size.
class BillLoader {
 public:
  BillLoader(store::Store& store, store::Writer& writer) : store_(store), writer_(writer) {}

  /// Is told how many bytes were read, as stored.
  using Progress = std::function<void(std::uint64_t bytes)>;

  /// Loads a whole source, committing as it goes, until `stop`. A file that belongs to no report counts at once; files
  /// of reports wait for settle(). `period`: of the report's path, ReportPath::period. Throws StoreError.
  void load(const store::BillOrigin& origin, const std::string& period, ByteInput& bytes, const std::atomic<bool>& stop,
            const Progress& progress);

  /// Makes the versions of reports count whose files were all read to their ends: each at once, in place of older ones,
  /// also of bills of which it has no line any more.
  void settle();

  /// Of all sources so far.
  [[nodiscard]] const BillTotals& totals() const { return totals_; }
  /// Why nothing of the last source could be taken; empty if something was.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void take(const CsvRecord& record);
  void take_header(const CsvRecord& record);
  void reject(const CsvRecord& record, event::Reason reason);
  void commit(const store::SourcePosition& position);

  /// Files that belong together, and the bills that they are of.
  struct Version {
    store::BillOrigin origin;
    std::string period;
    std::set<std::uint64_t> files;
    std::set<store::BillName> bills;
    bool whole = true;
  };
  Version& version_of(const store::BillOrigin& origin, const std::string& period);
  void empty_older(Version& version);
  void settle(const Version& version);

  store::Store& store_;
  store::Writer& writer_;
  BillTotals totals_;
  std::string problem_;
  store::BillOrigin origin_;
  std::vector<Version> versions_;
  std::set<store::BillName> names_;  // Bills of the source.
  std::string header_;
  std::optional<CostReport> report_;
  std::vector<store::BillBatch> bills_;
  std::size_t last_ = 0;  // The bill of the line before.
  std::size_t memory_ = 0;
  std::vector<store::RejectedRecord> rejects_;
  std::uint64_t batch_ = 0;                                    // Of the source.
  std::unordered_map<std::uint64_t, std::uint64_t> repeated_;  // Lines without ID of the batch, by content.
};

}  // namespace trailkeeper::ingest
