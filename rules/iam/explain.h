// A decision in words.
#pragma once

#include <string>
#include <string_view>

#include "rules/iam/evaluate.h"

namespace trailkeeper::rules::iam {

/// `identity policy`, `service control policy`, …
std::string_view kind_words(PolicyKind kind);

/// Why a request was decided as it was, in one sentence for people. `action` and `resource` as the request wrote them.
std::string explain(const Decision& decision, const Request& request, std::string_view action);

}  // namespace trailkeeper::rules::iam
