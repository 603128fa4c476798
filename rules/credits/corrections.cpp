#include "rules/credits/corrections.h"

#include <fmt/format.h>

#include <algorithm>

namespace trailkeeper::rules::credits {
namespace {

std::string whose(const std::set<std::string>& accounts) {
  std::string text;
  for (const std::string& account : accounts) text += (text.empty() ? "" : ", ") + account;
  return text;
}

std::string way_back(const std::string& withdrawal, const std::string& account) {
  return fmt::format("to take that back: trailkeeper credits correct {} --account {} --withdraw", withdrawal, account);
}

}  // namespace

Corrections::Corrections(const std::vector<Fact>& facts) {
  find_withdrawn(facts);
  follow_credits(facts);
}

void Corrections::find_withdrawn(const std::vector<Fact>& facts) {
  for (const Fact& fact : facts) {
    const auto* correction = std::get_if<Correction>(&fact.value);
    if (correction != nullptr && !correction->event.empty()) own_[correction->event];
  }
  if (own_.empty()) return;
  for (const Fact& fact : facts) {
    const auto named = own_.find(fact.event);
    if (fact.own && named != own_.end()) named->second.insert(fact.account);
  }
  std::map<Named, std::set<Named>> targets;  // By withdrawal.
  for (const Fact& fact : facts) {
    const auto* correction = std::get_if<Correction>(&fact.value);
    if (correction == nullptr || correction->event.empty() || !own_.at(correction->event).contains(fact.account)) {
      continue;
    }
    targets[{fact.event, fact.account}].insert({correction->event, fact.account});
  }
  settle(std::move(targets));
}

// A withdrawal holds when all that withdraw it are known not to; of a ring, none does.
void Corrections::settle(std::map<Named, std::set<Named>> targets) {
  std::map<Named, std::size_t> open;  // Withdrawals of a fact that aren't settled.
  for (const auto& [withdrawal, facts] : targets) {
    for (const Named& fact : facts) ++open[fact];
  }
  std::vector<Named> settled;
  for (const auto& [withdrawal, facts] : targets) {
    if (!open.contains(withdrawal)) settled.push_back(withdrawal);
  }
  while (!settled.empty()) {
    const Named withdrawal = std::move(settled.back());
    settled.pop_back();
    for (const Named& fact : targets.at(withdrawal)) {
      if (!withdrawn_.contains(withdrawal)) withdrawn_.emplace(fact, withdrawal.first);
      if (--open.at(fact) == 0 && targets.contains(fact)) settled.push_back(fact);
    }
  }
}

std::string Corrections::objection_to_repeating(const std::string& event, const std::string& account) const {
  const auto found = withdrawn_.find({event, account});
  if (found == withdrawn_.end()) return {};
  return fmt::format("this was written down as event {} and withdrawn; {}", event, way_back(found->second, account));
}

// Fact by fact, as a credit goes from one account to another. Whoever holds it first has held it from the beginning,
// whenever that was written down.
void Corrections::follow_credits(const std::vector<Fact>& facts) {
  for (const Fact& fact : facts) {
    const auto* correction = std::get_if<Correction>(&fact.value);
    if (correction != nullptr && !correction->credit.empty() && !is_withdrawn(fact)) held_[correction->credit];
  }
  if (held_.empty()) return;
  for (const Fact& fact : facts) note_first_holder(fact);
  for (const Fact& fact : facts) follow(fact);
}

// The account in the event that issued the credit, AWS's before one's own; else in the first figures that AWS gave.
void Corrections::note_first_holder(const Fact& fact) {
  using By = Held::By;
  const auto* issue = std::get_if<Issue>(&fact.value);
  const auto* import = std::get_if<ImportedCredit>(&fact.value);
  if ((issue == nullptr && import == nullptr) || is_withdrawn(fact)) return;
  const auto found = held_.find(issue != nullptr ? issue->credit : import->credit);
  if (found == held_.end()) return;
  const By by = import != nullptr ? By::import : fact.own ? By::own_issue : By::issue;
  if (by <= found->second.by) return;
  found->second.by = by;
  found->second.account = fact.account;
}

void Corrections::follow(const Fact& fact) {
  if (is_withdrawn(fact)) return;
  if (const auto* correction = std::get_if<Correction>(&fact.value)) apply(fact, *correction);
  const auto* import = std::get_if<ImportedCredit>(&fact.value);
  const auto found = import == nullptr ? held_.end() : held_.find(import->credit);
  if (found != held_.end()) found->second.account = fact.account;
}

void Corrections::apply(const Fact& fact, const Correction& correction) {
  if (correction.credit.empty()) return;
  Held& held = held_.at(correction.credit);
  if (held.account != fact.account) {
    problems_[key_of(fact)] =
        held.account.empty()
            ? "a correction names a credit that no event issued: " + correction.credit
            : fmt::format("credit {} is account {}'s, and a correction names it as {}'s: it changes nothing",
                          correction.credit, held.account, fact.account);
    return;
  }
  if (correction.account) held.account = *correction.account;
  if (correction.withdrawn) held.withdrawal = fact.event;
}

std::string Corrections::problem_of_withdrawal(const Fact& fact, const std::string& event) const {
  const auto named = own_.find(event);
  if (named == own_.end() || named->second.empty()) {
    return fmt::format("event {} can't be withdrawn: it isn't here as a fact that somebody wrote down", event);
  }
  if (named->second.contains(fact.account)) return {};
  return fmt::format("event {} is about account {}, not {}: it isn't withdrawn", event, whose(named->second),
                     fact.account);
}

std::string Corrections::problem(const Fact& fact) const {
  const auto& correction = std::get<Correction>(fact.value);
  if (!correction.event.empty()) return problem_of_withdrawal(fact, correction.event);
  const auto found = problems_.find(key_of(fact));
  return found == problems_.end() ? std::string{} : found->second;
}

const std::string& Corrections::withdrawal_of(const std::string& credit) const {
  static const std::string kNone;
  const auto found = held_.find(credit);
  return found == held_.end() ? kNone : found->second.withdrawal;
}

const std::string& Corrections::holder_of(const std::string& credit) const {
  static const std::string kNone;
  const auto found = held_.find(credit);
  return found == held_.end() ? kNone : found->second.account;
}

namespace {

void put_in_order(std::vector<Fact>& facts) {
  std::sort(facts.begin(), facts.end(), [](const Fact& a, const Fact& b) { return a.before(b); });
}

std::optional<std::string> objection_to_withdrawn(const Corrections& corrections, const std::string& credit) {
  const std::string& withdrawal = corrections.withdrawal_of(credit);
  if (withdrawal.empty()) return std::nullopt;
  return fmt::format("credit {} was withdrawn; {}", credit, way_back(withdrawal, corrections.holder_of(credit)));
}

// That the credit was withdrawn, or has come to be another account's.
std::optional<std::string> objection_to_issue(std::vector<Fact> facts, const Fact& fact, const std::string& credit) {
  // What nobody corrects isn't followed: a correction that changes nothing names it.
  Fact probe = fact;
  probe.event += "?";
  probe.value = Correction{credit, "", false, {}, {}, {}, {}, {}};
  facts.push_back(probe);
  const Corrections corrections = corrections_of(std::move(facts));
  if (auto withdrawn = objection_to_withdrawn(corrections, credit)) return withdrawn;
  const std::string& holder = corrections.holder_of(credit);
  if (holder.empty() || holder == fact.account) return std::nullopt;
  return fmt::format("credit {} is account {}'s, not {}'s", credit, holder, fact.account);
}

// That the credit would have expired before it was issued. A term of years isn't looked at: it is none of a
// correction's. `facts` are in order.
std::optional<std::string> objection_to_term(const std::vector<Fact>& facts, const Corrections& corrections,
                                             const std::string& credit) {
  std::optional<text::Timestamp> issued;
  std::optional<text::Day> expires;
  const auto take = [&](const std::string& of, std::optional<text::Timestamp> from, std::optional<text::Day> until) {
    if (of != credit) return;
    if (from) issued = from;
    if (until) expires = until;
  };
  for (const Fact& fact : facts) {
    if (corrections.is_withdrawn(fact)) continue;
    if (const auto* issue = std::get_if<Issue>(&fact.value)) take(issue->credit, issue->issued, issue->expires);
    if (const auto* shown = std::get_if<ImportedCredit>(&fact.value))
      take(shown->credit, shown->issued, shown->expires);
    if (const auto* change = std::get_if<CreditChange>(&fact.value)) take(change->credit, {}, change->expires);
    if (const auto* other = std::get_if<Correction>(&fact.value)) take(other->credit, other->issued, other->expires);
  }
  if (!issued || !expires || *expires >= text::day_of(*issued)) return std::nullopt;
  return fmt::format("credit {} would expire on {}, before it was issued on {}", credit, text::day_text(*expires),
                     text::day_text(text::day_of(*issued)));
}

std::optional<std::string> objection_to_correction(std::vector<Fact> facts, const Fact& fact,
                                                   const std::string& credit) {
  std::vector<Fact> with = facts;
  with.push_back(fact);
  put_in_order(with);
  const Corrections corrections{with};
  if (std::string problem = corrections.problem(fact); !problem.empty()) return problem;
  const auto& correction = std::get<Correction>(fact.value);
  if (correction.issued || correction.expires) {
    if (auto term = objection_to_term(with, corrections, credit)) return term;
  }
  // A credit that is withdrawn by this very correction isn't yet.
  return credit.empty() ? std::nullopt : objection_to_withdrawn(corrections_of(std::move(facts)), credit);
}

std::optional<std::string> objection_to_decision(const std::vector<Fact>& facts, const Fact& fact,
                                                 const std::string& application) {
  const Corrections corrections = corrections_of(facts);
  std::set<std::string> accounts;
  std::string withdrawn;
  for (const Fact& other : facts) {
    const auto* form = std::get_if<Application>(&other.value);
    // A form that failed is no application (R58).
    if (form == nullptr || form->id != application || !form->error_code.empty()) continue;
    if (!corrections.is_withdrawn(other)) {
      accounts.insert(other.account);
    } else if (other.account == fact.account) {
      withdrawn = "application " + application + ": " + corrections.objection_to_repeating(other.event, other.account);
    }
  }
  if (accounts.contains(fact.account)) return std::nullopt;
  if (!withdrawn.empty()) return withdrawn;
  if (accounts.empty()) {
    return fmt::format(
        "no form of application {} is here: load the events that have it, or write it down with trailkeeper credits "
        "apply",
        application);
  }
  return fmt::format("application {} is account {}'s, not {}'s", application, whose(accounts), fact.account);
}

}  // namespace

Corrections corrections_of(std::vector<Fact> facts) {
  put_in_order(facts);
  return Corrections{facts};
}

std::optional<std::string> objection(std::vector<Fact> facts, const Fact& fact) {
  if (const auto* issue = std::get_if<Issue>(&fact.value)) {
    return objection_to_issue(std::move(facts), fact, issue->credit);
  }
  if (const auto* decision = std::get_if<Decision>(&fact.value)) {
    return objection_to_decision(facts, fact, decision->application);
  }
  const auto* correction = std::get_if<Correction>(&fact.value);
  if (correction == nullptr) return std::nullopt;
  return objection_to_correction(std::move(facts), fact, correction->credit);
}

}  // namespace trailkeeper::rules::credits
