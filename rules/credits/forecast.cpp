#include "rules/credits/forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace trailkeeper::rules::credits {
namespace {

constexpr int kTrendMonths = 3;
// Fewer days without charges at a month's beginning aren't worth a word.
constexpr text::Day kFreeDays = 3;
// Nobody plans further.
constexpr text::Day kHorizon = 365 * 10;
// Reports come some days late.
constexpr text::Day kStaleDays = 7;
// Above this many dollars a day, rates don't grow any more.
constexpr std::int64_t kMostDaily = 100'000;

// What a month, or its part up to `until`, was charged.
struct MonthCharges {
  text::Money sum;
  text::Day days = 0;
  text::Day free_days = 0;  // Before the first charge.
};

MonthCharges charges_of(text::Month month, text::Day until, const DailyCharges& charges) {
  MonthCharges found;
  const text::Day last = std::min(month.last_day(), until);
  found.days = last - month.first_day() + 1;
  found.free_days = found.days;
  for (auto at = charges.lower_bound(month.first_day()); at != charges.end() && at->first <= last; ++at) {
    if (found.sum.is_zero()) found.free_days = at->first - month.first_day();
    found.sum += at->second;
  }
  return found;
}

text::Money per_day(text::Money sum, text::Day days) {
  return text::Money::of_units(sum.units() / std::max<text::Day>(days, 1));
}

// Rates of months, and how they go on.
struct Rates {
  text::Money low;
  text::Money high;
  text::Money low_step;   // From one month to the next.
  text::Money high_step;  // The same.
  text::Money trend;
  text::Money floor;  // Falling rates stay above.
  std::string note;
};

text::Month previous(text::Month month) { return text::Month::of(month.first_day() - 1); }

// The rates that are known, from the oldest month to the newest.
std::vector<text::Money> known_rates(const DailyCharges& charges, text::Day today, std::string& note) {
  std::vector<text::Money> seen;
  const text::Month now = text::Month::of(today);
  text::Month month = now;
  for (int i = 0; i < kTrendMonths; ++i) {
    month = previous(month);
    if (month < text::Month::of(charges.begin()->first)) break;
    const MonthCharges full = charges_of(month, today, charges);
    seen.insert(seen.begin(), per_day(full.sum, full.days));
  }
  const MonthCharges current = charges_of(now, today, charges);
  if (current.sum.is_zero()) return seen;
  const text::Money since = per_day(current.sum, current.days - current.free_days);
  if (current.free_days >= kFreeDays) {
    note = fmt::format(
        "the month's first {} days cost nothing (free tier?): its average so far, {} a day, "
        "misleads; since then it is {}",
        current.free_days, per_day(current.sum, current.days).text(), since.text());
  }
  // A few days may hold a monthly fee: they say something about the most, not about the least.
  if (seen.empty() || since > *std::max_element(seen.begin(), seen.end()) || current.days > kTrendMonths * 7) {
    seen.push_back(since);
  }
  return seen;
}

// By so much rates grow a month, if they grow, or shrink, from each month to the next.
text::Money trend_of(const std::vector<text::Money>& seen) {
  constexpr std::size_t kEnough = 3;
  if (seen.size() < kEnough) return {};
  bool up = true;
  bool down = true;
  for (std::size_t i = 1; i < seen.size(); ++i) {
    up = up && seen[i] > seen[i - 1];
    down = down && seen[i] < seen[i - 1];
  }
  if (!up && !down) return {};
  return text::Money::of_units((seen.back() - seen.front()).units() / static_cast<std::int64_t>(seen.size() - 1));
}

Rates rates_of(const DailyCharges& charges, text::Day today) {
  Rates rates;
  if (charges.empty()) return rates;
  const std::vector<text::Money> seen = known_rates(charges, today, rates.note);
  if (seen.empty()) return rates;
  rates.low = *std::min_element(seen.begin(), seen.end());
  rates.high = *std::max_element(seen.begin(), seen.end());
  rates.trend = trend_of(seen);
  if (rates.trend.is_zero()) return rates;
  rates.low = seen.back();
  rates.high = seen.back();
  rates.floor = text::Money::of_units(seen.back().units() / 2);
  (rates.trend.is_negative() ? rates.low_step : rates.high_step) = rates.trend;
  return rates;
}

// Charges go on from a day at a rate that changes with each month.
class Going {
 public:
  Going(text::Day from, text::Money rate, text::Money step, text::Money floor)
      : day_(from), month_(text::Month::of(from)), rate_(rate), step_(step), floor_(floor) {}

