// When credits will be over.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rules/credits/book.h"

namespace trailkeeper::rules::credits {

/// Charges that credits of one account could pay, by day.
using DailyCharges = std::map<Day, Money>;

struct Forecast {
  std::string credit;
  Money available;
  std::string_view cause;       ///< `used`, `expires`, `used-or-expires` or `none` (nothing is charged).
  std::optional<Day> earliest;  ///< The first day without this credit, if charges go on at the highest rate.
  std::optional<Day> latest;    ///< The same at the lowest.
  Money daily_low;              ///< On the first day that is forecast.
  Money daily_high;
  Money trend;  ///< By so much a day's charges grow from one month to the next; zero: no trend.
  Day expires = 0;
  std::optional<Day> last_charge;  ///< Up to then charges are known.
  std::string note;                ///< What misleads: a free beginning, old bills.
};

/// Of an account's active credits, in the order in which they pay. Method (docs/credits.md, "How a forecast is made"):
/// a month's rate is its charges by day, of the last three full months and of this one since its first charge. If they
/// rise from month to month, the range is from the last rate staying as it is to its rising on; if they fall, from the
/// last one to its falling on, to a half at least; else from the lowest to the highest. It begins behind the last known
/// charge, where that is old.
std::vector<Forecast> forecast(const Book& book, const std::string& account, const DailyCharges& charges);

/// `runs out between 2024-08-02 and 2024-09-15`, for people.
std::string forecast_text(const Forecast& forecast);

/// Adds what of a paid bill the account's credits could pay, whether they did or not.
void add_charges(const Book& book, const std::string& account, const Bill& bill, const std::vector<PaidCell>& cells,
                 DailyCharges& charges);

}  // namespace trailkeeper::rules::credits
