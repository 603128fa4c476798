#include "rules/credits/standing.h"

namespace trailkeeper::rules::credits {

void Standing::applies(const std::string& startup, const std::string& account) {
  if (startup.empty() || !first_startups_.emplace(account, startup).second) return;
  const auto waiting = nameless_.extract(account);
  if (waiting.empty()) return;
  Had& had = startups_[startup];
  for (std::size_t i = 0; i < had.totals.size(); ++i) {
    had.totals[i] = text::saturated_sum(had.totals[i], waiting.mapped().totals[i]);
  }
  had.offers.merge(waiting.mapped().offers);
}

Standing::Had& Standing::beside(const std::string& startup, const std::string& account) {
  const std::string& of = startup.empty() ? startup_of(account) : startup;
  return of.empty() ? nameless_[account] : startups_[of];
}

void Standing::add(Sum sum, const std::string& startup, const std::string& account, text::Money amount) {
  if (amount.is_zero()) return;
  for (Had* had : {&accounts_[account], &beside(startup, account)}) {
    text::Money& total = had->totals[static_cast<std::size_t>(sum)];
    total = text::saturated_sum(total, amount);
  }
}

void Standing::takes_offer(const std::string& startup, const std::string& account, const std::string& org_id) {
  for (Had* had : {&accounts_[account], &beside(startup, account)}) had->offers.insert(org_id);
}

const Standing::Had* Standing::find(const std::string& startup, const std::string& account) const {
  const ByName& all = startup.empty() ? accounts_ : startups_;
  const auto found = all.find(startup.empty() ? account : startup);
  return found == all.end() ? nullptr : &found->second;
}

text::Money Standing::total(Sum sum, const std::string& startup, const std::string& account) const {
  const Had* had = find(startup, account);
  return had == nullptr ? text::Money{} : had->totals[static_cast<std::size_t>(sum)];
}

bool Standing::had_offer(const std::string& startup, const std::string& account, const std::string& org_id) const {
  const Had* had = find(startup, account);
  return had != nullptr && had->offers.contains(org_id);
}

const std::string& Standing::startup_of(const std::string& account) const {
  static const std::string kNone;
  const auto found = first_startups_.find(account);
  return found == first_startups_.end() ? kNone : found->second;
}

}  // namespace trailkeeper::rules::credits
