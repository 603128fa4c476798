#include "rules/credits/summary.h"

#include <fmt/format.h>

#include <algorithm>

namespace trailkeeper::rules::credits {

namespace {

// Figures of the month in which a credit's ledger begins are of the days before, if they aren't newer than that.
bool is_before_opening(const KnownUse& use, const Credit& credit) {
  if (credit.opened_after(use.month.last_day())) return true;
  return credit.opened_after(use.month.first_day()) && text::day_of(use.as_of) <= credit.opening->from;
}

}  // namespace

std::vector<UseBefore> uses_before_openings(const Book& book) {
  std::map<std::string_view, const Credit*> credits;
  for (const CreditState& state : book.credits()) credits[state.credit.id] = &state.credit;
  std::vector<UseBefore> found;
  for (const KnownUse& use : book.known_uses()) {
    const auto credit = credits.find(use.credit);
    if (credit != credits.end() && is_before_opening(use, *credit->second)) found.push_back({&use, credit->second});
  }
  return found;
}

void Totals::add(const Totals& other) {
  charged += other.charged;
  covered += other.covered;
  shared += other.shared;
  without_bill += other.without_bill;
  lines += other.lines;
}

void Summary::add(const Bill& bill, const std::vector<PaidCell>& cells, const std::vector<CreditState>& credits) {
  if (scope_.month && bill.month != *scope_.month) return;
  for (const PaidCell& paid : cells) {
    const bool mine = scope_.account.empty() || scope_.account == bill.payer || scope_.account == paid.cell.account;
    if (!mine || paid.cell.line_type == "Credit") continue;
    Totals totals;
    totals.charged = paid.cell.amount;
    totals.covered = paid.covered;
    totals.lines = paid.cell.lines;
    for (const Payment& payment : paid.payments) {
      if (credits[payment.credit].credit.account != paid.cell.account) totals.shared += payment.amount;
    }
    places_[{bill.month, paid.cell.service, paid.cell.account}].add(totals);
    days_[paid.cell.day].add(totals);
  }
}

void Summary::add_known(const Book& book) {
  std::vector<std::pair<Place, text::Money>> known;
  for (const UseBefore& before : uses_before_openings(book)) {
    const KnownUse& use = *before.use;
    const std::string& holder = before.credit->account;
    if (scope_.month && use.month != *scope_.month) continue;
    const bool mine = scope_.account.empty() || scope_.account == use.account || scope_.account == holder;
    if (!mine) continue;
    known.emplace_back(Place{use.month, use.service, use.account}, use.amount);
    Totals& totals = places_[known.back().first];
    totals.covered += use.amount;
    if (holder != use.account) totals.shared += use.amount;
  }
  charge_what_was_paid(known);
}

// By month and account: the history may name a service otherwise than a bill does.
void Summary::charge_what_was_paid(const std::vector<std::pair<Place, text::Money>>& known) {
  std::map<std::pair<text::Month, std::string_view>, text::Money> lacking;
  for (const auto& [place, totals] : places_) {
    lacking[{place.month, place.account}] += totals.covered - totals.charged;
  }
  for (const auto& [place, amount] : known) {
    text::Money& left = lacking[{place.month, place.account}];
    const text::Money part = std::clamp(left, text::Money{}, std::max(amount, text::Money{}));
    Totals& totals = places_[place];
    totals.charged += part;
    totals.without_bill += part;
    left -= part;
  }
}

std::optional<text::Day> Summary::last_day() const {
  if (days_.empty()) return std::nullopt;
  return days_.rbegin()->first;
}

std::map<std::string, HolderTotals> holders(const Book& book) {
  std::map<std::string, HolderTotals> all;
  for (const CreditState& state : book.credits()) {
    HolderTotals& totals = all[state.credit.account];
    ++totals.credits;
    totals.amount += state.credit.amount;
    totals.used += state.used;
    totals.available += state.available;
    totals.expired += state.expired;
    totals.revoked += state.revoked;
    if (state.status != CreditStatus::active) continue;
    totals.next_expiry = std::min(totals.next_expiry.value_or(state.credit.expires), state.credit.expires);
  }
  return all;
}

std::string percent_text(text::Money part, text::Money whole) {
  if (whole <= text::Money{} || part <= text::Money{}) return "0.0";
  // A product with 1,000 might need more than 64 bits: divide first where there is enough to divide.
  constexpr std::int64_t kTenths = 1000;
  const std::int64_t unit = whole.units() / kTenths;
  const std::int64_t tenths = unit > kTenths ? part.units() / unit : part.units() * kTenths / whole.units();
  return fmt::format("{}.{}", tenths / 10, tenths % 10);
}

}  // namespace trailkeeper::rules::credits
