// Programme: credits as they are issued and changed (R32-R38, R48, R57).
#include <fmt/format.h>

#include <algorithm>

#include "rules/credits/programme.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::credits {
namespace {

bool is_month_end_of(text::Day expires, text::Day wanted) { return expires == text::Month::of(wanted).last_day(); }

}  // namespace

// R35: one year or two; where the event names the day, it may also be the end of that month. Credits of other
// programmes have the term that they name.
std::optional<text::Day> Programme::expiry_of(const Fact& fact, const Issue& issue) {
  if (issue.as_given && issue.expires) return issue.expires;
  const text::Day issued = text::day_of(issue.issued);
  const bool own = issue.support || issue.program == "Activate";
  if (!own && issue.expires) return issue.expires;
  std::optional<int> years = issue.term_years;
  if (!years && issue.term_months) {
    constexpr int kMonthsOfYear = 12;
    if (!own && *issue.term_months > 0) return text::add_months(issued, *issue.term_months);
    years = *issue.term_months % kMonthsOfYear == 0 ? *issue.term_months / kMonthsOfYear : 0;
  }
  constexpr int kMostYears = 2;
  if (years && *years > 0 && (!own || *years <= kMostYears)) {
    return text::add_years(issued, *years, settings_.leap_day_into_march);
  }
  if (own && issue.expires && !years) {
    for (const int term : {1, kMostYears}) {
      const text::Day wanted = text::add_years(issued, term, settings_.leap_day_into_march);
      if (*issue.expires == wanted || is_month_end_of(*issue.expires, wanted)) return issue.expires;
    }
  }
  if (own) {
    find(fact, "R35", Severity::high,
         fmt::format("credit {} has a term that is neither one year nor two: "
                     "it isn't taken",
                     issue.credit));
  } else {
    find(fact, "R19", Severity::medium,
         fmt::format("credit {} names neither a term nor an expiry: it isn't taken", issue.credit));
  }
  return std::nullopt;
}

void Programme::on(const Fact& fact, const Issue& issue) {
  if (const Credit* known = credit(issue.credit)) {
    check_again(fact, issue, *known);
    return;
  }
  const auto expires = expiry_of(fact, issue);
  if (!expires) return;
  check_grant(fact, issue);
  Credit made;
  made.id = issue.credit;
  made.account = fact.account;
  made.application = issue.application;
  made.event = fact.event;
  made.kind = kind_of(fact, issue);
  made.amount = issue.amount;
  made.issued = issue.issued;
  made.expires = *expires;
  made.opening = issue.opening;
  made.shared_with = issue.shared_with;
  made.revoked = issue.disabled;
  made.revoked_by = issue.disabled_by;
  made.services = issue.services;
  std::sort(made.services.begin(), made.services.end());
  made.services.erase(std::unique(made.services.begin(), made.services.end()), made.services.end());
  if (made.kind == CreditKind::single || made.kind == CreditKind::service) check_total(fact, issue);
  credit_by_id_.emplace(made.id, credits_.size());
  credits_.push_back(std::move(made));
}

// R32: of the startup whose application the credit is for, or whose account it went to, else of the account.
void Programme::check_total(const Fact& fact, const Issue& issue) {
  const ApplicationState* found = issue.application.empty() ? nullptr : application(issue.application, fact.account);
  const std::string& named = found == nullptr ? std::string{} : found->form.startup;
  standing_.add(Sum::issued, named, fact.account, issue.amount);
  const std::string& startup = named.empty() ? standing_.startup_of(fact.account) : named;
  const text::Money total = standing_.total(Sum::issued, startup, fact.account);
  if (total > settings_.lifetime_cap) {
    find(fact, "R32", Severity::high,
         fmt::format("credit {} takes the {}'s total to {}, above {}", issue.credit,
                     startup.empty() ? "account" : "startup", total.text(), settings_.lifetime_cap.text()));
  }
  if (found == nullptr) standing_.add(Sum::awarded, "", fact.account, issue.amount);
}

