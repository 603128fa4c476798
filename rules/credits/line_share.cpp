#include "rules/credits/line_share.h"

#include <algorithm>

namespace trailkeeper::rules::credits {

PaidLine LineShare::next(text::Money amount) {
  PaidLine line;
  line.due = amount;
  while (line.due > text::Money{} && payment_ < cell_.payments.size()) {
    const Payment& payment = cell_.payments[payment_];
    const text::Money part = std::min(line.due, payment.amount - taken_);
    if (part > text::Money{}) {
      line.payments.push_back({payment.credit, part});
      line.covered += part;
      line.due -= part;
      taken_ += part;
    }
    if (taken_ == payment.amount) {
      ++payment_;
      taken_ = {};
    }
  }
  line.unknown = std::clamp(line.due, text::Money{}, cell_.unknown - told_);
  line.due -= line.unknown;
  told_ += line.unknown;
  line.reason = cell_.reason;
  line.rule = cell_.rule;
  const bool charge = amount > text::Money{};
  if (charge && line.due.is_zero() && line.unknown.is_zero()) {
    line.reason = PaymentReason::covered;
    line.rule = "R39";
  } else if (!charge || cell_.reason == PaymentReason::covered) {
    // A refund among charges, or a charge that refunds and discounts have met.
    const bool decided = cell_.reason == PaymentReason::ineligible || cell_.reason == PaymentReason::unlisted;
    if (!decided) line.reason = PaymentReason::discount;
    if (!decided) line.rule = "R59";
  }
  return line;
}

}  // namespace trailkeeper::rules::credits
