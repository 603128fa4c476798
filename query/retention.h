// Which events are old enough to be removed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/writer.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// How far an eventTime may lie in the future and still be believed, unless the request says otherwise.
constexpr text::Timestamp kDefaultFuture = 24 * text::kHour;
/// The store remembers arrivals only of events beyond this.
constexpr text::Timestamp kLeastFuture = text::kHour;

struct RetentionRequest {
  std::optional<text::Timestamp> before;   ///< Events from before this time go …
  std::optional<std::uint64_t> max_bytes;  ///< … or the oldest, until the segments take about this many bytes.
  std::vector<std::string> accounts;       ///< Only events of these accounts (globs); empty: of all.
  bool dry_run = false;                    ///< Only count.
  text::Timestamp now = 0;                 ///< For the journal, and for what lies in the future.
  /// An eventTime more than this after now, or from before CloudTrail existed, says nothing about an event's age: such
  /// an event is as old as its arrival, and the first to go if there are too many. At least kLeastFuture.
  text::Timestamp future = kDefaultFuture;
};

struct RetentionResult {
  std::uint64_t events = 0;               ///< Removed (or, in a dry run, to be removed).
  std::uint64_t odd = 0;                  ///< Of these: by arrival, as their eventTime can't be true.
  std::uint64_t held = 0;                 ///< Old enough, but under a legal hold.
  std::uint64_t facts = 0;                ///< Among these: facts from which the credit ledger follows.
  std::uint64_t segments = 0;             ///< Rewritten or removed.
  std::uint64_t rejects = 0;              ///< Rejected records removed, which came before `before`.
  std::optional<text::Timestamp> before;  ///< The cut that max_bytes led to, or the one asked for.
};

/// Removes events, except those that a legal hold matches or has matched. If all accounts are meant and there is no
/// hold, also removes rejected records that came before request.before. All of it, with the journal's entries, is one
/// transaction. Later commits reuse the pages; `compact` gives them back to the file system. Throws StoreError; then
/// nothing was removed.
RetentionResult apply_retention(store::Store& store, store::Writer& writer, const RetentionRequest& request);

}  // namespace trailkeeper::query
