#include "rules/requirements/known_keys.h"

#include <algorithm>

#include "rules/requirements/built_in.h"
#include "rules/requirements/known_actions.h"
#include "rules/requirements/word_file.h"
#include "text/ascii.h"

namespace trailkeeper::rules::requirements {
const KnownKeys& KnownKeys::built_in() {
  static const KnownKeys keys{kConditionKeysText};
  return keys;
}

KnownKeys::KnownKeys(std::string_view text) {
  std::string service;
  read_word_file(
      text, [&](std::string_view head) { service = text::lowered(head) + ":"; },
      [&](std::string_view words) {
        std::vector<std::string>& actions = actions_[service + text::lowered(text::take_before(words, ' '))];
        for_each_word(words, [&](std::string_view action) { actions.push_back(text::lowered(action)); });
      });
  for (auto& [key, actions] : actions_) std::sort(actions.begin(), actions.end());
}

bool KnownKeys::lacks(const iam::Action& action, std::string_view folded) const {
  const std::string_view service = action.service();
  if (!folded.starts_with(service) || folded.substr(service.size(), 1) != ":") return false;
  const auto key = actions_.find(folded);
  return key != actions_.end() && !std::binary_search(key->second.begin(), key->second.end(), action.name()) &&
         !KnownActions::built_in().find(service, action.name()).empty();
}

}  // namespace trailkeeper::rules::requirements
