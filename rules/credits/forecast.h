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
  Money daily_low;
  Money daily_high;
  Day expires = 0;
  std::string note;  ///< What misleads a look at the month's average.
};

/// Of an account's active credits, in the order in which they pay. Rates are those of the last three full months and,
/// because a month's first days may cost nothing (free tier), of this month since its first charge. Where charges end
/// more than a week before the book's moment, they are taken to go on from there; the note says so.
std::vector<Forecast> forecast(const Book& book, const std::string& account, const DailyCharges& charges);

/// Adds what of a paid bill the account's credits could pay, whether they did or not.
void add_charges(const Book& book, const std::string& account, const Bill& bill, const std::vector<PaidCell>& cells,
                 DailyCharges& charges);

}  // namespace trailkeeper::rules::credits