  // The first day on which nothing is left of so much; nothing beyond the credit's last day, or the horizon.
  std::optional<text::Day> use_up(text::Money available, text::Day last) {
    const text::Day until = std::min(last, day_ + kHorizon);
    text::Money left = available;
    while (left > text::Money{}) {
      if (day_ > until) return std::nullopt;
      left -= rate_;
      next_day();
    }
    return day_;
  }

 private:
  void next_day() {
    ++day_;
    const text::Month month = text::Month::of(day_);
    if (month == month_) return;
    month_ = month;
    if (rate_ > text::Money::of_dollars(kMostDaily)) return;
    const text::Money next = rate_ + step_;
    rate_ = step_.is_negative() ? std::max(next, std::min(rate_, floor_)) : next;
  }

  text::Day day_;
  text::Month month_;
  text::Money rate_;
  text::Money step_;
  text::Money floor_;
};

Forecast forecast_one(const CreditState& state, const Rates& rates, Going& high, Going& low) {
  Forecast made;
  made.credit = state.credit.id;
  made.available = state.available;
  made.daily_low = rates.low;
  made.daily_high = rates.high;
  made.trend = rates.trend;
  made.expires = state.credit.expires;
  made.note = rates.note;
  const text::Day over = state.credit.expires + 1;
  if (rates.high.is_zero()) {
    made.earliest = over;
    made.latest = over;
    made.cause = "none";
    return made;
  }
  made.earliest = std::min(high.use_up(state.available, state.credit.expires).value_or(over), over);
  made.latest = std::min(low.use_up(state.available, state.credit.expires).value_or(over), over);
  if (*made.latest < over) {
    made.cause = "used";
  } else {
    made.cause = *made.earliest < over ? "used-or-expires" : "expires";
  }
  return made;
}

// Where charges are known to, if that is so long ago that they will have gone on.
std::optional<text::Day> stale_since(const DailyCharges& charges, text::Day today) {
  if (charges.empty() || today - charges.rbegin()->first <= kStaleDays) return std::nullopt;
  return charges.rbegin()->first;
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
  const text::Day today = text::day_of(book.at());
  const auto stale = stale_since(charges, today);
  const text::Day known = stale.value_or(today);
  Rates rates = rates_of(charges, known);
  if (stale) {
    rates.note = fmt::format("no charges are known after {}, {} days before: they are taken to have gone on{}{}",
                             text::day_text(*stale), today - *stale, rates.note.empty() ? "" : "; ", rates.note);
  }
  Going high{known + 1, rates.high, rates.high_step, rates.floor};
  Going low{known + 1, rates.low, rates.low_step, rates.floor};
  std::vector<Forecast> made;
  for (const CreditState* state : active) {
    made.push_back(forecast_one(*state, rates, high, low));
    Forecast& one = made.back();
    one.earliest = std::max(one.earliest.value_or(today + 1), today + 1);
    one.latest = std::max(one.latest.value_or(today + 1), today + 1);
    if (!charges.empty()) one.last_charge = charges.rbegin()->first;
  }
  return made;
}

std::string forecast_text(const Forecast& forecast) {
  const auto day = [](const std::optional<text::Day>& found) { return text::day_text(found.value_or(0)); };
  if (forecast.cause == "used") {
    if (forecast.earliest == forecast.latest) return "runs out on " + day(forecast.earliest);
    return "runs out between " + day(forecast.earliest) + " and " + day(forecast.latest);
  }
  const std::string expiry = "expires on " + text::day_text(forecast.expires);
  if (forecast.cause == "used-or-expires") return "runs out from " + day(forecast.earliest) + " on, or " + expiry;
  if (forecast.cause != "none") return expiry + " with something left";
  return expiry + (forecast.last_charge ? ", as nothing is charged" : "; no charge is known");
}

void add_charges(const Book& book, const std::string& account, const Bill& bill, const std::vector<PaidCell>& cells,
                 DailyCharges& charges) {
  const Organisations& organisations = book.programme().organisations();
  const bool shared =
      organisations.sharing(bill.payer, bill.month) && organisations.belongs(account, bill.payer, bill.month);
  for (const PaidCell& paid : cells) {
    const bool payable = paid.reason != PaymentReason::ineligible && paid.reason != PaymentReason::unlisted &&
                         paid.reason != PaymentReason::discount && paid.reason != PaymentReason::not_for_support;
    if (payable && paid.cell.amount > text::Money{} && (shared || paid.cell.account == account)) {
      charges[paid.cell.day] += paid.cell.amount;
    }
  }
}

}  // namespace trailkeeper::rules::credits
