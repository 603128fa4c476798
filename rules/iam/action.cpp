#include "rules/iam/action.h"

#include "rules/iam/glob.h"
#include "text/ascii.h"

namespace trailkeeper::rules::iam {
namespace {}  // namespace

boost::system::result<Action, std::string> Action::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text::npos || colon == 0 || colon + 1 == text.size() || text.find(':', colon + 1) != text::npos ||
      text.find_first_of("*?, \t\r\n") != text::npos) {
    return std::string{"an action is a service and a name without wildcards, such as s3:GetObject"};
  }
  Action action;
  action.text_ = text::lowered(text);
  action.colon_ = colon;
  return action;
}

boost::system::result<ActionPattern, std::string> ActionPattern::parse(std::string_view text) {
  ActionPattern pattern;
  if (text == "*" || text == "*:*") {
    pattern.reach_ = Reach::everything;
    return pattern;
  }
  const std::size_t colon = text.find(':');
  if (colon == text::npos || colon == 0) return std::string{R"(an action is "*" or has a service: s3:GetObject, s3:*)"};
  if (text.find_first_of(", \t\r\n") != text::npos) return pattern;
  if (text.substr(0, colon).find_first_of("*?") != text::npos) {
    return std::string{"an action's service can't have wildcards in it"};
  }
  pattern.reach_ = Reach::some;
  pattern.service_ = text::lowered(text.substr(0, colon));
  pattern.name_ = text::lowered(text.substr(colon + 1));
  return pattern;
}

bool ActionPattern::match(const Action& action) const {
  if (reach_ != Reach::some) return reach_ == Reach::everything;
  return action.service() == service_ && glob_match(name_, action.name());
}

}  // namespace trailkeeper::rules::iam
