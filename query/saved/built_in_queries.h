// The program's saved queries, as files.
#pragma once

#include <span>
#include <string_view>

namespace trailkeeper::query {

struct BuiltInQuery {
  std::string_view name;
  std::string_view text;
};

std::span<const BuiltInQuery> built_in_queries();

}  // namespace trailkeeper::query
