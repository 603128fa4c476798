// The verdicts on all events of a snapshot.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "query/verdicts/policy_state.h"
#include "rules/verdicts/verdict.h"
#include "store/store.h"
#include "store/writer.h"
#include "text/mutex.h"

namespace trailkeeper::query {

/// Added to a verdict: an addendum replaced the event, so this verdict counts for nothing.
constexpr std::uint8_t kSuperseded = 0x80;
/// How options and output spell it where a verdict is expected.
constexpr std::string_view kSupersededWord = "superseded";

/// Gives the verdicts of segments: stored ones if what they were made from hasn't changed since; otherwise new ones. So
/// they are always those of the policies that the snapshot has. Thread-safe, as long as each segment is used by one
/// thread at a time.
class VerdictIndex {
 public:
  /// `snapshot` must outlive this. Reads the policies, unless all stored verdicts are good.
  explicit VerdictIndex(const store::Snapshot& snapshot) : VerdictIndex(snapshot, Lazy{}) { prepare(); }

  /// Without prepare(), which must be called before of().
  struct Lazy {};
  VerdictIndex(const store::Snapshot& snapshot, Lazy) : snapshot_(snapshot), state_(snapshot) {}
  void prepare();

  /// A rules::verdicts::Verdict for each event of one of the snapshot's segments, with kSuperseded where it applies;
  /// valid as long as this. What is kept in the store never has that: a later event may supersede an earlier one.
  const std::vector<std::uint8_t>& of(const store::Segment& segment);

  /// How much of a segment's verdicts is stored and good; stale: all were stored, but aren't good any more.
  enum class Kept { nothing, stale, some, all };
  [[nodiscard]] Kept kept(const store::Segment& segment) const;

  [[nodiscard]] PolicyState& state() { return state_; }

 private:
  [[nodiscard]] std::vector<std::uint8_t> make(const store::Segment& segment);

  const store::Snapshot& snapshot_;
  PolicyState state_;
  text::Mutex mutex_;
  std::unordered_map<std::uint64_t, std::vector<std::uint8_t>> made_
      TRAILKEEPER_GUARDED_BY(mutex_);  // By segment number.
};

/// What a recheck is to do.
struct RecheckRequest {
  bool all = false;  ///< Make even verdicts that are stored and good.
  /// After this time, verdicts that need an event's whole record are deferred: to the next recheck, or to when they are
  /// asked for.
  double seconds_for_records = 1e9;
  /// After this time nothing more is begun; new segments come first; and nothing at all is done if reading the
  /// policies' changes alone would take longer. The rest is made when it is asked for, or by the next recheck.
  double seconds = 1e9;
};

/// Makes and keeps the verdicts of all segments that have none, or none that are good, on all cores.
store::VerdictsMade recheck(store::Store& store, store::Writer& writer, const RecheckRequest& request = {});

}  // namespace trailkeeper::query
