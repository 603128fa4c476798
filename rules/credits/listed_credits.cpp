#include "rules/credits/listed_credits.h"

#include "text/json_node.h"
#include "text/result.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::credits {
namespace {

using text::JsonNode;

constexpr std::string_view kName = "GetCredits";

std::string amount_text(const AnswerAmount& amount) {
  return amount.amount.text() + (amount.in_dollars() ? "" : " " + amount.other_currency);
}

// Whether a moment is the end of a day on which the credit pays for the last time: within it, or the midnight after.
bool ends_on(text::Timestamp end, text::Day last) {
  return text::day_of(end) == last || end == text::start_of(last + 1);
}

}  // namespace

text::Result<void> ListedCredits::add(std::string_view json) {
  const auto root = text::parse_json_object(json);
  if (!root) return root.error();
  const JsonNode* list = list_of(*root);
  if (list == nullptr) return text::Problem{"is no GetCredits response: it has no list of credits", "", 0};
  for (const JsonNode& item : list->items) {
    const auto left = amount_of(item, "remainingAmount");
    const std::string id = text_of(item, "creditId");
    if (!left || id.empty()) {
      return text::Problem{"a credit has no creditId or no remainingAmount", "", item.offset};
    }
    Listed listed{text_of(item, "accountId"),         *left,
                  amount_of(item, "estimatedAmount"), amount_of(item, "initialAmount"),
                  time_of(item, "startDate"),         time_of(item, "endDate")};
    accounts_.insert(listed.account);
    listed_[id] = std::move(listed);
  }
  all_accounts_ = all_accounts_ || list->items.empty();
  if (const AnswerGaps gaps = gaps_of(*root); gaps.any()) {
    gaps_.push_back({"", "", "", "", {}, {}, "", "", kName, gaps.more_pages ? "more-pages" : "partial-results"});
  }
  return {};
}

bool ListedCredits::is_ours_to_compare(const CreditState& state) const {
  return all_accounts_ || accounts_.contains(state.credit.account);
}

bool ListedCredits::compares(const Book& book) const {
  if (!listed_.empty()) return true;
  for (const CreditState& state : book.credits()) {
    if (is_ours_to_compare(state) && !state.available.is_zero()) return true;
  }
  return false;
}

std::vector<Difference> ListedCredits::against(const Book& book) const {
  std::vector<Difference> found;
  std::set<std::string> here;
  for (const CreditState& state : book.credits()) {
    const std::string& id = state.credit.id;
    here.insert(id);
    const auto listed = listed_.find(id);
    if (listed != listed_.end()) {
      compare(id, listed->second, state, found);
    } else if (is_ours_to_compare(state) && !state.available.is_zero()) {
      // What is used up or expired isn't listed any more (R51).
      found.push_back({"", "", state.credit.account, id, state.available, {}, "", "", kName, "not-there"});
    }
  }
  for (const auto& [id, listed] : listed_) {
    if (here.contains(id)) continue;
    Difference missing{"", "", listed.account, id, {}, {}, "", "", kName, "not-here"};
    if (listed.remaining.in_dollars()) missing.theirs = listed.remaining.amount;
    if (!listed.remaining.in_dollars()) missing.theirs_text = amount_text(listed.remaining);
    found.push_back(std::move(missing));
  }
  found.insert(found.end(), gaps_.begin(), gaps_.end());
  return found;
}

void ListedCredits::compare(const std::string& id, const Listed& listed, const CreditState& state,
                            std::vector<Difference>& found) {
  const Credit& credit = state.credit;
  const auto money = [&](text::Money ours, const AnswerAmount& theirs, std::string_view what) {
    if (!theirs.in_dollars()) {
      found.push_back(
          {"", "", credit.account, id, {}, {}, ours.text() + " USD", amount_text(theirs), kName, "currency"});
    } else if (differ(ours, theirs.amount, theirs.step)) {
      found.push_back({"", "", credit.account, id, ours, theirs.amount, "", "", kName, what});
    }
  };
  const auto text = [&](const std::string& ours, const std::string& theirs, std::string_view what) {
    found.push_back({"", "", credit.account, id, {}, {}, ours, theirs, kName, what});
  };
  // The remaining amount is without the open month, which the estimate has.
  if (listed.estimated) {
    money(state.available, *listed.estimated, "estimated");
  } else {
    money(state.available, listed.remaining, "remaining");
  }
  if (listed.initial) money(credit.amount, *listed.initial, "initial");
  if (listed.start && text::day_of(*listed.start) != text::day_of(credit.issued)) {
    text(text::day_text(text::day_of(credit.issued)), text::day_text(text::day_of(*listed.start)), "start");
  }
  if (listed.end && !ends_on(*listed.end, credit.expires)) {
    text(text::day_text(credit.expires), text::day_text(text::day_of(*listed.end)), "end");
  }
  if (!listed.account.empty() && listed.account != credit.account) text(credit.account, listed.account, "owner");
}

}  // namespace trailkeeper::rules::credits
