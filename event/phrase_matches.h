// Phrases in texts that may have them in disguise.
#pragma once

#include <string_view>
#include <vector>

#include "event/phrase_set.h"

namespace trailkeeper::event {

/// All phrases of a set in a text, in order, none within another: those that PhraseSet::find finds, and those that have
/// characters as URLs may have them, which need not (`%30`, event/percent_text.h).
std::vector<PhraseSet::Match> phrases_in(std::string_view text, const PhraseSet& set);

/// Whether there is one.
bool has_phrase(std::string_view text, const PhraseSet& set);

}  // namespace trailkeeper::event
