// What a call needed beside its own action (rules/requirements/extra_permission.h), as its event shows it.
#pragma once

#include <vector>

#include "rules/requirements/catalogue.h"
#include "rules/verdicts/event_facts.h"
#include "rules/verdicts/resource.h"
#include "text/json_node.h"

namespace trailkeeper::rules::verdicts {

struct ExtraNeed {
  const requirements::Extra* extra;
  Resource resource;
  bool sure = true;  ///< Else the event, or AWS's pages, don't tell whether it was needed.
};

/// Those of the requirement's extras that the event needed, each on each of its resources, in the order of the rows.
/// Without the record, and where the event came without its parameters, any of them may have been needed. The result
/// points into the requirement.
std::vector<ExtraNeed> extra_needs(const EventFacts& facts, const text::JsonNode* record,
                                   const requirements::Requirement& requirement,
                                   const requirements::Catalogue& catalogue);

}  // namespace trailkeeper::rules::verdicts
