#include "rules/requirements/known_keys.h"

#include <algorithm>
#include <array>

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

namespace {

bool names_service(std::string_view name) {
  const auto& services = KnownActions::built_in().services();
  const auto found =
      std::lower_bound(services.begin(), services.end(), name,
                       [](const auto& service, std::string_view wanted) { return service.first < wanted; });
  return found != services.end() && found->first == name;
}

// Keys that tell who calls, or from where, and services whose keys calls of others have, as the reference lists them.
bool goes_to_other_services(std::string_view service, std::string_view key) {
  constexpr std::array<std::string_view, 11> kServices{
      "aws",    "catalog", "cognito-identity", "connect", "glue", "identitystore", "iot",
      "signin", "ssm",     "ssmmessages",      "sts"};
  constexpr std::array<std::string_view, 5> kParts{"tag", "source", "roledelivery", "osuser", "via"};
  return std::find(kServices.begin(), kServices.end(), service) != kServices.end() ||
         std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return key.find(part) != std::string_view::npos; });
}

}  // namespace

bool KnownKeys::lacks(const iam::Action& action, std::string_view folded) const {
  const std::string_view service = action.service();
  if (!folded.starts_with(service) || folded.substr(service.size(), 1) != ":") {
    std::string_view key = folded;
    const std::string_view other = text::take_before(key, ':');
    return !key.empty() && other != service && names_service(other) && !goes_to_other_services(other, key) &&
           !KnownActions::built_in().find(service, action.name()).empty();
  }
  const auto key = actions_.find(folded);
  return key != actions_.end() && !std::binary_search(key->second.begin(), key->second.end(), action.name()) &&
         !KnownActions::built_in().find(service, action.name()).empty();
}

}  // namespace trailkeeper::rules::requirements
