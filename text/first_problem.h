// The first thing that is wrong with a document whose parts are read one by one.
#pragma once

#include <optional>
#include <utility>

#include "text/result.h"

namespace trailkeeper::text {

/// Keeps the first problem that is noted. A reader of one part that finds it wrong notes that and gives something
/// harmless; who reads the whole asks once, at the end.
class FirstProblem {
 public:
  void note(Problem problem) {
    if (!first_) first_ = std::move(problem);
  }
  [[nodiscard]] explicit operator bool() const { return first_.has_value(); }
  /// Precondition: one was noted.
  [[nodiscard]] const Problem& operator*() const { return *first_; }

 private:
  std::optional<Problem> first_;
};

}  // namespace trailkeeper::text
