// What answers about verdicts don't know: events whose verdict is unknown, and why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query/count.h"
#include "query/filter.h"
#include "store/store.h"

namespace trailkeeper::query {

/// What to load if policies aren't known.
constexpr std::string_view kLoadPolicies =
    "load what `aws iam get-account-authorization-details` prints: trailkeeper policies load FILE --at TIME";

/// Events whose verdict is unknown for the same reason.
struct UnknownVerdicts {
  std::uint64_t events = 0;
  std::string why;             ///< In the form in which it may be shown (query/shown_event.h).
  bool loadable = false;       ///< Policies that a file could bring would settle it.
  bool other_account = false;  ///< The callers are of other accounts, which alone know their policies.
};

/// Those of the events that pass the filter, whatever verdicts it asks for, whose verdict is unknown, by reason. First
/// what could be loaded; then most events first. Reads no event whole that the verdicts didn't need. Throws StoreError.
std::vector<UnknownVerdicts> unknown_verdicts(const store::Snapshot& snapshot, const Filter& filter);

/// One line for each of them, with what to load; the last line stands for those left out, if there are too many.
/// Printable ASCII, since the lines may stand in a header.
std::vector<std::string> unknown_notes(const std::vector<UnknownVerdicts>& unknown);

/// Whether an answer tells of verdicts: it is of a filter that asks for some, or counted by them.
bool asks_verdicts(const Filter& filter, const CountRequest& request = {});

/// The notes that go with an answer, if it tells of verdicts. Every list and count that takes a filter gives them: an
/// empty one mustn't pass for a good one.
std::vector<std::string> notes_on(const store::Snapshot& snapshot, const Filter& filter,
                                  const CountRequest& request = {});

}  // namespace trailkeeper::query
