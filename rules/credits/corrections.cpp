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

}  // namespace

Corrections::Corrections(const std::vector<Fact>& facts) {
  find_withdrawn(facts);
  find_holders(facts);
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
  std::map<std::string, std::set<std::string>> targets;  // By the withdrawal's eventID.
  for (const Fact& fact : facts) {
    const auto* correction = std::get_if<Correction>(&fact.value);
    if (correction == nullptr || correction->event.empty()) continue;
    if (own_.at(correction->event).contains(fact.account)) targets[fact.event].insert(correction->event);
  }
  settle(std::move(targets));
}

// A withdrawal holds when all that withdraw it are known not to; of a ring, none does.
void Corrections::settle(std::map<std::string, std::set<std::string>> targets) {
  std::map<std::string, std::size_t> open;  // Withdrawals of an event that aren't settled.
  for (const auto& [withdrawal, events] : targets) {
    for (const std::string& event : events) ++open[event];
  }
  std::vector<std::string> settled;
  for (const auto& [withdrawal, events] : targets) {
    if (!open.contains(withdrawal)) settled.push_back(withdrawal);
  }
  while (!settled.empty()) {
    const std::string withdrawal = std::move(settled.back());
    settled.pop_back();
    for (const std::string& event : targets.at(withdrawal)) {
      if (!withdrawn_.contains(withdrawal)) withdrawn_.insert(event);
      if (--open.at(event) == 0 && targets.contains(event)) settled.push_back(event);
    }
  }
}

void Corrections::find_holders(const std::vector<Fact>& facts) {
  for (const Fact& fact : facts) {
    const auto* correction = std::get_if<Correction>(&fact.value);
    if (correction == nullptr || correction->credit.empty() || is_withdrawn(fact)) continue;
    Held& held = held_[correction->credit];
    if (correction->account) held.moves[fact.account].insert(*correction->account);
  }
  if (held_.empty()) return;
  for (const Fact& fact : facts) note_holder(fact);
  for (auto& [id, held] : held_) {
    if (held.account.empty()) held.account = held.issued_to;
    if (!held.issued_to.empty()) held.accounts.insert(held.issued_to);
    std::vector<std::string> reached{held.accounts.begin(), held.accounts.end()};
    while (!reached.empty()) {
      const auto moves = held.moves.find(reached.back());
      reached.pop_back();
      if (moves == held.moves.end()) continue;
      for (const std::string& account : moves->second) {
        if (held.accounts.insert(account).second) reached.push_back(account);
      }
    }
  }
  for (const Fact& fact : facts) {
    if (const auto* correction = std::get_if<Correction>(&fact.value)) apply(fact, *correction);
  }
}

// The event that issued a credit, AWS's before one's own, and the figures that AWS gave.
void Corrections::note_holder(const Fact& fact) {
  const auto* issue = std::get_if<Issue>(&fact.value);
  const auto* import = std::get_if<ImportedCredit>(&fact.value);
  if ((issue == nullptr && import == nullptr) || is_withdrawn(fact)) return;
  const auto found = held_.find(issue != nullptr ? issue->credit : import->credit);
  if (found == held_.end()) return;
  Held& held = found->second;
  if (import != nullptr) {
    held.account = fact.account;
    held.accounts.insert(fact.account);
  } else if (held.issued_to.empty() || (!fact.own && !held.issued_by_aws)) {
    held.issued_to = fact.account;
    held.issued_by_aws = !fact.own;
  }
}

void Corrections::apply(const Fact& fact, const Correction& correction) {
  const auto found = held_.find(correction.credit);
  if (found == held_.end() || is_withdrawn(fact) || !found->second.accounts.contains(fact.account)) return;
  if (correction.account) found->second.account = *correction.account;
  if (correction.withdrawn) found->second.withdrawal = fact.event;
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
  const auto found = held_.find(correction.credit);
  if (found == held_.end() || found->second.accounts.empty()) {
    return "a correction names a credit that no event issued: " + correction.credit;
  }
  if (found->second.accounts.contains(fact.account)) return {};
  return fmt::format("credit {} is account {}'s, and a correction names it as {}'s: it changes nothing",
                     correction.credit, found->second.account, fact.account);
}

const std::string& Corrections::withdrawal_of(const std::string& credit) const {
  static const std::string kNone;
  const auto found = held_.find(credit);
  return found == held_.end() ? kNone : found->second.withdrawal;
}

namespace {

// Of a credit: that it was withdrawn, or isn't that account's. A credit that isn't known is only wrong to correct.
std::optional<std::string> objection_to_credit(std::vector<Fact> facts, const Fact& fact, const std::string& credit,
                                               bool must_be_known) {
  Fact probe = fact;
  probe.event += "?";
  probe.value = Correction{credit, "", false, {}, {}, {}, {}, {}};
  facts.push_back(probe);
  std::sort(facts.begin(), facts.end(), [](const Fact& a, const Fact& b) { return a.before(b); });
  const Corrections corrections{facts};
  if (const std::string& withdrawal = corrections.withdrawal_of(credit); !withdrawal.empty()) {
    return fmt::format(
        "credit {} was withdrawn; to take that back: trailkeeper credits correct {} --account {} "
        "--withdraw",
        credit, withdrawal, fact.account);
  }
  const bool known = std::any_of(facts.begin(), facts.end(), [&](const Fact& other) {
    const auto* issue = std::get_if<Issue>(&other.value);
    const auto* import = std::get_if<ImportedCredit>(&other.value);
    return !corrections.is_withdrawn(other) &&
           ((issue != nullptr && issue->credit == credit) || (import != nullptr && import->credit == credit));
  });
  if (!known && !must_be_known) return std::nullopt;
  const std::string problem = corrections.problem(probe);
  return problem.empty() ? std::nullopt : std::optional{problem};
}

std::optional<std::string> objection_to_decision(const std::vector<Fact>& facts, const Fact& fact,
                                                 const std::string& application) {
  std::set<std::string> accounts;
  for (const Fact& other : facts) {
    const auto* form = std::get_if<Application>(&other.value);
    if (form != nullptr && form->id == application) accounts.insert(other.account);
  }
  if (accounts.empty() || accounts.contains(fact.account)) return std::nullopt;
  return fmt::format("application {} is account {}'s, not {}'s", application, whose(accounts), fact.account);
}

}  // namespace

std::optional<std::string> objection(std::vector<Fact> facts, const Fact& fact) {
  if (const auto* issue = std::get_if<Issue>(&fact.value)) {
    return objection_to_credit(std::move(facts), fact, issue->credit, false);
  }
  if (const auto* decision = std::get_if<Decision>(&fact.value)) {
    return objection_to_decision(facts, fact, decision->application);
  }
  const auto* correction = std::get_if<Correction>(&fact.value);
  if (correction == nullptr) return std::nullopt;
  if (!correction->credit.empty()) return objection_to_credit(std::move(facts), fact, correction->credit, true);
  facts.push_back(fact);
  std::sort(facts.begin(), facts.end(), [](const Fact& a, const Fact& b) { return a.before(b); });
  const std::string problem = Corrections{facts}.problem(fact);
  return problem.empty() ? std::nullopt : std::optional{problem};
}

}  // namespace trailkeeper::rules::credits
