// Words, names of people and user agents to choose from.
#pragma once

#include <span>
#include <string_view>

#include "generate/caller.h"

namespace trailkeeper::generate {

std::span<const std::string_view> words();
std::span<const std::string_view> first_names();
std::span<const std::string_view> companies();
/// Role names of applications and of vendors' access.
std::span<const std::string_view> app_roles();
std::span<const std::string_view> vendor_roles();
std::span<const std::string_view> pipeline_roles();
/// Services that call on their own behalf, without `.amazonaws.com`.
std::span<const std::string_view> calling_services();
/// User agents as templates.
std::span<const std::string_view> agents(CallerKind kind);
std::span<const std::string_view> browsers();

}  // namespace trailkeeper::generate
