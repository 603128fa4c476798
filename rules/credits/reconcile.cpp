#include "rules/credits/reconcile.h"

#include <algorithm>

#include "rules/credits/billing_answer.h"
#include "rules/credits/summary.h"
#include "text/result.h"

namespace trailkeeper::rules::credits {

using text::JsonNode;

void Usage::add(const Bill& bill, const std::vector<PaidCell>& cells, const std::vector<CreditState>& credits) {
  for (const PaidCell& paid : cells) {
    const Place place{bill.payer, bill.month.text(), paid.cell.service, paid.cell.account};
    if (paid.cell.line_type == "Credit") {
      payers_with_credit_lines_.insert(bill.payer);
      Sums& sums = places_[place];
      sums.theirs -= paid.cell.amount;
      const text::Money step = step_of(paid.cell.amount.text());
      sums.step = sums.step.is_zero() ? step : std::min(sums.step, step);
    }
    if (paid.reason == PaymentReason::before_import) places_[place].before_import = true;
    if (!paid.covered.is_zero()) places_[place].ours += paid.covered;
    for (const Payment& payment : paid.payments) {
      by_credit_[credits[payment.credit].credit.id][{"", place.month, place.service, place.account}] += payment.amount;
    }
  }
}

bool Usage::Sums::differ() const {
  return rules::credits::differ(ours, theirs, step.is_zero() ? text::Money::of_units(1) : step);
}

Usage::Compared Usage::against_bills(const Book& book) const {
  std::map<Place, text::Money> known;                  // Without payer.
  std::set<std::pair<std::string, std::string>> told;  // Months and accounts.
  for (const UseBefore& before : uses_before_openings(book)) {
    const KnownUse& use = *before.use;
    known[{"", use.month.text(), use.service, use.account}] += use.amount;
    told.emplace(use.month.text(), use.account);
  }
  Compared result;
  for (const auto& [place, place_sums] : places_) {
    if (!payers_with_credit_lines_.contains(place.payer)) continue;
    if (place_sums.before_import && !told.contains({place.month, place.account})) {
      result.unknown_months.insert(place.month);
      continue;
    }
    result.any = true;
    Sums sums = place_sums;
    const auto more = known.find({"", place.month, place.service, place.account});
    if (more != known.end()) sums.ours += more->second;
    if (!sums.differ()) continue;
    result.differences.push_back(
        {place.month, place.service, place.account, "", sums.ours, sums.theirs, "", "", "cur"});
  }
  return result;
}

std::map<std::string, std::map<Usage::Place, text::Money>> Usage::with_known(const Book& book) const {
  auto all = by_credit_;
  for (const UseBefore& before : uses_before_openings(book)) {
    const KnownUse& use = *before.use;
    all[use.credit][{"", use.month.text(), use.service, use.account}] += use.amount;
  }
  return all;
}

namespace {

// Credits and months of which some is before an opening balance, and no history tells what was used.
class Untold {
 public:
  explicit Untold(const Book& book) {
    for (const CreditState& state : book.credits()) {
      if (state.credit.opening) openings_.emplace(state.credit.id, state.credit.opening->from);
    }
    for (const UseBefore& before : uses_before_openings(book)) {
      told_.emplace(before.use->credit, before.use->month.text());
    }
  }

  [[nodiscard]] bool has(const std::string& credit, const std::string& month) const {
    const auto opening = openings_.find(credit);
    const auto first = text::Month::parse(month);
    return opening != openings_.end() && first && first->first_day() < opening->second &&
           !told_.contains({credit, month});
  }

 private:
  std::map<std::string, text::Day> openings_;
  std::set<std::pair<std::string, std::string>> told_;
};

}  // namespace

text::Result<Usage::Compared> Usage::against_history(std::string_view json, const Book& book) const {
  constexpr std::string_view kName = "GetCreditAllocationHistory";
  const auto root = text::parse_json_object(json);
  if (!root) return root.error();
  const JsonNode* list = list_of(*root);
  if (list == nullptr) return text::Problem{"is no GetCreditAllocationHistory response: it has no list", "", 0};
  const AnswerGaps gaps = gaps_of(*root);
  const std::set<std::string> failed{gaps.failed_months.begin(), gaps.failed_months.end()};
  Compared history;
  std::map<std::pair<std::string, Place>, Sums> sums;
  std::set<std::pair<std::string, std::string>> named;  // Months and accounts.
  for (const JsonNode& item : list->items) {
    const auto amount = amount_of(item, "creditAmount");
    if (!amount) return text::Problem{"an entry has no creditAmount", "", item.offset};
    const std::string name = text_of(item, "appliedServiceName");
    const auto code = book.settings().service_names.find(name);
    const Place place{"", text_of(item, "billingMonth"),
                      code == book.settings().service_names.end() ? name : code->second, text_of(item, "accountId")};
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
    Sums& both = sums[{text_of(item, "creditId"), place}];
    both.theirs += amount->amount.is_negative() ? -amount->amount : amount->amount;
    both.step += amount->step;
  }
  for (const auto& [credit, places] : with_known(book)) {
    for (const auto& [place, amount] : places) {
      if (named.contains({place.month, place.account})) sums[{credit, place}].ours += amount;
    }
  }
  const Untold untold{book};
  for (const auto& [key, both] : sums) {
    const Place& place = key.second;
    if (untold.has(key.first, place.month)) {
      history.unknown_months.insert(place.month);
      continue;
    }
    history.any = true;
    if (!both.differ()) continue;
    history.differences.push_back(
        {place.month, place.service, place.account, key.first, both.ours, both.theirs, "", "", kName});
  }
  const auto gap = [&](const std::string& month, std::string_view what) {
    history.differences.push_back({month, "", "", "", {}, {}, "", "", kName, what});
  };
  for (const std::string& month : gaps.failed_months) gap(month, "failed-month");
  if (gaps.partial) gap("", "partial-results");
  if (gaps.more_pages) gap("", "more-pages");
  return history;
}

}  // namespace trailkeeper::rules::credits
