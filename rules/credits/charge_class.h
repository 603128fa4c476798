// Which charges credits may pay at all (R40-R43).
#pragma once

#include <string_view>

#include "rules/credits/charge.h"
#include "rules/credits/settings.h"

namespace trailkeeper::rules::credits {

enum class ChargeClass : std::uint8_t {
  service,     ///< Credits pay it.
  support,     ///< A support plan that credits pay (R43, R44).
  ineligible,  ///< Never paid by credits.
  unlisted,    ///< A service that isn't on the list (R42), or a line type that nobody knows.
  discount,    ///< No charge: a refund, a discount, a credit of AWS's own, usage that a Savings Plan has paid.
};

struct Classified {
  ChargeClass kind = ChargeClass::service;
  std::string_view rule;  ///< The rule that says so; empty for `service`.
};

Classified classify(const ChargeCell& cell, const Settings& settings);

/// A line type as AWS spells it, if it is known in whatever case; else as it is.
std::string_view known_line_type(std::string_view line_type);
/// Whether a line type says what the line is, spelt so.
bool is_known_line_type(std::string_view line_type);

/// Whether a cell is a refund of charges of the same account, service, usage type and day.
bool is_refund(const ChargeCell& cell);
/// Whether a cell is a reduction of charges of the same account, service and usage type.
bool is_reduction(const ChargeCell& cell);

}  // namespace trailkeeper::rules::credits
