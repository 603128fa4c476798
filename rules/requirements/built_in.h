// The catalogue's files as they are compiled in; made from *.json and *.txt by rules/CMakeLists.txt.
#pragma once

#include <string_view>

namespace trailkeeper::rules::requirements {

extern const std::string_view kActivateJson;
extern const std::string_view kServicesJson;
extern const std::string_view kActionsText;
extern const std::string_view kConditionKeysText;
extern const std::string_view kExtraActionsText;

}  // namespace trailkeeper::rules::requirements
