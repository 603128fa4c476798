#include "event/phrase_matches.h"

#include <algorithm>

#include "event/decoded_text.h"

namespace trailkeeper::event {
namespace {

using Match = PhraseSet::Match;

// Between words it may be a form's space.
bool has_plus(std::string_view text) { return text.find('+') != std::string_view::npos; }

void add_matches(const DecodedText& decoded, const PhraseSet& set, std::vector<Match>& found) {
  const std::string& bytes = decoded.bytes();
  for (auto match = set.find(bytes); match; match = set.find(bytes, match->end)) {
    found.push_back({decoded.place(match->begin), decoded.place(match->end)});
  }
}

}  // namespace

std::vector<Match> phrases_in(std::string_view text, const PhraseSet& set) {
  std::vector<Match> found;
  for (auto match = set.find(text); match; match = set.find(text, match->end)) found.push_back(*match);
  if (set.empty()) return found;
  if (is_encoded(text)) add_matches(DecodedText{text}, set, found);
  if (has_plus(text)) add_matches(DecodedText{text, true}, set, found);
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
  if (set.empty()) return false;
  return (is_encoded(text) && set.find(DecodedText{text}.bytes())) ||
         (has_plus(text) && set.find(DecodedText{text, true}.bytes()));
}

}  // namespace trailkeeper::event
