#include "rules/credits/organisation.h"

#include <iterator>

namespace trailkeeper::rules::credits {
namespace {

// The last change before the month's end; end() if there is none.
template <typename Map>
typename Map::const_iterator last_in(const Map& changes, text::Month month) {
  const auto next = changes.lower_bound(text::start_of(month.next().first_day()));
  return next == changes.begin() ? changes.end() : std::prev(next);
}

}  // namespace

void Organisations::joined(const std::string& account, const std::string& payer, text::Timestamp time) {
  if (!payer.empty()) members_[payer].insert(account);
  Changes& changes = payers_[account];
  // Told again, it is no change: only a change makes a month one of joining.
  if (changes.empty() || changes.rbegin()->second != payer) changes[time] = payer;
}

void Organisations::shares(const std::string& payer, bool enabled, text::Timestamp time) {
  sharing_[payer][time] = enabled;
}

void Organisations::billed(const std::string& account, const std::string& payer, text::Month month) {
  billed_[account].emplace(payer, month);
}

const std::set<std::string>& Organisations::ever_joined(const std::string& payer) const {
  static const std::set<std::string> kNone;
  const auto found = members_.find(payer);
  return found == members_.end() ? kNone : found->second;
}

bool Organisations::sharing(const std::string& payer, text::Month month) const {
  const auto found = sharing_.find(payer);
  if (found == sharing_.end()) return sharing_default_;
  const auto last = last_in(found->second, month);
  return last == found->second.end() ? sharing_default_ : last->second;
}

bool Organisations::belongs(const std::string& account, const std::string& payer, text::Month month) const {
  if (account == payer) return true;
  if (const auto found = payers_.find(account); found != payers_.end()) {
    const auto last = last_in(found->second, month);
    if (last != found->second.end()) {
      return last->second == payer && last->first < text::start_of(month.first_day());
    }
  }
  const auto bills = billed_.find(account);
  return bills != billed_.end() && bills->second.contains({payer, month});
}

}  // namespace trailkeeper::rules::credits
