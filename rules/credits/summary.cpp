#include "rules/credits/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "rules/credits/billing_answer.h"

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
  unknown += other.unknown;
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
    totals.unknown = paid.unknown;
    totals.lines = paid.cell.lines;
    for (const Payment& payment : paid.payments) {
      if (credits[payment.credit].credit.account != paid.cell.account) totals.shared += payment.amount;
    }
    places_[{bill.month, paid.cell.service, paid.cell.account}].add(totals);
    days_[paid.cell.day].add(totals);
  }
}

bool Summary::bills(const text::Month& month, const std::string& account) const {
  return std::any_of(places_.begin(), places_.end(),
                     [&](const auto& entry) { return entry.first.month == month && entry.first.account == account; });
}

std::map<Summary::Place, Summary::Told> Summary::told(const Book& book) const {
  std::map<Place, Told> all;
  for (const UseBefore& before : uses_before_openings(book)) {
    const KnownUse& use = *before.use;
    const std::string& holder = before.credit->account;
    if (scope_.month && use.month != *scope_.month) continue;
    const bool mine = scope_.account.empty() || scope_.account == use.account || scope_.account == holder ||
                      bills(use.month, use.account);
    if (!mine) continue;
    Told& told = all[{use.month, use.service, use.account}];
    told.amount += use.amount;
    if (holder != use.account) told.shared += use.amount;
    told.step += step_of(use.amount.text());
  }
  return all;
}

void Summary::add_known(const Book& book) {
  const std::map<Place, Told> all = told(book);
  for (const auto& [place, told] : all) {
    Totals& totals = places_[place];
    const bool same = !totals.unknown.is_zero() && !differ(told.amount, totals.unknown, told.step);
    const text::Money amount = same ? totals.unknown : told.amount;
    totals.covered += amount;
    totals.shared += same && told.shared == told.amount ? amount : told.shared;
    totals.unknown -= std::clamp(amount, text::Money{}, totals.unknown);
  }
  settle(all);
}

// By month and account: the history may name a service otherwise than a bill does.
void Summary::settle(const std::map<Place, Told>& told) {
  struct Lacking {
    text::Money amount;
    text::Money step;
  };
  std::map<std::pair<text::Month, std::string_view>, Lacking> lacking;
  for (const auto& [place, of_place] : told) lacking[{place.month, place.account}].step += of_place.step;
  for (auto& [place, totals] : places_) {
    const auto found = lacking.find({place.month, place.account});
    if (found == lacking.end()) continue;
    totals.unknown = {};
    found->second.amount += totals.covered - totals.charged;
  }
  for (const auto& [place, of_place] : told) {
    auto& [left, step] = lacking[{place.month, place.account}];
    Totals& totals = places_[place];
    const text::Money part = std::clamp(left, text::Money{}, std::max(of_place.amount, text::Money{}));
    left -= part;
    if (part < step) {
      totals.covered -= part;
      continue;
    }
    totals.charged += part;
    totals.without_bill += part;
  }
}

Totals Summary::total() const {
  Totals all;
  for (const auto& [place, totals] : places_) all.add(totals);
  return all;
}

text::Money Summary::told_by_month() const {
  text::Money by_day;
  for (const auto& [day, totals] : days_) by_day += totals.unknown;
  return by_day - total().unknown;
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
