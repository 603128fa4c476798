#include "cli/principal_argument.h"

#include <algorithm>
#include <chrono>

#include "cli/command.h"
#include "query/time_argument.h"

namespace trailkeeper::cli {

event::Timestamp now() {
  using std::chrono::milliseconds;
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

event::Timestamp time_argument(const std::string& text, const char* option) {
  if (text.empty()) return now();
  const auto time = query::parse_time_argument(text, now());
  if (!time) {
    throw UsageError(std::string{option} + ": '" + text +
                     "' is not a time; give 2024-05-01, 2024-05-01T10:00:00Z, or an age such as 15m, 36h, 7d");
  }
  return *time;
}

std::vector<rules::grants::History::Name> find_principals(const query::ShownEvents& shown,
                                                          const rules::grants::History& history,
                                                          const std::vector<std::string>& wanted,
                                                          event::Timestamp time) {
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
