// Our ledger compared with the credits that GetCredits lists (R62, R66).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/billing_answer.h"
#include "rules/credits/book.h"
#include "rules/credits/difference.h"
#include "text/result.h"

namespace trailkeeper::rules::credits {

/// GetCredits responses, together: what isn't in one may be in another.
class ListedCredits {
 public:
  /// Takes a response.
  text::Result<void> add(std::string_view json);

  /// Compares the ledger's credits with the listed ones: amounts, days, owners, and which are missing on either side.
  /// On our side those of the accounts that the responses name; all, if one of them lists nothing and so doesn't say
  /// whose it is. If a credit has an estimate (for the open month), that is what is compared.
  [[nodiscard]] std::vector<Difference> against(const Book& book) const;

  /// Whether there is a credit to compare.
  [[nodiscard]] bool compares(const Book& book) const;

 private:
  struct Listed {
    std::string account;
    AnswerAmount remaining;
    std::optional<AnswerAmount> estimated;
    std::optional<AnswerAmount> initial;
    std::optional<text::Timestamp> start;
    std::optional<text::Timestamp> end;
  };
  static void compare(const std::string& id, const Listed& listed, const CreditState& state,
                      std::vector<Difference>& found);
  [[nodiscard]] bool is_ours_to_compare(const CreditState& state) const;

  std::map<std::string, Listed> listed_;
  std::set<std::string> accounts_;
  bool all_accounts_ = false;
  std::vector<Difference> gaps_;
};

}  // namespace trailkeeper::rules::credits
