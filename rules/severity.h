// How much something that a rule found matters.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "text/enum_rows.h"

namespace trailkeeper::rules {

enum class Severity : std::uint8_t { low, medium, high };

inline constexpr std::array<std::string_view, 3> kSeverityTexts{"low", "medium", "high"};
static_assert(text::are_names_of(kSeverityTexts, Severity::high));

constexpr std::string_view severity_text(Severity severity) {
  return kSeverityTexts[static_cast<std::size_t>(severity)];
}

}  // namespace trailkeeper::rules
