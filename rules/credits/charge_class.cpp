#include "rules/credits/charge_class.h"

#include <algorithm>
#include <array>
#include <span>

#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

constexpr std::array<std::string_view, 4> kNoCharges{"Credit", "Refund", "SavingsPlanNegation",
                                                     "SavingsPlanCoveredUsage"};
constexpr std::array<std::string_view, 7> kCharges{
    "Usage", "Fee", "RIFee", "DiscountedUsage", "Tax", "SavingsPlanUpfrontFee", "SavingsPlanRecurringFee"};
constexpr std::array<std::string_view, 5> kDiscounts{"BundledDiscount", "EdpDiscount", "PrivateRateDiscount",
                                                     "RiVolumeDiscount", "SppDiscount"};
constexpr std::string_view kDiscount = "Discount";

// Line types that are no charge, whatever their sign.
bool is_no_charge(std::string_view line_type) {
  return is_one_of(line_type, kNoCharges) || line_type.ends_with(kDiscount);
}

bool is_upfront(const ChargeCell& cell) {
  return cell.line_type == "SavingsPlanUpfrontFee" ||
         (cell.line_type == "Fee" && (cell.reservation || contains(cell.usage_type, "HeavyUsage")));
}

// Product codes are spelt AmazonMturk and AmazonMTurk.
bool is_never(std::string_view service, const Settings& settings) {
  return std::any_of(settings.never.begin(), settings.never.end(),
                     [&](const std::string& code) { return text::same_ignoring_case(code, service); });
}

bool is_domain(const ChargeCell& cell) {
  return cell.service == "AmazonRoute53" &&
         (contains(cell.usage_type, "DomainReg") || contains(cell.usage_type, "DomainTransfer") ||
          contains(cell.usage_type, "DomainRenew"));
}

}  // namespace

std::string_view known_line_type(std::string_view line_type) {
  const auto same = [line_type](std::string_view known) { return text::same_ignoring_case(known, line_type); };
  for (const std::span<const std::string_view> types :
       {std::span<const std::string_view>{kCharges}, std::span<const std::string_view>{kNoCharges},
        std::span<const std::string_view>{kDiscounts}}) {
    const auto found = std::find_if(types.begin(), types.end(), same);
    if (found != types.end()) return *found;
  }
  return line_type;
}

bool is_known_line_type(std::string_view line_type) {
  return is_no_charge(line_type) || is_one_of(line_type, kCharges);
}

bool is_refund(const ChargeCell& cell) { return cell.line_type == "Refund"; }
bool is_reduction(const ChargeCell& cell) { return cell.line_type.ends_with(kDiscount); }

Classified classify(const ChargeCell& cell, const Settings& settings) {
  if (is_no_charge(cell.line_type)) return {ChargeClass::discount, "R59"};
  if (contains(cell.entity, "Marketplace")) return {ChargeClass::ineligible, "R40"};
  if (cell.line_type == "Tax" && !settings.cover_tax) return {ChargeClass::ineligible, "R40"};
  if (!is_known_line_type(cell.line_type)) return {ChargeClass::unlisted, "R42"};
  if (settings.support_plans.contains(cell.service)) return {ChargeClass::support, "R43"};
  if (contains(cell.service, "Support")) return {ChargeClass::ineligible, "R43"};
  if (is_never(cell.service, settings) || is_domain(cell)) return {ChargeClass::ineligible, "R40"};
  if (is_upfront(cell)) return {ChargeClass::ineligible, "R41"};
  if (!settings.services.contains(cell.service)) return {ChargeClass::unlisted, "R42"};
  return {};
}

}  // namespace trailkeeper::rules::credits
