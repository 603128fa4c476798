#include "rules/credits/programme.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "rules/credits/country.h"
#include "text/enum_rows.h"

namespace trailkeeper::rules::credits {
namespace {

// From then on, one credit pays for services or support (R44).
constexpr text::Timestamp kSingleCreditSince = 1'681'171'200'000;  // 2023-04-11

std::string key_of(std::string_view of, std::string_view id) { return std::string{of}.append("\n").append(id); }

std::string joined(const std::set<std::string>& words) {
  std::string out;
  for (const std::string& word : in_order(words)) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "none" : out;
}

}  // namespace

std::string_view status_text(ApplicationStatus status) {
  constexpr std::array<std::string_view, 6> kTexts{"pending", "approved", "denied", "cancelled", "rejected", "failed"};
  static_assert(text::are_names_of(kTexts, ApplicationStatus::failed));
  return kTexts[static_cast<std::size_t>(status)];
}

std::vector<std::string> in_order(const std::set<std::string>& reasons) {
  std::vector<std::string> sorted{reasons.begin(), reasons.end()};
  // Numbers have at most two digits, so that the shorter is the smaller.
  const auto is_number = [](const std::string& reason) { return reason.front() >= '0' && reason.front() <= '9'; };
  std::erase(sorted, "");
  std::sort(sorted.begin(), sorted.end(), [&](const std::string& a, const std::string& b) {
    if (is_number(a) != is_number(b)) return is_number(a);
    if (is_number(a) && a.size() != b.size()) return a.size() < b.size();
    return a < b;
  });
  return sorted;
}

text::Money ApplicationState::awarded() const {
  if (decision && decision->amount) return *decision->amount;
  return award.is_zero() ? granted : award;
}

void Programme::take(const Fact& fact) {
  std::visit([&](const auto& value) { on(fact, value); }, fact.value);
}

void Programme::find(const Fact& fact, std::string_view rule, Severity severity, std::string sentence) {
  findings_.push_back({fact.time, rule, severity, fact.account, fact.event, std::move(sentence)});
}

ApplicationState* Programme::application(std::string_view id, const std::string& account) {
  // The newest of that name; an ID that the form itself gave is only good for its account.
  const bool any = account.empty();
  const auto& index = any ? by_id_ : by_account_and_id_;
  const auto found = index.find(any ? std::string{id} : key_of(account, id));
  return found == index.end() ? nullptr : &applications_[found->second];
}

Credit* Programme::credit(std::string_view id) {
  const auto found = credit_by_id_.find(std::string{id});
  return found == credit_by_id_.end() ? nullptr : &credits_[found->second];
}

void Programme::on(const Fact& fact, const Application& form) {
  const auto failed = failed_.find(fact.account);
  if (failed != failed_.end() && fact.time - failed->second < settings_.retry_after_hours * text::kHour) {
    find(fact, "R58", Severity::low,
         fmt::format("a form was sent again less than {} hours after a technical error", settings_.retry_after_hours));
  }
  const std::size_t index = applications_.size();
  ApplicationState& state = applications_.emplace_back();
  state.form = form;
  state.time = fact.time;
  state.event = fact.event;
  state.account = fact.account;
  if (!form.error_code.empty()) {
    failed_[fact.account] = fact.time;
    state.status = ApplicationStatus::failed;
    return;
  }
  failed_.erase(fact.account);
  by_id_[form.id] = index;
  by_account_and_id_[key_of(fact.account, form.id)] = index;
  standing_.applies(form.startup, fact.account);
  state.contradicts = contradicts_earlier(form, fact.account);
  const auto account = accounts_.find(fact.account);
  if (account != accounts_.end() && account->second.status && *account->second.status != "Active") {
    state.status = ApplicationStatus::rejected;
    judge(state);
    find(fact, "R16", Severity::medium, "a form was sent from an account that isn't active");
    return;
  }
  settle_concurrent(index);
}

// R54, reason 7.
bool Programme::contradicts_earlier(const Application& form, const std::string& account) {
  Said& said = said_[form.startup.empty() ? key_of("account", account) : key_of("startup", form.startup)];
  bool contradicts = false;
  if (form.founded) {
    const bool differs = said.founded && *said.founded != *form.founded;
    contradicts = differs || said.several_founded;
    said.several_founded = said.several_founded || differs;
    if (!said.founded) said.founded = form.founded;
  }
  if (!form.country.empty()) {
    const std::string country = country_code(form.country);
    const bool differs = !said.country.empty() && said.country != country;
    contradicts = contradicts || differs || said.several_countries;
    said.several_countries = said.several_countries || differs;
    if (said.country.empty()) said.country = country;
  }
  return contradicts;
}

// R22, R23: of applications that are open at once, the largest stays. So never more than one is open.
void Programme::settle_concurrent(std::size_t index) {
  ApplicationState& application = applications_[index];
  const auto [open, is_first] = pending_.emplace(application.account, index);
  if (is_first) return;
  ApplicationState& other = applications_[open->second];
  const text::Money mine = application.form.requested.value_or(text::Money{});
  const text::Money theirs = other.form.requested.value_or(text::Money{});
  const bool other_goes = mine != theirs ? mine > theirs : !settings_.tie_rejects_later;
  ApplicationState& loser = other_goes ? other : application;
  if (other_goes) open->second = index;
  loser.status = ApplicationStatus::rejected;
  loser.reasons.insert("4");
  judge(loser);
}

void Programme::on(const Fact& fact, const Decision& decision) {
  ApplicationState* found = application(decision.application, fact.account);
  if (found == nullptr) {
    find(fact, "R57", Severity::medium, "a decision names an application that no event shows: " + decision.application);
    return;
  }
  if (found->decision) {
    find(fact, "R65", Severity::medium, "application " + decision.application + " was decided a second time");
    return;
  }
  if (found->status == ApplicationStatus::cancelled) {
    find(fact, "R28", Severity::medium, "application " + decision.application + " was decided after it was cancelled");
  }
  found->decision = decision;
  found->decided = fact.time;
  judge(*found);
  if (found->status != ApplicationStatus::cancelled) compare_decision(fact, *found);
  if (found->status != ApplicationStatus::cancelled) {
    close(*found, decision.approved ? ApplicationStatus::approved : ApplicationStatus::denied);
  }
  const text::Day due =
      text::business_day_after(text::day_of(found->time), settings_.late_after_business_days, settings_.holidays);
  if (text::day_of(fact.time) > due) {
    find(fact, "R52", Severity::low,
         fmt::format("application {} was decided after {}, its {}th business day", decision.application,
                     text::day_text(due), settings_.late_after_business_days));
  }
}

void Programme::compare_decision(const Fact& fact, const ApplicationState& application) {
  const Decision& decision = *application.decision;
  const bool ours = application.reasons.empty();
  std::set<std::string> theirs{decision.reasons.begin(), decision.reasons.end()};
  if (application.form.is_portfolio() && !affiliation(application)) {
    // The provider may have denied it (R55): that can't be known to be wrong.
    const bool named = theirs.erase(std::string{kAffiliation}) > 0;
    if (!decision.approved && ours && theirs.empty()) return;
    if (named && theirs == application.reasons) return;
  }
  if (decision.approved != ours) {
    find(fact, "R54", Severity::high,
         fmt::format("application {} was {}, and by the rules it is {}; "
                     "reasons against it: {}",
                     application.form.id, decision.approved ? "approved" : "denied",
                     ours ? "to be approved" : "to be denied", joined(application.reasons)));
    return;
  }
  if (decision.approved && decision.amount && application.form.requested && *decision.amount != application.award) {
    find(fact, "R30", Severity::high,
         fmt::format("application {} was awarded {}, and by the rules {}", application.form.id, decision.amount->text(),
                     application.award.text()));
  }
  if (!decision.approved && !theirs.empty() && theirs != application.reasons) {
    find(fact, "R54", Severity::medium,
         fmt::format("application {} was denied for {}, and by the rules for {}", application.form.id, joined(theirs),
                     joined(application.reasons)));
  }
}

void Programme::on(const Fact& fact, const Cancellation& cancellation) {
  ApplicationState* found = application(cancellation.application, fact.account);
  if (found == nullptr || found->status != ApplicationStatus::pending) {
    find(fact, "R28", Severity::low, "a cancellation names no pending application: " + cancellation.application);
    return;
  }
  close(*found, ApplicationStatus::cancelled);
}

void Programme::close(ApplicationState& application, ApplicationStatus status) {
  if (application.status == ApplicationStatus::pending) pending_.erase(application.account);
  application.status = status;
  count(application);
  if (status != ApplicationStatus::approved) return;
  const Application& form = application.form;
  if (!form.org_id.empty()) standing_.takes_offer(form.startup, application.account, form.org_id);
  if (form.startup.empty()) return;
  Startups& startups = approved_[application.account];
  if (startups.first.empty()) startups.first = form.startup;
  startups.several = startups.several || startups.first != form.startup;
}

// What an application is to those that follow: its award if it was approved, else what was issued for it all the same.
void Programme::count(ApplicationState& application) {
  const text::Money now =
      application.status == ApplicationStatus::approved ? application.awarded() : application.granted;
  standing_.add(Sum::awarded, application.form.startup, application.account, now - application.counted);
  application.counted = now;
}

void Programme::on(const Fact& fact, const Membership& membership) {
  AccountState& account = accounts_[fact.account];
  if (membership.status == "Member" && !account.membership) welcomes_.emplace_back(fact.time, fact.account);
  account.membership = membership.status;
  if (!membership.email.empty() && !account.email) account.email = membership.email;
}

void Programme::on(const Fact& /*fact*/, const Offer& offer) { offers_[offer.org_id] = offer; }

void Programme::on(const Fact& fact, const Affiliation& affiliation) {
  if (!affiliation.application.empty()) application_affiliations_[affiliation.application] = affiliation.confirmed;
  if (!affiliation.org_id.empty()) affiliations_[key_of(fact.account, affiliation.org_id)] = affiliation.confirmed;
}

std::optional<bool> Programme::affiliation(const ApplicationState& application) const {
  const auto said = application_affiliations_.find(application.form.id);
  if (said != application_affiliations_.end()) return said->second;
  const auto by_org = affiliations_.find(key_of(application.account, application.form.org_id));
  return by_org == affiliations_.end() ? std::nullopt : std::optional{by_org->second};
}

void Programme::on(const Fact& fact, const Sharing& sharing) {
  organisations_.shares(sharing.payer, sharing.enabled, fact.time);
}

void Programme::on(const Fact& fact, const AccountStatus& status) {
  AccountState& account = accounts_[fact.account];
  if (status.status) account.status = status.status;
  if (status.email) account.email = status.email;
  if (status.payment_method) account.payment_method = status.payment_method;
  if (status.support_plan) account.support_plan = status.support_plan;
  if (status.country) account.country = *status.country;
  if (status.payer) organisations_.joined(fact.account, *status.payer, fact.time);
}

void Programme::on(const Fact& fact, const Balances& /*balances*/) { shown_.push_back(fact); }

void Programme::finish(text::Timestamp now) {
  for (ApplicationState& application : applications_) {
    if (application.status == ApplicationStatus::pending) judge(application);
  }
  check_open(now);
}

CreditKind Programme::kind_of(const Fact& fact, const Issue& issue) {
  if (issue.support) return CreditKind::support;
  if (issue.program != "Activate") return CreditKind::other;
  const ApplicationState* found = issue.application.empty() ? nullptr : application(issue.application, fact.account);
  const text::Timestamp approved = found != nullptr && found->decided ? *found->decided : issue.issued;
  return approved < kSingleCreditSince ? CreditKind::service : CreditKind::single;
}

}  // namespace trailkeeper::rules::credits
