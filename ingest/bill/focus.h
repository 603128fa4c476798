// FOCUS (FinOps Open Cost and Usage Specification) in the words of AWS's own reports.
#pragma once

#include <string_view>

namespace trailkeeper::ingest {

/// What FOCUS says about a charge's kind; texts as a report has them.
struct FocusCharge {
  std::string_view category;         ///< ChargeCategory: `Usage`, `Purchase`, `Tax`, `Credit`, `Adjustment`.
  std::string_view charge_class;     ///< ChargeClass: `Correction` or empty.
  std::string_view frequency;        ///< ChargeFrequency: `One-Time`, `Recurring`, `Usage-Based`.
  std::string_view commitment;       ///< CommitmentDiscountId: an ARN.
  std::string_view commitment_type;  ///< CommitmentDiscountType: `Savings Plan`, `Reserved Instance`…
  bool negative = false;
  bool zero = false;  ///< Nothing was billed.
};

/// The line type that a Cost and Usage Report has for it (`Usage`, `Fee`, `RIFee`, `Refund`…); an unknown category
/// stays as it is.
std::string_view focus_line_type(const FocusCharge& charge);

/// Whether the charge is for a Savings Plan; other commitments are reservations.
bool is_savings_plan(const FocusCharge& charge);

/// The product code of a service's display name (`Amazon S3` is `AmazonS3`); the name itself if it isn't known.
std::string_view focus_service(std::string_view name);

/// `AWS` or `AWS Marketplace`: by who sold it. Both may be empty.
std::string_view focus_entity(std::string_view provider, std::string_view publisher);

}  // namespace trailkeeper::ingest
