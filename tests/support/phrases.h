// Sets of phrases to look for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "event/phrase_set.h"

namespace trailkeeper::tests {

inline event::PhraseSet set_of(const std::vector<std::string>& phrases) {
  event::PhraseSet set{7};
  for (const std::string& phrase : phrases) set.add(std::string_view{phrase});
  return set;
}

}  // namespace trailkeeper::tests
