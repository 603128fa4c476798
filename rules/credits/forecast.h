// When credits will be used up or expire.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rules/credits/book.h"

namespace trailkeeper::rules::credits {

/// Charges that credits of one account could pay, by day.
using DailyCharges = std::map<text::Day, text::Money>;

struct Forecast {
  std::string credit;
  text::Money available;
  std::string_view cause;             ///< `used`, `expires`, `used-or-expires` or `none` (nothing is charged).
  std::optional<text::Day> earliest;  ///< The first day without this credit, if charges go on at the highest rate.
  std::optional<text::Day> latest;    ///< The same at the lowest.
  text::Money daily_low;              ///< On the first day that is forecast.
  text::Money daily_high;
  text::Money trend;  ///< By how much a day's charges grow from one month to the next; zero: no trend.
  text::Day expires = 0;
  std::optional<text::Day> last_charge;  ///< Charges are known up to then.
  std::string note;                      ///< What may mislead: a free beginning, old bills.
};

/// For an account's active credits, in the order in which they pay. Method (docs/credits.md, "How a forecast is made"):
/// a month's rate is its charges by day, for the last three full months and for this one since its first charge. If the
/// rates rise from month to month, the range is from the last rate staying as it is to its rising further; if they
/// fall, from the last one to its falling further, to half of it at least; otherwise from the lowest to the highest. It
/// begins after the last known charge, if that is old.
std::vector<Forecast> forecast(const Book& book, const std::string& account, const DailyCharges& charges);

/// `runs out between 2024-08-02 and 2024-09-15`, for people.
std::string forecast_text(const Forecast& forecast);

/// Adds what the account's credits could pay of a paid bill, whether they did or not.
void add_charges(const Book& book, const std::string& account, const Bill& bill, const std::vector<PaidCell>& cells,
                 DailyCharges& charges);

}  // namespace trailkeeper::rules::credits
