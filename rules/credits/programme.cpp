#include "rules/credits/programme.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace trailkeeper::rules::credits {
namespace {

// From then on, one credit pays for services or support (R44).
constexpr event::Timestamp kSingleCreditSince = 1'681'171'200'000;  // 2023-04-11

std::string joined(const std::set<std::string>& words) {
  std::string out;
  for (const std::string& word : in_order(words)) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "none" : out;
}

}  // namespace

std::string_view severity_text(Severity severity) {
  constexpr std::array<std::string_view, 3> kTexts{"low", "medium", "high"};
  return kTexts[static_cast<std::size_t>(severity)];
}

std::string_view status_text(ApplicationStatus status) {
  constexpr std::array<std::string_view, 6> kTexts{"pending", "approved", "denied", "cancelled", "rejected", "failed"};
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

Money ApplicationState::awarded() const {
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
  for (auto at = applications_.rbegin(); at != applications_.rend(); ++at) {
    if (at->form.id == id && (at->account == account || account.empty())) return &*at;
  }
  return nullptr;
}

Credit* Programme::credit(std::string_view id) {
  const auto found = std::find_if(credits_.begin(), credits_.end(), [id](const Credit& c) { return c.id == id; });
  return found == credits_.end() ? nullptr : &*found;
}

void Programme::on(const Fact& fact, const Application& form) {
  const auto failed = failed_.find(fact.account);
  if (failed != failed_.end() && fact.time - failed->second < settings_.retry_after_hours * event::kHour) {
    find(fact, "R58", Severity::low,
         fmt::format("a form was sent again less than {} hours after a technical error", settings_.retry_after_hours));
  }
  ApplicationState application;
  application.form = form;
  application.time = fact.time;
  application.event = fact.event;
  application.account = fact.account;
  if (!form.error_code.empty()) {
    failed_[fact.account] = fact.time;
    application.status = ApplicationStatus::failed;
    applications_.push_back(std::move(application));
    return;
  }
  failed_.erase(fact.account);
  applications_.push_back(std::move(application));
  ApplicationState& state = applications_.back();
  const auto account = accounts_.find(fact.account);
  if (account != accounts_.end() && account->second.status && *account->second.status != "Active") {
    state.status = ApplicationStatus::rejected;
    judge(state);
    find(fact, "R16", Severity::medium, "a form was sent from an account that isn't active");
    return;
  }
  settle_concurrent(state);
}

// R22, R23: of applications that are open at once, the largest stays.
void Programme::settle_concurrent(ApplicationState& application) {
  for (ApplicationState& other : applications_) {
    if (&other == &application || other.account != application.account || other.status != ApplicationStatus::pending) {
      continue;
    }
    const Money mine = application.form.requested.value_or(Money{});
    const Money theirs = other.form.requested.value_or(Money{});
    const bool other_goes = mine != theirs ? mine > theirs : !settings_.tie_rejects_later;
    ApplicationState& loser = other_goes ? other : application;
    loser.status = ApplicationStatus::rejected;
    loser.reasons.insert("4");
    judge(loser);
    if (!other_goes) return;
  }
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
    found->status = decision.approved ? ApplicationStatus::approved : ApplicationStatus::denied;
  }
  const Day due = business_day_after(day_of(found->time), settings_.late_after_business_days, settings_.holidays);
  if (day_of(fact.time) > due) {
    find(fact, "R52", Severity::low,
         fmt::format("application {} was decided after {}, its {}th business day", decision.application, day_text(due),
                     settings_.late_after_business_days));
  }
}

void Programme::compare_decision(const Fact& fact, const ApplicationState& application) {
  const Decision& decision = *application.decision;
  const bool ours = application.reasons.empty();
  if (decision.approved != ours) {
    find(fact, "R54", Severity::high,
         fmt::format("application {} was {}, and by the rules it is {}; reasons against it: {}", application.form.id,
                     decision.approved ? "approved" : "denied", ours ? "to be approved" : "to be denied",
                     joined(application.reasons)));
    return;
  }
  if (decision.approved && decision.amount && application.form.requested && *decision.amount != application.award) {
    find(fact, "R30", Severity::high,
         fmt::format("application {} was awarded {}, and by the rules {}", application.form.id, decision.amount->text(),
                     application.award.text()));
  }
  const std::set<std::string> theirs{decision.reasons.begin(), decision.reasons.end()};
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
  found->status = ApplicationStatus::cancelled;
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
  if (!affiliation.org_id.empty()) affiliations_[fact.account + "\n" + affiliation.org_id] = affiliation.confirmed;
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

void Programme::finish(event::Timestamp now) {
  for (ApplicationState& application : applications_) {
    if (application.status == ApplicationStatus::pending) judge(application);
  }
  check_open(now);
}

CreditKind Programme::kind_of(const Issue& issue) const {
  if (issue.support) return CreditKind::support;
  if (issue.program != "Activate") return CreditKind::other;
  event::Timestamp approved = issue.issued;
  for (const ApplicationState& application : applications_) {
    if (!issue.application.empty() && application.form.id == issue.application && application.decided) {
      approved = *application.decided;
    }
  }
  return approved < kSingleCreditSince ? CreditKind::service : CreditKind::single;
}

}  // namespace trailkeeper::rules::credits
