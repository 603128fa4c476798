#include "rules/credits/forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace trailkeeper::rules::credits {
namespace {

constexpr int kMonths = 3;
// Fewer days without charges at a month's beginning aren't worth a word.
constexpr Day kFreeDays = 3;
// Bills that end longer ago are worth a word.
constexpr Day kStaleDays = 7;
// Nobody plans further.
constexpr Day kHorizon = 365 * 10;

// What a month, or its part up to `until`, was charged.
struct MonthCharges {
  Money sum;
  Day days = 0;
  Day free_days = 0;  // Before the first charge.
};

MonthCharges charges_of(Month month, Day until, const DailyCharges& charges) {
  MonthCharges found;
  const Day last = std::min(month.last_day(), until);
  found.days = last - month.first_day() + 1;
  found.free_days = found.days;
  for (auto at = charges.lower_bound(month.first_day()); at != charges.end() && at->first <= last; ++at) {
    if (found.sum.is_zero()) found.free_days = at->first - month.first_day();
    found.sum += at->second;
  }
  return found;
}

Money per_day(Money sum, Day days) { return Money::of_units(sum.units() / std::max<Day>(days, 1)); }

struct Rates {
  Money low;
  Money high;
  std::string note;
};

Month previous(Month month) { return Month::of(month.first_day() - 1); }

Rates rates_of(const DailyCharges& charges, Day today) {
  Rates rates;
  if (charges.empty()) return rates;
  std::vector<Money> seen;
  const Month now = Month::of(today);
  Month month = now;
  for (int i = 0; i < kMonths; ++i) {
    month = previous(month);
    if (month < Month::of(charges.begin()->first)) break;
    const MonthCharges full = charges_of(month, today, charges);
    seen.push_back(per_day(full.sum, full.days));
  }
  const MonthCharges current = charges_of(now, today, charges);
  if (!current.sum.is_zero()) {
    const Money since = per_day(current.sum, current.days - current.free_days);
    if (current.free_days >= kFreeDays) {
      rates.note = fmt::format(
          "the month's first {} days cost nothing (free tier?): its average so far, {} a day, "
          "misleads; since then it is {}",
          current.free_days, per_day(current.sum, current.days).text(), since.text());
    }
    // A few days may hold a monthly fee: they say something about the most, not about the least.
    if (seen.empty() || since > *std::max_element(seen.begin(), seen.end()) || current.days > kMonths * 7) {
      seen.push_back(since);
    }
  }
  if (seen.empty()) return rates;
  rates.low = *std::min_element(seen.begin(), seen.end());
  rates.high = *std::max_element(seen.begin(), seen.end());
  return rates;
}

// The first day on which nothing is left, from `start` at so much a day; nothing beyond the horizon.
std::optional<Day> used_up(Day start, Money available, Money daily) {
  if (daily <= Money{}) return std::nullopt;
  const std::int64_t days = available.units() / daily.units() + (available.units() % daily.units() != 0 ? 1 : 0);
  if (days > kHorizon) return std::nullopt;
  return start + static_cast<Day>(days);
}

Forecast forecast_one(const CreditState& state, const Rates& rates, Day& from_high, Day& from_low) {
  Forecast made;
  made.credit = state.credit.id;
  made.available = state.available;
  made.daily_low = rates.low;
  made.daily_high = rates.high;
  made.expires = state.credit.expires;
  made.note = rates.note;
  const Day over = state.credit.expires + 1;
  const auto early = used_up(from_high, state.available, rates.high);
  const auto late = used_up(from_low, state.available, rates.low);
  made.earliest = std::min(early.value_or(over), over);
  made.latest = std::min(late.value_or(over), over);
  if (rates.high.is_zero()) {
    made.cause = "none";
  } else if (*made.latest < over) {
    made.cause = "used";
  } else {
    made.cause = *made.earliest < over ? "used-or-expires" : "expires";
  }
  from_high = std::max(from_high, *made.earliest);
  from_low = std::max(from_low, *made.latest);
  return made;
}

}  // namespace

std::vector<Forecast> forecast(const Book& book, const std::string& account, const DailyCharges& charges) {
  std::vector<const CreditState*> active;
  for (const CreditState& state : book.credits()) {
    if (state.credit.account == account && state.status == CreditStatus::active) active.push_back(&state);
  }
  std::sort(active.begin(), active.end(), [](const CreditState* a, const CreditState* b) {
    return std::tie(a->credit.expires, a->credit.issued, a->credit.id) <
           std::tie(b->credit.expires, b->credit.issued, b->credit.id);
  });
  // Days without a bill yet are no days without charges: use goes on from the last charge.
  const Day today = day_of(book.at());
  const Day last = charges.empty() ? today : charges.rbegin()->first;
  const Day known = today - last > kStaleDays ? last : today;
  Rates rates = rates_of(charges, known);
  if (known < today) {
    rates.note =
        fmt::format("no charges are known after {}", day_text(known)) + (rates.note.empty() ? "" : "; " + rates.note);
  }
  Day from_high = known + 1;
  Day from_low = known + 1;
  std::vector<Forecast> made;
  for (const CreditState* state : active) made.push_back(forecast_one(*state, rates, from_high, from_low));
  for (Forecast& one : made) {
    one.earliest = std::max(one.earliest.value_or(today + 1), today + 1);
    one.latest = std::max(one.latest.value_or(today + 1), today + 1);
  }
  return made;
}

void add_charges(const Book& book, const std::string& account, const Bill& bill, const std::vector<PaidCell>& cells,
                 DailyCharges& charges) {
  const Organisations& organisations = book.programme().organisations();
  const bool shared =
      organisations.sharing(bill.payer, bill.month) && organisations.belongs(account, bill.payer, bill.month);
  for (const PaidCell& paid : cells) {
    const bool payable = paid.reason != Reason::ineligible && paid.reason != Reason::unlisted &&
                         paid.reason != Reason::discount && paid.reason != Reason::not_for_support;
    if (payable && paid.cell.amount > Money{} && (shared || paid.cell.account == account)) {
      charges[paid.cell.day] += paid.cell.amount;
    }
  }
}

}  // namespace trailkeeper::rules::credits
