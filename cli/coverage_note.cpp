#include "cli/coverage_note.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "query/similar_value.h"
#include "query/verdicts/unknown_verdicts.h"

namespace trailkeeper::cli {

bool note_unknown(const store::Snapshot& snapshot, const query::Filter& filter) {
  const auto unknown = query::unknown_verdicts(snapshot, filter);
  for (const std::string& note : query::unknown_notes(unknown)) print_notice(note);
  return std::any_of(unknown.begin(), unknown.end(), [](const auto& one) { return !one.other_account; });
}

std::string no_event_text(std::string_view event_id) {
  constexpr std::size_t kGuid = 36;
  std::string text = "no event has the ID " + std::string{event_id};
  if (event_id.size() < kGuid)
    text += "; an ID is given whole: trailkeeper events --event-id 'PART*' finds it by a part";
  return text;
}

void note_similar_value(const store::Snapshot& snapshot, const query::Filter& filter) {
  const auto similar = query::similar_value(snapshot, filter);
  if (!similar) return;
  print_notice(fmt::format("no event has --{} '{}': did you mean '{}'?", query::filter_name(similar->field),
                           similar->given, similar->meant));
}

void note_verdicts(const store::Snapshot& snapshot, const query::Filter& filter, const query::CountRequest& request) {
  for (const std::string& note : query::notes_on(snapshot, filter, request)) print_notice(note);
}

}  // namespace trailkeeper::cli
