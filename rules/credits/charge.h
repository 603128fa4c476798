// Charges of a bill, as far as credits depend on them.
#pragma once

#include <cstdint>
#include <string>

#include "text/money.h"

namespace trailkeeper::rules::credits {

/// The sum of bill lines of one usage account that agree in everything that decides what credits pay, on one day. Texts
/// as a Cost and Usage Report has them.
struct ChargeCell {
  std::string account;       ///< Usage account, 12 digits.
  std::string service;       ///< `line_item_product_code`: `AmazonEC2`.
  std::string usage_type;    ///< `line_item_usage_type`: `BoxUsage:t3.micro`.
  std::string line_type;     ///< `line_item_line_item_type`: `Usage`, `Fee`, `RIFee`, `Tax`, `Credit`.
  std::string entity;        ///< `bill_billing_entity`: `AWS` or `AWS Marketplace`.
  bool reservation = false;  ///< The lines name a reservation.
  std::int32_t day = 0;      ///< Of the usage's start, days since 1970-01-01 UTC.
  text::Money amount;        ///< Unblended cost; negative for refunds, discounts and credits.
  std::uint64_t lines = 0;
};

}  // namespace trailkeeper::rules::credits
