// What permissions say of an event.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace trailkeeper::rules::verdicts {

/// The numbers are stored.
enum class Verdict : std::uint8_t {
  not_applicable = 0,         ///< No permission was asked for, or it failed before any was.
  granted = 1,                ///< The policies allow it.
  not_granted = 2,            ///< It succeeded, and no known policy allows it.
  denied_as_expected = 3,     ///< It was refused, and the policies say so.
  denied_though_granted = 4,  ///< It was refused, and the known policies allow it.
  unknown = 5                 ///< The policies, or what their conditions ask for, aren't known.
};
constexpr std::size_t kVerdictCount = 6;

/// As options and output spell them: `not-granted`.
std::string_view verdict_name(Verdict verdict);
std::optional<Verdict> verdict_of_name(std::string_view name);

/// Changes when the same events and policies would get other verdicts.
constexpr std::uint64_t kVerdictRevision = 9;

}  // namespace trailkeeper::rules::verdicts
