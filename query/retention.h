// Which events are old enough to go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event/timestamp.h"
#include "store/writer.h"

namespace trailkeeper::query {

struct RetentionRequest {
  std::optional<event::Timestamp> before;  ///< Events before this time go …
  std::optional<std::uint64_t> max_bytes;  ///< … or the oldest, until the segments take about so many bytes.
  std::vector<std::string> accounts;       ///< Only events of these accounts (globs); empty: of all.
  bool dry_run = false;                    ///< Only count.
  event::Timestamp now = 0;                ///< For the journal.
};

struct RetentionResult {
  std::uint64_t events = 0;                ///< Removed (or, in a dry run, to be removed).
  std::uint64_t held = 0;                  ///< Old enough, but under a legal hold.
  std::uint64_t segments = 0;              ///< Rewritten or removed.
  std::optional<event::Timestamp> before;  ///< The cut that max_bytes led to, or the one asked for.
};

/// Removes events, but none that a legal hold's filter matches, and writes to the store's journal what it did, in the
/// same transactions. The pages they took are reused by later commits; `compact` gives them back to the file system.
RetentionResult apply_retention(store::Store& store, store::Writer& writer, const RetentionRequest& request);

}  // namespace trailkeeper::query
