#include "rules/credits/reconcile.h"

#include <algorithm>

#include "rules/iam/json_node.h"

namespace trailkeeper::rules::credits {
namespace {

using iam::JsonNode;

std::string text_of(const JsonNode& item, std::string_view name) {
  const JsonNode* node = item.find(name);
  return node == nullptr ? std::string{} : node->text;
}

// An amount as the Billing API has it, by any of the names it has had.
std::optional<Money> money_of(const JsonNode& item, std::string_view name) {
  const JsonNode* node = item.find(name);
  if (node == nullptr) return std::nullopt;
  if (node->kind != JsonNode::Kind::object) return Money::parse(node->text);
  for (const std::string_view key : {"amount", "currencyAmount", "value"}) {
    if (const JsonNode* found = node->find(key)) return Money::parse(found->text);
  }
  return std::nullopt;
}

// The response's list: its first member that is an array.
const JsonNode* list_of(const JsonNode& root) {
  for (const iam::JsonMember& member : root.members) {
    if (member.value.kind == JsonNode::Kind::array) return &member.value;
  }
  return nullptr;
}

iam::Error error_at(const JsonNode& item, std::string message) { return {std::move(message), "", item.offset}; }

}  // namespace

std::string_view kind_of_answer(std::string_view json) {
  const auto root = iam::parse_json_object(json);
  const JsonNode* list = root ? list_of(*root) : nullptr;
  if (list == nullptr) return {};
  const JsonNode* first = list->items.empty() ? nullptr : &list->items.front();
  if (root->find("creditAllocationHistoryList") != nullptr ||
      (first != nullptr && first->find("billingMonth") != nullptr)) {
    return "GetCreditAllocationHistory";
  }
  if (root->find("credits") != nullptr || (first != nullptr && first->find("remainingAmount") != nullptr))
    return "GetCredits";
  return {};
}

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
    found.push_back({place.month, place.service, place.account, "", sums.ours, sums.theirs, "cur"});
  }
  return found;
}

iam::Result<std::vector<Difference>> Usage::against_history(std::string_view json, const Settings& settings) const {
  constexpr std::string_view kName = "GetCreditAllocationHistory";
  const auto root = iam::parse_json_object(json);
  if (!root) return root.error();
  const JsonNode* list = list_of(*root);
  if (list == nullptr) return iam::Error{"is no GetCreditAllocationHistory response: it has no list", "", 0};
  std::map<std::pair<std::string, Place>, Sums> sums;
  std::set<std::pair<std::string, std::string>> named;  // Months and accounts.
  for (const JsonNode& item : list->items) {
    const auto amount = money_of(item, "creditAmount");
    if (!amount) return error_at(item, "an entry has no creditAmount");
    const std::string name = text_of(item, "appliedServiceName");
    const auto code = settings.service_names.find(name);
    const Place place{"", text_of(item, "billingMonth"), code == settings.service_names.end() ? name : code->second,
                      text_of(item, "accountId")};
    named.emplace(place.month, place.account);
    // Credits that reduce the bill are negative there.
    sums[{text_of(item, "creditId"), place}].theirs += amount->is_negative() ? -*amount : *amount;
  }
  for (const auto& [credit, places] : by_credit_) {
    for (const auto& [place, amount] : places) {
      if (named.contains({place.month, place.account})) sums[{credit, place}].ours += amount;
    }
  }
  std::vector<Difference> found;
  for (const auto& [key, both] : sums) {
    if (both.ours == both.theirs) continue;
    const Place& place = key.second;
    found.push_back({place.month, place.service, place.account, key.first, both.ours, both.theirs, kName});
  }
  return found;
}

iam::Result<std::vector<Difference>> against_balances(const Book& book, std::string_view json) {
  constexpr std::string_view kName = "GetCredits";
  const auto root = iam::parse_json_object(json);
  if (!root) return root.error();
  const JsonNode* list = list_of(*root);
  if (list == nullptr) return iam::Error{"is no GetCredits response: it has no list of credits", "", 0};
  std::set<std::string> accounts;
  std::map<std::string, Difference> by_credit;
  for (const JsonNode& item : list->items) {
    const auto left = money_of(item, "remainingAmount");
    const std::string id = text_of(item, "creditId");
    if (!left || id.empty()) return error_at(item, "a credit has no creditId or no remainingAmount");
    const std::string account = text_of(item, "accountId");
    accounts.insert(account);
    by_credit[id] = {"", "", account, id, {}, *left, kName};
  }
  for (const CreditState& state : book.credits()) {
    const auto listed = by_credit.find(state.credit.id);
    if (listed != by_credit.end()) {
      listed->second.ours = state.available;
    } else if (accounts.contains(state.credit.account) && !state.available.is_zero()) {
      by_credit[state.credit.id] = {"", "", state.credit.account, state.credit.id, state.available, {}, kName};
    }
  }
  std::vector<Difference> found;
  for (const auto& [id, difference] : by_credit) {
    if (difference.ours != difference.theirs) found.push_back(difference);
  }
  return found;
}

}  // namespace trailkeeper::rules::credits
