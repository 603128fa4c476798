// Whether a name that somebody asks for is one that events can have.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::store {
class Store;
}

namespace trailkeeper::query {

/// What is wrong with a name in --fields or --by, in words, with what was probably meant; nothing if it is a field
/// (query/field_catalogue.h) or a path that an event may have. A path is unknown if its first key is neither a member
/// of CloudTrail's records nor of any event in `store`, or if it goes wrong inside a member whose own members are fixed
/// (userIdentity, tlsDetails, resources, …). Paths into requestParameters and other members without a fixed form are
/// never unknown. `store` is consulted only for names that aren't known without it; null: there is none at hand.
std::optional<std::string> unknown_field(std::string_view name, store::Store* store);

}  // namespace trailkeeper::query
