// Members of objects that hold what another member names: `{"name":"orgId","value":"0Xy12"}`.
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>

#include "rules/credits/secret_name.h"

namespace trailkeeper::rules::credits {

/// What the values of keys are, by the offsets of these keys in a text. Where a member's value is what is confidential
/// by its name, as in `{"field":"Org ID","data":"0Xy12"}`, all others of its object hold it, whatever they are called;
/// but in an object that AWS writes about who called and what, only those that are called `value` and the like.
/// `org_ids`: names of Org IDs count. Costs time in proportion to the text.
std::unordered_map<std::size_t, Secret> secret_pairs(std::string_view json, bool org_ids);

}  // namespace trailkeeper::rules::credits
