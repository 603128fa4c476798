// One payer's bill of one month, and what credits pay of it (R35-R47, R59-R61, R63).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/charge_class.h"
#include "rules/credits/credit.h"
#include "rules/credits/organisation.h"

namespace trailkeeper::rules::credits {

/// Why a charge is or isn't paid: exactly one (R59).
enum class PaymentReason : std::uint8_t {
  covered,
  used,
  expired,
  historical,
  no_credit,
  not_shared,
  ineligible,
  unlisted,
  not_for_support,
  discount,
  before_import,  ///< The credits' opening balances include it already (R62).
};
/// As in docs/credits.md: `not-shared`.
std::string_view payment_reason_text(PaymentReason reason);

struct Bill {
  std::string payer;
  text::Month month;
  std::vector<ChargeCell> cells;
};

/// What one credit pays of a cell.
struct Payment {
  std::size_t credit = 0;  ///< Its place in the list of credits.
  text::Money amount;
};

struct PaidCell {
  ChargeCell cell;
  std::vector<Payment> payments;  ///< In the order in which they pay.
  text::Money covered;
  text::Money unknown;  ///< What opening balances may have paid already: only AWS can tell (R62).
  PaymentReason reason = PaymentReason::covered;
  std::string_view rule;
};

/// A credit and what is left of it.
struct CreditBalance {
  Credit credit;
  text::Money left;
};

/// Pays the bill from the credits, whose balances go down. Charges of days after `until` don't exist yet. Throws
/// std::overflow_error, before anything is paid, if the amounts without their signs add up to more than money can hold.
std::vector<PaidCell> pay_bill(const Bill& bill, std::vector<CreditBalance>& credits,
                               const Organisations& organisations, const Settings& settings, text::Day until);

}  // namespace trailkeeper::rules::credits
