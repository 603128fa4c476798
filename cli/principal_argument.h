// Users, roles and times on the command line.
#pragma once

#include <string>
#include <vector>

#include "query/shown_event.h"
#include "rules/grants/history.h"
#include "text/timestamp.h"

namespace trailkeeper::cli {

/// A time as options take it, the present if `text` is empty. Throws UsageError.
text::Timestamp time_argument(const std::string& text, const char* option);

/// The users and roles that are meant by ARNs or names, as they are shown, at a time; all, if none is given.
std::vector<rules::grants::History::Name> find_principals(const query::ShownEvents& shown,
                                                          const rules::grants::History& history,
                                                          const std::vector<std::string>& wanted, text::Timestamp time);

}  // namespace trailkeeper::cli
