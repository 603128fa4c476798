// Phrases in texts that may have them in disguise.
#pragma once

#include <string_view>
#include <vector>

#include "event/phrase_set.h"

namespace trailkeeper::event {

/// All phrases of a set in a text, in order, none within another: those that PhraseSet::find finds, and those that are
/// there once it is decoded (event/decoded_text.h), also as a form, whose spaces are `+`.
std::vector<PhraseSet::Match> phrases_in(std::string_view text, const PhraseSet& set);

/// Whether there is one.
bool has_phrase(std::string_view text, const PhraseSet& set);

}  // namespace trailkeeper::event
