// What the Billing API's GetCredits and GetCreditAllocationHistory print, as facts to be recorded.
#pragma once

#include <string_view>
#include <vector>

#include "rules/credits/own_fact.h"
#include "text/result.h"

namespace trailkeeper::rules::credits {

struct BillingImport {
  std::string_view kind;             ///< `GetCredits` or `GetCreditAllocationHistory`.
  std::vector<OwnFact> facts;        ///< One for each credit; for a history one for each credit and month.
  std::vector<std::string> notices;  ///< What the answer lacks in its own words: failed months, partial results.
};

/// Reads an answer with figures as of `as_of`. The same bytes make the same facts, whatever `as_of` is, unless
/// `as_of_given` says that somebody named it. The error says what is wrong, and where.
text::Result<BillingImport> import_of(std::string_view json, text::Timestamp as_of, bool as_of_given);

}  // namespace trailkeeper::rules::credits
