#include "cli/coverage_note.h"

#include <algorithm>

#include "cli/command.h"
#include "query/verdicts/unknown_verdicts.h"

namespace trailkeeper::cli {

bool note_unknown(const store::Snapshot& snapshot, const query::Filter& filter) {
  const auto unknown = query::unknown_verdicts(snapshot, filter);
  for (const std::string& note : query::unknown_notes(unknown)) print_notice(note);
  return std::any_of(unknown.begin(), unknown.end(), [](const auto& one) { return !one.other_account; });
}

void note_verdicts(const store::Snapshot& snapshot, const query::Filter& filter, const query::CountRequest& request) {
  for (const std::string& note : query::notes_on(snapshot, filter, request)) print_notice(note);
}

}  // namespace trailkeeper::cli
