// What is wrong with a query's text, while it is read and translated.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "text/result.h"

namespace trailkeeper::query::sql {

/// A query can't be run as it is written. Thrown inside query/sql/ and caught by translate() (query/sql/translate.h),
/// which returns the problem: a parser that descends would otherwise pass it up through each of its functions.
class Refused {
 public:
  /// `offset`: where, in bytes from the text's start.
  Refused(std::string what, std::size_t offset) : problem_(std::move(what), {}, offset) {}
  [[nodiscard]] const text::Problem& problem() const { return problem_; }

 private:
  text::Problem problem_;
};

}  // namespace trailkeeper::query::sql
