// Members of objects that hold what another member names: `{"name":"orgId","value":"0Xy12"}`.
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>

#include "rules/credits/secret_name.h"

namespace trailkeeper::rules::credits {

/// What a value is by what stands beside it.
struct Paired {
  Secret secret = Secret::none;
  bool weak = false;  ///< Perhaps it is something else: it isn't to be known elsewhere.
};

/// What the values of keys, and items of arrays, are, by the offsets of these keys and items in a text. Where a
/// member's value is what is confidential by its name, as in `{"field":"Org ID","data":"0Xy12"}`, all others of its
/// object hold it, whatever they are called; but in an object that AWS writes about who called and what, only those
/// that are called `value` and the like. `org_ids`: names of Org IDs count, and others of an object or array hold it
/// also where a label only asks for it, and what stands beside a heading: `{"columns":["orgId"],"rows":[["0Xy12"]]}`.
/// Costs time in proportion to the text.
std::unordered_map<std::size_t, Paired> secret_pairs(std::string_view json, bool org_ids);

}  // namespace trailkeeper::rules::credits
