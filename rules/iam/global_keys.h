// AWS's global condition keys.
#pragma once

#include <string_view>

namespace trailkeeper::rules::iam {

/// Whether AWS defines the global key as multivalued (IAM User Guide, "AWS global condition context keys").
bool is_multivalued_key(std::string_view folded);

/// Whether AWS defines a global key of that name (same page, as of 2026-09); tag keys by their prefix.
bool is_global_key(std::string_view folded);

}  // namespace trailkeeper::rules::iam
