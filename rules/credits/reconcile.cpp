#include "rules/credits/reconcile.h"

namespace trailkeeper::rules::credits {

using iam::JsonNode;

void Usage::add(const Bill& bill, const std::vector<PaidCell>& cells, const std::vector<CreditState>& credits) {
  for (const PaidCell& paid : cells) {
    const Place place{bill.payer, bill.month.text(), paid.cell.service, paid.cell.account};
    if (paid.cell.line_type == "Credit") {
      payers_with_credit_lines_.insert(bill.payer);
      places_[place].theirs -= paid.cell.amount;
    }
    if (!paid.covered.is_zero()) places_[place].ours += paid.covered;
    for (const Payment& payment : paid.payments) {
      by_credit_[credits[payment.credit].credit.id][{"", place.month, place.service, place.account}] += payment.amount;
    }
  }
}

std::vector<Difference> Usage::against_bills() const {
  std::vector<Difference> found;
  for (const auto& [place, sums] : places_) {
    if (sums.ours == sums.theirs || !payers_with_credit_lines_.contains(place.payer)) continue;
    found.push_back({place.month, place.service, place.account, "", sums.ours, sums.theirs, "", "", "cur"});
  }
  return found;
}

iam::Result<Usage::History> Usage::against_history(std::string_view json, const Settings& settings) const {
  constexpr std::string_view kName = "GetCreditAllocationHistory";
  const auto root = iam::parse_json_object(json);
  if (!root) return root.error();
  const JsonNode* list = list_of(*root);
  if (list == nullptr) return iam::Error{"is no GetCreditAllocationHistory response: it has no list", "", 0};
  const AnswerGaps gaps = gaps_of(*root);
  const std::set<std::string> failed{gaps.failed_months.begin(), gaps.failed_months.end()};
  History history;
  std::map<std::pair<std::string, Place>, Sums> sums;
  std::set<std::pair<std::string, std::string>> named;  // Months and accounts.
  for (const JsonNode& item : list->items) {
    const auto amount = amount_of(item, "creditAmount");
    if (!amount) return iam::Error{"an entry has no creditAmount", "", item.offset};
    const std::string name = text_of(item, "appliedServiceName");
    const auto code = settings.service_names.find(name);
    const Place place{"", text_of(item, "billingMonth"), code == settings.service_names.end() ? name : code->second,
                      text_of(item, "accountId")};
    if (failed.contains(place.month)) continue;
    if (!amount->in_dollars()) {
      history.differences.push_back({place.month,
                                     place.service,
                                     place.account,
                                     text_of(item, "creditId"),
                                     {},
                                     {},
                                     "",
                                     amount->amount.text() + " " + amount->other_currency,
                                     kName,
                                     "currency"});
      continue;
    }
    named.emplace(place.month, place.account);
    // Credits that reduce the bill are negative there.
    sums[{text_of(item, "creditId"), place}].theirs += amount->amount.is_negative() ? -amount->amount : amount->amount;
  }
  for (const auto& [credit, places] : by_credit_) {
    for (const auto& [place, amount] : places) {
      if (named.contains({place.month, place.account})) sums[{credit, place}].ours += amount;
    }
  }
  for (const auto& [key, both] : sums) {
    if (both.ours == both.theirs) continue;
    const Place& place = key.second;
    history.differences.push_back(
        {place.month, place.service, place.account, key.first, both.ours, both.theirs, "", "", kName});
  }
  history.compared = !named.empty();
  const auto gap = [&](const std::string& month, std::string_view what) {
    history.differences.push_back({month, "", "", "", {}, {}, "", "", kName, what});
  };
  for (const std::string& month : gaps.failed_months) gap(month, "failed-month");
  if (gaps.partial) gap("", "partial-results");
  if (gaps.more_pages) gap("", "more-pages");
  return history;
}

}  // namespace trailkeeper::rules::credits
