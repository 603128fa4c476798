#include "query/filter.h"

#include <algorithm>
#include <array>

namespace trailkeeper::query {
namespace {

constexpr std::array<std::string_view, 18> kNames{
    "event-id", "name",     "source", "user",     "principal",  "access-key", "account",       "region",     "ip",
    "error",    "resource", "type",   "category", "request-id", "user-agent", "resource-type", "shown-user", "verdict"};

}  // namespace

std::string_view filter_name(FilterField field) { return kNames[static_cast<std::size_t>(field)]; }

std::optional<FilterField> filter_of_name(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<FilterField>(found - kNames.begin());
}

void Filter::add(FilterField field, std::string_view text) {
  auto found = std::find_if(fields.begin(), fields.end(), [&](const FieldFilter& f) { return f.field == field; });
  if (found == fields.end()) {
    fields.push_back({field, {}, {}});
    found = fields.end() - 1;
  }
  found->any_of.emplace_back(text);
  found->texts.emplace_back(text);
}

}  // namespace trailkeeper::query
