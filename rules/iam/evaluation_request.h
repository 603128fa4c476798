// A request with its policies as one JSON object, as `trailkeeper evaluate` takes it, and the decision as JSON.
#pragma once

#include <string>
#include <string_view>

#include "rules/iam/evaluate.h"
#include "text/result.h"

namespace trailkeeper::rules::iam {

/// Bytes a request with its policies may have.
constexpr std::size_t kMaxRequestBytes = std::size_t{4} << 20;

/// Decides the request in `json`; the result is a JSON object on one line. Keys that follow from the request are set
/// (rules/iam/implied_keys.h) unless the context has them; other keys that it doesn't have are absent, and those of
/// them on which the decision depends are listed as `missing`. Format: docs/permissions.md. Errors name the place in
/// `json`. Not thread-safe on the same evaluator.
text::Result<std::string> evaluate_json(std::string_view json, Evaluator& evaluator);

}  // namespace trailkeeper::rules::iam
