// Something that a rule says about the ledger, for people to look at.
#pragma once

#include <string>
#include <string_view>

#include "rules/severity.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::credits {

struct LedgerFinding {
  text::Timestamp time = 0;
  std::string_view rule;  ///< `R34`; of static storage.
  Severity severity = Severity::medium;
  std::string account;
  std::string event;     ///< The event that it is about; may be empty.
  std::string sentence;  ///< For people; holds nothing confidential.
};

}  // namespace trailkeeper::rules::credits
