#include "event/phrase_matches.h"

#include <algorithm>

#include "event/percent_text.h"

namespace trailkeeper::event {

std::vector<PhraseSet::Match> phrases_in(std::string_view text, const PhraseSet& set) {
  using Match = PhraseSet::Match;
  std::vector<Match> found;
  for (auto match = set.find(text); match; match = set.find(text, match->end)) found.push_back(*match);
  if (set.empty() || !hides_words(text)) return found;
  const PercentText decoded{text};
  for (auto match = set.find(decoded.bytes()); match; match = set.find(decoded.bytes(), match->end)) {
    found.push_back({decoded.place(match->begin), decoded.place(match->end)});
  }
  // Of those that overlap, the first; of those that begin together, the longest.
  std::sort(found.begin(), found.end(),
            [](const Match& a, const Match& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
  std::size_t end = 0;
  std::erase_if(found, [&end](const Match& match) {
    if (match.begin < end) return true;
    end = match.end;
    return false;
  });
  return found;
}

bool has_phrase(std::string_view text, const PhraseSet& set) {
  if (set.find(text)) return true;
  return !set.empty() && hides_words(text) && set.find(PercentText{text}.bytes());
}

}  // namespace trailkeeper::event
