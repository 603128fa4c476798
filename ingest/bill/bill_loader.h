// Takes a cost report into the store.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/bill/cost_report.h"
#include "store/writer.h"

namespace trailkeeper::ingest {

/// What loading did.
struct BillTotals {
  std::uint64_t lines = 0;  ///< Newly stored.
  std::uint64_t duplicates = 0;
  std::uint64_t variants = 0;  ///< Among `lines`.
  std::uint64_t rejected = 0;
};

/// Reads bytes of a report; empty at its end.
using ReadBytes = std::function<std::string_view()>;

/// Loads reports one after the other. Memory is bounded, whatever their size.
class BillLoader {
 public:
  explicit BillLoader(store::Writer& writer) : writer_(writer) {}

  /// Loads a whole source, committing as it goes; until `stop`. Returns the bytes taken. Throws StoreError.
  std::uint64_t load(const std::string& source, const ReadBytes& read, const std::atomic<bool>& stop);

  [[nodiscard]] const BillTotals& totals() const { return totals_; }

 private:
  void take(const CsvRecord& record);
  void reject(const CsvRecord& record);
  void commit(const store::SourcePosition& position);

  store::Writer& writer_;
  BillTotals totals_;
  std::string source_;
  std::string header_;
  std::optional<CostReport> report_;
  std::vector<store::BillBatch> bills_;
  std::size_t last_ = 0;  // The bill of the line before.
  std::size_t memory_ = 0;
  std::vector<store::RejectedRecord> rejects_;
};

}  // namespace trailkeeper::ingest
