// Members of a JSON object as they are written.
#pragma once

#include <simdjson.h>

#include <string_view>

namespace trailkeeper::event {

/// An object, array or string as written; empty for other values, and where it is broken.
std::string_view json_of(simdjson::ondemand::value value);

/// The same for a member of an object, which must be followed by kPadding readable bytes. Names are compared with their
/// escapes resolved; if a name is repeated, the last one counts. Empty if there is none.
std::string_view member_json(std::string_view object, std::string_view name, simdjson::ondemand::parser& parser);

}  // namespace trailkeeper::event
