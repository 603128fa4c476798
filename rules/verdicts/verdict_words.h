// The verdicts in words.
#pragma once

#include <span>
#include <string_view>

#include "rules/verdicts/verdict.h"

namespace trailkeeper::rules::verdicts {

struct VerdictWord {
  Verdict verdict;
  std::string_view name;     ///< As verdict_name() gives it.
  std::string_view meaning;  ///< When it is given.
};

/// In the order of Verdict.
std::span<const VerdictWord> verdict_words();

}  // namespace trailkeeper::rules::verdicts
