// Programme: what speaks against an application (R13-R33, R54, R55), and its award.
#include <algorithm>
#include <array>

#include "rules/credits/programme.h"

namespace trailkeeper::rules::credits {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// R29: the domain's case never matters in mail; that of the local part might.
std::string comparable_email(const std::string& email, Settings::IgnoreCase ignore) {
  const std::size_t at = email.rfind('@');
  if (ignore == Settings::IgnoreCase::none || at == std::string::npos) return email;
  return (ignore == Settings::IgnoreCase::all ? lower(email.substr(0, at)) : email.substr(0, at)) +
         lower(email.substr(at));
}

// R13: self-funded, bootstrapped, pre-seed, seed, angel, and Series A; everything later, and private equity, is past
// it.
bool is_past_series_a(std::string_view stage) {
  std::string plain;
  for (const char c : lower(stage)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
  }
  if (plain.empty()) return false;
  constexpr std::array<std::string_view, 12> kEligible{
      "selffunded", "bootstrapped", "bootstrap", "preseed",          "seed",  "angel",
      "seriesa",    "unfunded",     "none",      "friendsandfamily", "grant", "accelerator"};
  return std::find(kEligible.begin(), kEligible.end(), plain) == kEligible.end();
}

}  // namespace

void Programme::add_eligibility_reasons(const ApplicationState& application, std::set<std::string>& reasons) const {
  const Application& form = application.form;
  const auto found = accounts_.find(application.account);
  const AccountState* account = found == accounts_.end() ? nullptr : &found->second;
  if (is_past_series_a(form.funding_stage)) reasons.insert("10");
  if (form.founded) {
    const Day limit = add_years(*form.founded, settings_.founded_years);
    const Day applied = day_of(application.time);
    if (applied > limit || (applied == limit && !settings_.founded_inclusive)) reasons.insert("6");
  }
  if (!form.shows_itself) reasons.insert("3");
  if (account != nullptr && account->email && !form.email.empty() &&
      comparable_email(form.email, settings_.email_ignores_case) !=
          comparable_email(*account->email, settings_.email_ignores_case)) {
    reasons.insert("2");
  }
  if (account != nullptr && account->status == "Suspended") reasons.insert("other:account-suspended");
  if (account != nullptr && account->status == "Closed") reasons.insert("other:account-closed");
  if (account != nullptr && account->payment_method == false) reasons.insert("other:no-payment-method");
  const std::string country = lower(!form.country.empty() ? form.country : account == nullptr ? "" : account->country);
  if (form.china_partition || country == "cn" || country == "hk" || (country == "tw" && settings_.taiwan_refused)) {
    reasons.insert("other:china-programme");
  }
}

void Programme::add_offer_reasons(const ApplicationState& application, std::set<std::string>& reasons) const {
  const Application& form = application.form;
  if (!form.is_portfolio()) return;
  // Where no offers are known, no Org ID can be told to be wrong.
  if (form.org_id.empty() || (!offers_.empty() && !offers_.contains(form.org_id))) reasons.insert("5");
  const auto by_org = affiliations_.find(application.account + "\n" + form.org_id);
  const auto by_application = application_affiliations_.find(form.id);
  const bool confirmed = (by_org != affiliations_.end() && by_org->second) ||
                         (by_application != application_affiliations_.end() && by_application->second);
  if (!confirmed) reasons.insert("other:affiliation");
}

void Programme::add_history_reasons(const ApplicationState& application, std::set<std::string>& reasons) const {
  const Application& form = application.form;
  const Money before = prior(application);
  if (before >= settings_.lifetime_cap) reasons.insert("1");
  if (form.requested && *form.requested <= before) reasons.insert("8");
  if (!settings_.clip_to_cap && form.requested && *form.requested > settings_.lifetime_cap) reasons.insert("1");
  for (const ApplicationState& other : applications_) {
    if (&other == &application || other.account != application.account || other.time > application.time) continue;
    const bool same_startup = form.startup == other.form.startup;
    if (other.status == ApplicationStatus::approved) {
      if (!form.org_id.empty() && other.form.org_id == form.org_id) reasons.insert("9");
      if (!same_startup && !form.startup.empty() && !other.form.startup.empty()) {
        reasons.insert("other:second-startup");
      }
    }
    if (other.status != ApplicationStatus::failed && same_startup &&
        ((form.founded && other.form.founded && *form.founded != *other.form.founded) ||
         (!form.country.empty() && !other.form.country.empty() && form.country != other.form.country))) {
      reasons.insert("7");
    }
  }
}

// What was awarded before (R30): approved applications, and Activate credits that belong to none.
Money Programme::prior(const ApplicationState& application) const {
  Money sum;
  for (const ApplicationState& other : applications_) {
    if (&other != &application && other.account == application.account && other.status == ApplicationStatus::approved) {
      sum += other.awarded();
    }
  }
  for (const Credit& credit : credits_) {
    const bool counts = credit.kind == CreditKind::single || credit.kind == CreditKind::service;
    if (counts && credit.account == application.account && credit.application.empty()) sum += credit.amount;
  }
  return sum;
}

void Programme::judge(ApplicationState& application) const {
  add_eligibility_reasons(application, application.reasons);
  add_offer_reasons(application, application.reasons);
  add_history_reasons(application, application.reasons);
  if (application.decision) {
    for (const std::string& override : application.decision->overrides) application.reasons.erase(override);
  }
  application.award = {};
  if (!application.reasons.empty() || !application.form.requested) return;
  const Money before = prior(application);
  application.award = std::min(*application.form.requested, settings_.lifetime_cap) - before;
}

}  // namespace trailkeeper::rules::credits
