#include "rules/credits/billing_answer.h"

#include <algorithm>

#include "rules/credits/currency.h"
#include "text/calendar.h"

namespace trailkeeper::rules::credits {

using text::JsonNode;

std::string text_of(const JsonNode& item, std::string_view name) {
  const JsonNode* node = item.find(name);
  const bool has_text =
      node != nullptr && (node->kind == JsonNode::Kind::string || node->kind == JsonNode::Kind::number);
  return has_text ? node->text : std::string{};
}

std::optional<AnswerAmount> amount_of(const JsonNode& item, std::string_view name) {
  const JsonNode* node = item.find(name);
  if (node == nullptr) return std::nullopt;
  AnswerAmount found;
  found.other_currency = other_currency_in(*node).value_or(other_currency_beside(item).value_or(""));
  std::string text = node->text;
  if (node->kind == JsonNode::Kind::object) {
    for (const std::string_view key : {"amount", "currencyAmount", "value"}) {
      if (text.empty()) text = text_of(*node, key);
    }
  }
  const auto amount = text::Money::parse(text);
  if (!amount) return std::nullopt;
  found.amount = *amount;
  found.step = step_of(text);
  return found;
}

text::Money step_of(std::string_view number) {
  constexpr std::int64_t kCent = 100'000'000;
  constexpr std::int64_t kBase = 10;
  // What is written with an exponent is as fine as it gets.
  if (number.find_first_of("eE") != std::string_view::npos) return text::Money::of_units(1);
  const std::size_t point = number.find('.');
  const std::size_t decimals = point == std::string_view::npos ? 0 : number.size() - point - 1;
  std::int64_t step = kCent;
  for (std::size_t i = 2; i < decimals && step > 1; ++i) step /= kBase;
  return text::Money::of_units(step);
}

bool differ(text::Money ours, text::Money theirs, text::Money step) {
  const text::Money less = ours - theirs;
  return (less.is_negative() ? -less : less) >= step;
}

std::optional<text::Timestamp> time_of(const JsonNode& item, std::string_view name) {
  const std::string text = text_of(item, name);
  if (text.empty()) return std::nullopt;
  if (const auto day = text::parse_day(text)) return text::start_of(*day);
  if (const auto time = text::parse_timestamp(text)) return time;
  // Seconds, perhaps with a fraction.
  constexpr std::size_t kMaxDigits = 11;
  const std::string whole = text.substr(0, text.find('.'));
  const bool digits = std::all_of(whole.begin(), whole.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || whole.empty() || whole.size() > kMaxDigits) return std::nullopt;
  return std::stoll(whole) * text::kSecond;
}

const JsonNode* list_of(const JsonNode& root) {
  for (const std::string_view name : {"credits", "creditAllocationHistoryList"}) {
    const JsonNode* list = root.find(name);
    if (list != nullptr && list->kind == JsonNode::Kind::array) return list;
  }
  for (const text::JsonMember& member : root.members) {
    const bool list = member.value.kind == JsonNode::Kind::array && !member.value.items.empty();
    if (list && member.value.items.front().kind == JsonNode::Kind::object) return &member.value;
  }
  return nullptr;
}

std::string_view kind_of_answer(std::string_view json) {
  const auto root = text::parse_json_object(json);
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

AnswerGaps gaps_of(const JsonNode& root) {
  AnswerGaps gaps;
  if (const JsonNode* months = root.find("failedMonths")) {
    for (const JsonNode& month : months->items) {
      // A month, or an object that has one.
      std::string text = month.text;
      for (const std::string_view name : {"billingMonth", "month"}) {
        if (text.empty()) text = text_of(month, name);
      }
      gaps.failed_months.push_back(text.empty() ? "?" : text);
    }
  }
  const JsonNode* partial = root.find("partialResults");
  gaps.partial = partial != nullptr && (partial->boolean || partial->text == "true");
  gaps.more_pages = !text_of(root, "nextToken").empty() || !text_of(root, "NextToken").empty();
  return gaps;
}

}  // namespace trailkeeper::rules::credits
