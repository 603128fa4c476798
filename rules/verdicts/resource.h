// Which resource an event is about.
#pragma once

#include <string>

#include "rules/iam/json_node.h"
#include "rules/requirements/catalogue.h"
#include "rules/verdicts/event_facts.h"

namespace trailkeeper::rules::verdicts {

/// The ARN that an action was asked for on: the most specific of the event's resources, else one made from its
/// parameters by the catalogue's templates. Empty where neither tells.
std::string resource_of(const EventFacts& facts, const iam::JsonNode& record, const iam::Action& action,
                        const requirements::Catalogue& catalogue);

}  // namespace trailkeeper::rules::verdicts
