// Countries in any of the writings that people use for those which a rule is about.
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::rules::credits {

/// The two letters of a country that R17 is about (`CN`, `HK`, `TW`), whether its code or its name is given; else the
/// text itself.
std::string country_code(std::string_view country);

}  // namespace trailkeeper::rules::credits
