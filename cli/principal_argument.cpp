#include "cli/principal_argument.h"

#include <algorithm>

#include "cli/command.h"
#include "text/clock.h"
#include "text/time_argument.h"

namespace trailkeeper::cli {

text::Timestamp time_argument(const std::string& text, const char* option) {
  if (text.empty()) return text::now();
  const auto time = text::parse_time_argument(text, text::now());
  if (!time) {
    throw UsageError(std::string{option} + ": '" + text +
                     "' is not a time; give 2024-05-01, 2024-05-01T10:00:00Z, or an age such as 15m, 36h, 7d");
  }
  return *time;
}

std::vector<rules::grants::History::Name> find_principals(const query::ShownEvents& shown,
                                                          const rules::grants::History& history,
                                                          const std::vector<std::string>& wanted,
                                                          text::Timestamp time) {
  std::vector<rules::grants::History::Name> found = history.names(time);
  if (wanted.empty()) return found;
  const auto not_meant = [&](const rules::grants::History::Name& name) {
    return std::find(wanted.begin(), wanted.end(), shown.text(name.name)) == wanted.end() &&
           std::find(wanted.begin(), wanted.end(), shown.text(name.arn)) == wanted.end();
  };
  found.erase(std::remove_if(found.begin(), found.end(), not_meant), found.end());
  return found;
}

}  // namespace trailkeeper::cli
