#include "event/canonical_name.h"

#include <array>

namespace trailkeeper::event {
namespace {

constexpr std::array<NameAlias, 2> kAliases{{
    {"activate.amazonaws.com", "GetAccountContanct", "GetAccountContact"},
    {"activate.amazonaws.com", "Get Program", "GetProgram"},
}};

}  // namespace

std::span<const NameAlias> name_aliases() { return kAliases; }

std::string_view canonical_name(std::string_view source, std::string_view name) {
  for (const NameAlias& alias : kAliases) {
    if (alias.logged == name && alias.source == source) return alias.canonical;
  }
  return name;
}

}  // namespace trailkeeper::event
