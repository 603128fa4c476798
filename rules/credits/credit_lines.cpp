#include "rules/credits/credit_lines.h"

#include <algorithm>
#include <set>

namespace trailkeeper::rules::credits {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Loaded lines of type Credit have their description as usage type; a usage type as reports have it has no blank.
std::string name_in(const std::string& description) {
  constexpr std::size_t kLeastDigits = 6;
  constexpr std::size_t kMostDigits = 32;
  std::vector<std::string> numbers;
  for (std::size_t at = 0; at < description.size();) {
    if (!is_digit(description[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < description.size() && is_digit(description[end])) ++end;
    const std::size_t size = end - at;
    if (size >= kLeastDigits && size <= kMostDigits) numbers.push_back(description.substr(at, size));
    at = end;
  }
  if (numbers.size() == 1) return numbers.front();
  return description.find(' ') == std::string::npos ? std::string{} : description;
}

}  // namespace

Money BilledCredit::total() const {
  Money sum;
  for (const auto& [month, amount] : used) sum += amount;
  return sum;
}

void CreditLines::add(const Bill& bill, const std::vector<PaidCell>& cells) {
  for (const PaidCell& paid : cells) {
    if (paid.cell.line_type != "Credit") continue;
    const std::string name = name_in(paid.cell.usage_type);
    BilledCredit& credit = credits_[{bill.payer, paid.cell.account, name}];
    credit.account = paid.cell.account;
    credit.name = name;
    credit.used[bill.month.text()] -= paid.cell.amount;
  }
}

std::vector<BilledCredit> CreditLines::unexplained(const Book& book) const {
  std::set<std::string> explained;
  for (const CreditState& state : book.credits()) explained.insert(state.credit.account);
  // Who is billed with a holder of credits may have used those.
  std::set<std::string> payers;
  for (const auto& [key, credit] : credits_) {
    if (explained.contains(key.account) || explained.contains(key.payer)) payers.insert(key.payer);
  }
  std::map<std::pair<std::string, std::string>, BilledCredit> found;
  for (const auto& [key, credit] : credits_) {
    if (payers.contains(key.payer)) continue;
    BilledCredit& one = found[{key.account, key.name}];
    one.account = key.account;
    one.name = key.name;
    for (const auto& [month, amount] : credit.used) one.used[month] += amount;
  }
  std::vector<BilledCredit> list;
  for (auto& [key, credit] : found) list.push_back(std::move(credit));
  return list;
}

}  // namespace trailkeeper::rules::credits
