#include "rules/credits/credit_lines.h"

#include <algorithm>
#include <set>

#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

std::vector<std::string> numbers_in(const std::string& description) {
  std::vector<std::string> numbers;
  for (std::size_t at = 0; at < description.size();) {
    if (!text::is_digit(description[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < description.size() && text::is_digit(description[end])) ++end;
    numbers.push_back(description.substr(at, end - at));
    at = end;
  }
  return numbers;
}

struct Name {
  std::string text;
  bool is_id = false;
};

// Loaded lines of type Credit have their description as usage type; a usage type as reports have it has no blank.
Name name_in(const std::string& description) {
  constexpr std::size_t kLeastDigits = 6;
  constexpr std::size_t kMostDigits = 32;
  std::vector<std::string> numbers = numbers_in(description);
  std::erase_if(numbers,
                [](const std::string& number) { return number.size() < kLeastDigits || number.size() > kMostDigits; });
  if (numbers.size() == 1) return {numbers.front(), true};
  return {description.find(' ') == std::string::npos ? std::string{} : description, false};
}

}  // namespace

text::Money BilledCredit::total() const {
  text::Money sum;
  for (const auto& [month, amount] : used) sum += amount;
  return sum;
}

void CreditLines::add(const Bill& bill, const std::vector<PaidCell>& cells) {
  std::set<std::string_view> paid_for;
  for (const PaidCell& paid : cells) {
    if (!paid.payments.empty()) paid_for.insert(paid.cell.account);
  }
  for (const PaidCell& paid : cells) {
    if (paid.cell.line_type != "Credit") continue;
    const Name name = name_in(paid.cell.usage_type);
    if (!name.is_id && paid_for.contains(paid.cell.account)) continue;
    BilledCredit& credit = credits_[{paid.cell.account, name.text}];
    credit.account = paid.cell.account;
    credit.name = name.text;
    credit.used[bill.month.text()] -= paid.cell.amount;
  }
}

std::vector<BilledCredit> CreditLines::unexplained(const Book& book) const {
  std::set<std::string> holders;
  std::set<std::string> ids;
  for (const CreditState& state : book.credits()) {
    holders.insert(state.credit.account);
    ids.insert(state.credit.id);
  }
  std::vector<BilledCredit> list;
  for (const auto& [key, credit] : credits_) {
    const std::vector<std::string> numbers = numbers_in(credit.name);
    const bool known =
        std::any_of(numbers.begin(), numbers.end(), [&](const auto& number) { return ids.contains(number); });
    if (!known && !holders.contains(credit.account)) list.push_back(credit);
  }
  return list;
}

}  // namespace trailkeeper::rules::credits
