#include "rules/requirements/known_actions.h"

#include <algorithm>

#include "rules/requirements/built_in.h"
#include "rules/requirements/word_file.h"
#include "text/ascii.h"

namespace trailkeeper::rules::requirements {
namespace {

bool before(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return text::lower(x) < text::lower(y); });
}

}  // namespace

const KnownActions& KnownActions::built_in() {
  static const KnownActions actions{kActionsText};
  return actions;
}

KnownActions::KnownActions(std::string_view text) {
  read_word_file(
      text, [&](std::string_view head) { services_.emplace_back(head, std::vector<std::string_view>{}); },
      [&](std::string_view words) {
        for_each_word(words, [&](std::string_view name) { services_.back().second.push_back(name); });
      });
  for (auto& [service, names] : services_) std::sort(names.begin(), names.end(), before);
  std::sort(services_.begin(), services_.end(),
            [](const Service& a, const Service& b) { return before(a.first, b.first); });
}

std::string_view KnownActions::find(std::string_view service, std::string_view name) const {
  const auto of = std::lower_bound(services_.begin(), services_.end(), service,
                                   [](const Service& a, std::string_view b) { return before(a.first, b); });
  if (of == services_.end() || !text::same_ignoring_case(of->first, service)) return {};
  const auto found = std::lower_bound(of->second.begin(), of->second.end(), name, before);
  return found != of->second.end() && text::same_ignoring_case(*found, name) ? *found : std::string_view{};
}

bool KnownActions::has(std::string_view action) const {
  const std::size_t colon = action.find(':');
  return colon != std::string_view::npos && !find(action.substr(0, colon), action.substr(colon + 1)).empty();
}

}  // namespace trailkeeper::rules::requirements
