// Where our ledger and what AWS says differ (R62, R66).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/money.h"

namespace trailkeeper::rules::credits {

struct Difference {
  std::string month;    ///< `2024-05`; empty for a credit as a whole.
  std::string service;  ///< Product code; empty for a credit as a whole.
  std::string account;
  std::string credit;                 ///< Empty if theirs isn't by credit.
  std::optional<text::Money> ours;    ///< Nothing if we have none, or it isn't money.
  std::optional<text::Money> theirs;  ///< The same.
  std::string ours_text;              ///< If it isn't money: a day, an account.
  std::string theirs_text;            ///< The same.
  std::string_view against;           ///< `cur`, `GetCredits`, `GetCreditAllocationHistory`.
  std::string_view what =
      "used";  ///< `used`, `remaining`, `estimated`, `initial`, `start`, `end`, `owner`, `currency`,
               ///< `not-here`, `not-there`; `failed-month`, `partial-results`, `more-pages`.
};

}  // namespace trailkeeper::rules::credits
