// What the Billing API's answers have in common.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/json_node.h"
#include "text/money.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::credits {

/// What a file is: `GetCredits`, `GetCreditAllocationHistory`, or nothing.
std::string_view kind_of_answer(std::string_view json);

/// An amount, by any of the names it has had. Nothing if it isn't there, or is none.
struct AnswerAmount {
  text::Money amount;
  text::Money step;            ///< To which precision it is given.
  std::string other_currency;  ///< Empty: it is in USD.
  [[nodiscard]] bool in_dollars() const { return other_currency.empty(); }
};
std::optional<AnswerAmount> amount_of(const text::JsonNode& item, std::string_view name);

/// The precision to which a number is written, a cent at most: for `6` and `6.05` a cent, for `6.050` a tenth of one.
text::Money step_of(std::string_view number);
/// Whether amounts differ by at least `step`: below that, rounding to it may explain the difference.
bool differ(text::Money ours, text::Money theirs, text::Money step);

/// The text of a member; empty if it isn't there or is null.
std::string text_of(const text::JsonNode& item, std::string_view name);

/// A time: seconds since the epoch, as the API has it, or text, as the AWS CLI prints it.
std::optional<text::Timestamp> time_of(const text::JsonNode& item, std::string_view name);

/// The answer's list: its first member that is an array of objects; nullptr if there is none.
const text::JsonNode* list_of(const text::JsonNode& root);

/// What the answer says it lacks: `failed months`, `partial results`, `more pages`.
struct AnswerGaps {
  std::vector<std::string> failed_months;
  bool partial = false;
  bool more_pages = false;
  [[nodiscard]] bool any() const { return !failed_months.empty() || partial || more_pages; }
};
AnswerGaps gaps_of(const text::JsonNode& root);

}  // namespace trailkeeper::rules::credits
