// Keeps records that are no events: in order of their places, compressed, and bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "store/environment.h"
#include "store/rejected_record.h"

namespace trailkeeper::store {

/// What all rejected records together may take in the store, unless it is set otherwise.
constexpr std::uint64_t kDefaultRejectLimit = std::uint64_t{1} << 30;

std::uint64_t reject_limit(const Transaction& transaction);
void set_reject_limit(Transaction& transaction, std::uint64_t bytes);

/// Bytes of the pages that rejected records take.
std::uint64_t reject_bytes(const Transaction& transaction);

/// How many rejected records there are, those that were only counted included.
std::uint64_t reject_count(const Transaction& transaction);

/// Keeps a record that came at `arrival`; if it is kept already (the same bytes at the same place), nothing changes. It
/// is kept with its bytes up to three quarters of the limit, without them up to the limit, and beyond it as one more in
/// a count for its source; `figures` says which. A record that is only counted is counted again when its source is
/// replayed, unless it lies before the last one that was.
void put_reject(Transaction& transaction, const RejectedRecord& record, text::Timestamp arrival,
                RejectFigures& figures);

/// Visits records in order of source and offset until `visit` returns false, one in memory at a time. Without
/// `with_bytes` nothing is decompressed. Throws StoreError(corrupt).
void visit_rejects(const Transaction& transaction, bool with_bytes,
                   const std::function<bool(const KeptReject&)>& visit);

struct RemovedRejects {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  ///< Of the records as they came.
  std::uint64_t extra = 0;  ///< How many more records than entries: those that were only counted.
};

/// Removes the records for which `which`, which sees them without their bytes, returns true. Only counts if `dry_run`.
RemovedRejects remove_rejects(Transaction& transaction, const std::function<bool(const KeptReject&)>& which,
                              bool dry_run);

/// As the table `rejects` of former versions has them: by a hash of place and bytes, not compressed.
std::string former_reject_key(const RejectedRecord& record);
std::string encode_former_reject(const RejectedRecord& record);

}  // namespace trailkeeper::store
