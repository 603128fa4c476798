#include "rules/verdicts/verdict.h"

#include <algorithm>

#include "rules/verdicts/verdict_words.h"
#include "text/enum_rows.h"

namespace trailkeeper::rules::verdicts {
namespace {

constexpr std::array<VerdictWord, kVerdictCount> kRows{{
    {Verdict::not_applicable, "not-applicable",
     "no permission was asked for: a service by itself, a sign-in; or it failed before that (throttled, invalid)"},
    {Verdict::granted, "granted", "the policies allow it"},
    {Verdict::not_granted, "not-granted", "it succeeded, and no known policy allows it"},
    {Verdict::denied_as_expected, "denied-as-expected",
     "it was refused for want of permission, and the policies say so"},
    {Verdict::denied_though_granted, "denied-though-granted",
     "it was refused, though the known policies allow it: an SCP, boundary, session or resource policy isn't known"},
    {Verdict::unknown, "unknown",
     "the policies aren't known, or a condition asks for what CloudTrail doesn't carry, which is named"},
}};

static_assert(text::are_rows_of(kRows, &VerdictWord::verdict, Verdict::unknown));

}  // namespace

std::span<const VerdictWord> verdict_words() { return kRows; }

std::string_view verdict_name(Verdict verdict) { return kRows.at(static_cast<std::size_t>(verdict)).name; }

std::optional<Verdict> verdict_of_name(std::string_view name) {
  const auto* const found =
      std::find_if(kRows.begin(), kRows.end(), [&](const VerdictWord& row) { return row.name == name; });
  if (found == kRows.end()) return std::nullopt;
  return found->verdict;
}

}  // namespace trailkeeper::rules::verdicts
