// What a bill's segments were loaded from, and which of them count: a new version of a report replaces the previous
// one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/bills/bill_sketch.h"
#include "store/environment.h"
#include "store/store.h"

namespace trailkeeper::store {

/// Where lines come from, as far as it is known.
struct BillOrigin {
  std::uint64_t token = 0;  ///< Names the load as long as it lasts: Writer::new_bill_load().
  std::string source;       ///< The file: its path, or what isn't one, such as `stdin`.
  std::string report;       ///< The report's name; empty: the file belongs to none that is known.
  std::string assembly;  ///< The version of the report, as AWS names it; empty: unknown. Of a file that belongs to no
                         ///< report the set that its name says it is one of.
  std::string part;      ///< Which of the report's files; empty: unknown.
  std::int64_t delivered = 0;  ///< When AWS made the version, milliseconds; 0: unknown.
  std::int64_t modified = 0;   ///< When the file was last written; 0: unknown.

  /// Whether the source is a place: what is read from there again is the same thing, perhaps written anew.
  [[nodiscard]] bool lasting() const { return source.starts_with('/'); }
};

/// What was loaded from one file, of one bill.
struct BillLoad {
  BillOrigin origin;
  bool counts = false;          ///< False until its whole version is there.
  std::int64_t last_usage = 0;  ///< The latest start of any usage.
  std::uint64_t lines = 0;
  std::vector<std::uint64_t> segments;
  BillSketch places;  ///< Of what is charged: everything that says so, except identities and figures.
  BillSketch prices;  ///< The same with the amounts.

  /// Positive: this version is newer than `other`; negative: older; 0: nothing decides it.
  [[nodiscard]] int newer_than(const BillLoad& other) const;
  /// Whether `other` has all of this load, apart from what changes when a report is made anew.
  [[nodiscard]] bool covered_by(const BillLoad& other) const;
  /// Whether nearly all that one of them charges for the other does, too, in whatever amounts.
  [[nodiscard]] bool like(const BillLoad& other) const;
};

/// The loads of a bill. Segments of stores from before loads were recorded belong to none, and count.
std::vector<BillLoad> bill_loads(const Transaction& transaction, const std::string& prefix);
std::vector<BillLoad> bill_loads(const Snapshot& snapshot, std::string_view payer, std::uint32_t month);
void put_bill_loads(Transaction& transaction, const std::string& prefix, const std::vector<BillLoad>& loads);

/// Throws StoreError(corrupt) for damaged bytes.
std::vector<BillLoad> decode_bill_loads(std::string_view bytes);
std::string encode_bill_loads(const std::vector<BillLoad>& loads);

}  // namespace trailkeeper::store