void Programme::check_grant(const Fact& fact, const Issue& issue) {
  if (issue.support || issue.program != "Activate" || issue.application.empty()) return;
  ApplicationState* found = application(issue.application, fact.account);
  if (found == nullptr || found->status != ApplicationStatus::approved) {
    find(fact, "R57", Severity::high,
         fmt::format("credit {} was issued for application {}, which isn't approved", issue.credit, issue.application));
    if (found == nullptr) return;
  }
  ++found->grants;
  found->granted = text::saturated_sum(found->granted, issue.amount);
  count(*found);
  if (found->grants > 1) {
    find(fact, "R34", Severity::high,
         fmt::format("application {} has {} grants; an award is one", issue.application, found->grants));
  } else if (found->status == ApplicationStatus::approved && issue.amount != found->awarded()) {
    find(fact, "R34", Severity::high,
         fmt::format("credit {} is {}, and application {} was awarded {}", issue.credit, issue.amount.text(),
                     issue.application, found->awarded().text()));
  }
}

// The same credit again: nothing, or a change that no rule allows.
void Programme::check_again(const Fact& fact, const Issue& issue, const Credit& credit) {
  if (fact.account != credit.account) {
    find(fact, "R48", Severity::high, fmt::format("credit {} was issued to a second account", issue.credit));
  } else if (issue.amount > credit.amount) {
    find(fact, "R38", Severity::high, fmt::format("credit {} was issued again with a larger amount", issue.credit));
  } else if (issue.expires && *issue.expires > credit.expires) {
    find(fact, "R36", Severity::high, fmt::format("credit {} was issued again with a later expiry", issue.credit));
  } else if (issue.amount != credit.amount || text::day_of(issue.issued) != text::day_of(credit.issued)) {
    find(fact, "R37", Severity::high, fmt::format("credit {} was issued a second time", issue.credit));
  }
}

void Programme::on(const Fact& fact, const CreditChange& change) {
  Credit* found = credit(change.credit);
  if (found == nullptr) {
    find(fact, "R48", Severity::medium, "a change names a credit that no event issued: " + change.credit);
    return;
  }
  if (change.change == "Transferred" || change.change == "Revoked") {
    if (change.change == "Transferred") {
      find(fact, "R48", Severity::high,
           fmt::format("credit {} was transferred{}: it is revoked", change.credit,
                       change.to_account.empty() ? "" : " to " + change.to_account));
    }
    if (!found->revoked || fact.time < *found->revoked) {
      found->revoked = fact.time;
      found->revoked_by = fact.event;
    }
    return;
  }
  const std::string_view rule = change.change == "Extended"   ? "R36"
                                : change.change == "Reissued" ? "R37"
                                : change.change == "Split"    ? "R34"
                                                              : "R38";
  find(fact, rule, Severity::high,
       fmt::format("credit {}: change {} isn't allowed; it changes nothing", change.credit,
                   rule == "R38" && change.change != "Increased" ? "of an unknown kind" : change.change));
}

// What should have happened by now.
void Programme::check_open(text::Timestamp now) {
  for (const ApplicationState& application : applications_) {
    const Fact fact{application.time, application.event, application.account, Cancellation{}};
    const text::Day due = text::business_day_after(text::day_of(application.time), settings_.late_after_business_days,
                                                   settings_.holidays);
    if (application.status == ApplicationStatus::pending && text::day_of(now) > due) {
      find(fact, "R52", Severity::low,
           fmt::format("application {} is undecided after {}", application.form.id, text::day_text(due)));
    }
    if (application.status == ApplicationStatus::approved && application.grants == 0 &&
        now - *application.decided > settings_.grant_within_hours * text::kHour) {
      find(fact, "R57", Severity::medium,
           fmt::format("application {} was approved, and no credit was issued "
                       "within {} hours",
                       application.form.id, settings_.grant_within_hours));
    }
  }
}

}  // namespace trailkeeper::rules::credits
