// Which resources an event is about.
#pragma once

#include <string>
#include <vector>

#include "rules/requirements/catalogue.h"
#include "rules/verdicts/event_facts.h"
#include "text/json_node.h"

namespace trailkeeper::rules::verdicts {

/// A resource and the account that it is in.
struct Resource {
  std::string arn;
  std::string account;    ///< Empty where neither the ARN nor the event tells.
  std::string beginning;  ///< Without an ARN: how it begins, if that is known; what follows has no colon in it.
  std::size_t more = 0;   ///< How many characters follow, letters and digits; 0: that isn't known.
};

/// What an action was asked for on; all of them had to be allowed. The first of the catalogue's templates for the
/// action that the event fills, else those of the event's `resources` that have the form of one of the templates.
/// Where
/// neither tells, all of the templates for events that list nothing which this one fills.
std::vector<Resource> resources_of(const EventFacts& facts, const text::JsonNode& record, const iam::Action& action,
                                   const requirements::Catalogue& catalogue);

}  // namespace trailkeeper::rules::verdicts
