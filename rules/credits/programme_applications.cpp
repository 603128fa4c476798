// Programme: what speaks against an application (R13-R33, R54, R55), and its award.
#include <algorithm>
#include <array>

#include "rules/credits/country.h"
#include "rules/credits/programme.h"
#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

// R29: the domain's case never matters in mail; that of the local part might.
std::string comparable_email(const std::string& email, Settings::IgnoreCase ignore) {
  const std::size_t at = email.rfind('@');
  if (ignore == Settings::IgnoreCase::none || at == std::string::npos) return email;
  return (ignore == Settings::IgnoreCase::all ? text::lowered(email.substr(0, at)) : email.substr(0, at)) +
         text::lowered(email.substr(at));
}

// R13: self-funded, bootstrapped, pre-seed, seed, angel, and Series A; everything later, and private equity, is past
// it.
bool is_past_series_a(std::string_view stage) {
  std::string plain;
  for (const char c : text::lowered(stage)) {
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
    const text::Day limit = text::add_years(*form.founded, settings_.founded_years);
    const text::Day applied = text::day_of(application.time);
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
  const std::string country = country_code(!form.country.empty() ? form.country
                                           : account == nullptr  ? ""
                                                                 : account->country);
  if (form.china_partition || country == "CN" || country == "HK" || (country == "TW" && settings_.taiwan_refused)) {
    reasons.insert("other:china-programme");
  }
}

void Programme::add_offer_reasons(const ApplicationState& application, std::set<std::string>& reasons) const {
  const Application& form = application.form;
  if (!form.is_portfolio()) return;
  // Where no offers are known, no Org ID can be told to be wrong.
  if (form.org_id.empty() || (!offers_.empty() && !offers_.contains(form.org_id))) reasons.insert("5");
  // Where nobody has said anything, it isn't denied.
  if (affiliation(application) == false) reasons.insert(std::string{kAffiliation});
}

void Programme::add_history_reasons(const ApplicationState& application, std::set<std::string>& reasons) const {
  const Application& form = application.form;
  const text::Money before = standing_.total(Sum::awarded, form.startup, application.account);
  if (before >= settings_.lifetime_cap) reasons.insert("1");
  if (form.requested && *form.requested <= before) reasons.insert("8");
  if (!settings_.clip_to_cap && form.requested && *form.requested > settings_.lifetime_cap) reasons.insert("1");
  if (!form.org_id.empty() && standing_.had_offer(form.startup, application.account, form.org_id)) reasons.insert("9");
  if (application.contradicts) reasons.insert("7");
  const auto approved = approved_.find(application.account);
  const bool another =
      approved != approved_.end() && (approved->second.several || approved->second.first != form.startup);
  if (!form.startup.empty() && another) reasons.insert("other:second-startup");
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
  const text::Money before = standing_.total(Sum::awarded, application.form.startup, application.account);
  application.award = std::min(*application.form.requested, settings_.lifetime_cap) - before;
}

}  // namespace trailkeeper::rules::credits
