// What a single bill line gets of what credits pay for its cell.
#pragma once

#include <vector>

#include "rules/credits/bill.h"

namespace trailkeeper::rules::credits {

struct PaidLine {
  text::Money covered;
  text::Money unknown;  ///< What opening balances may have paid already.
  text::Money due;      ///< covered + unknown + due is the line's amount.
  std::vector<Payment> payments;
  PaymentReason reason = PaymentReason::covered;
  std::string_view rule;
};

/// Shares a cell's payments out to its lines: the earliest first, each in full as long as something is left.
class LineShare {
 public:
  /// `cell` must outlive this.
  explicit LineShare(const PaidCell& cell) : cell_(cell) {}

  /// The next line, in order of its usage's start, then of its key.
  PaidLine next(text::Money amount);

 private:
  const PaidCell& cell_;
  std::size_t payment_ = 0;
  text::Money taken_;  // Of the current payment.
  text::Money told_;   // Of what is unknown.
};

}  // namespace trailkeeper::rules::credits
