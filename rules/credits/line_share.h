// What a single bill line gets of what credits pay for its cell.
#pragma once

#include <vector>

#include "rules/credits/bill.h"

namespace trailkeeper::rules::credits {

struct PaidLine {
  Money covered;
  Money unknown;  ///< What opening balances may have paid already.
  Money due;      ///< covered + unknown + due is the line's amount.
  std::vector<Payment> payments;
  Reason reason = Reason::covered;
  std::string_view rule;
};

/// Shares a cell's payments out to its lines: the earliest first, each in full as long as something is left.
class LineShare {
 public:
  /// `cell` must outlive this.
  explicit LineShare(const PaidCell& cell) : cell_(cell) {}

  /// The next line, in order of its usage's start, then of its key.
  PaidLine next(Money amount);

 private:
  const PaidCell& cell_;
  std::size_t payment_ = 0;
  Money taken_;  // Of the current payment.
  Money told_;   // Of what is unknown.
};

}  // namespace trailkeeper::rules::credits
