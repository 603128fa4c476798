#include "rules/verdicts/verdict.h"

#include <algorithm>

namespace trailkeeper::rules::verdicts {
namespace {

constexpr std::array<std::string_view, kVerdictCount> kNames{
    "not-applicable", "granted", "not-granted", "denied-as-expected", "denied-though-granted", "unknown"};

}  // namespace

std::string_view verdict_name(Verdict verdict) { return kNames[static_cast<std::size_t>(verdict)]; }

std::optional<Verdict> verdict_of_name(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Verdict>(found - kNames.begin());
}

}  // namespace trailkeeper::rules::verdicts
