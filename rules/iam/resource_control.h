// Which services resource control policies apply to.
#pragma once

#include <string_view>

namespace trailkeeper::rules::iam {

/// Whether resource control policies apply to a service, by its prefix in lower case (AWS Organizations User Guide,
/// "List of AWS services that support RCPs"; as of 2026-09).
bool supports_resource_control(std::string_view service);

}  // namespace trailkeeper::rules::iam
