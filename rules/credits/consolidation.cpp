#include "rules/credits/consolidation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "rules/credits/billing_answer.h"
#include "rules/credits/corrections.h"

namespace trailkeeper::rules::credits {
namespace {

// A credit without an end, in days that can still be written.
constexpr text::Day kNever = 2'932'895;  // 9999-12-30

// What is known of one credit besides the events that issued and changed it.
struct Figures {
  std::optional<std::string> account;
  std::optional<text::Money> amount;
  std::optional<text::Timestamp> issued;
  std::optional<text::Day> expires;
  std::optional<std::string> program;  // As descriptions tell it: of a credit that no event issued.
  std::optional<std::vector<std::string>> services;
  std::optional<std::vector<std::string>> shared_with;
  const Fact* first_import = nullptr;
  const Fact* opening = nullptr;  // The newest import up to the moment.
  const Fact* disabled = nullptr;
  bool corrected = false;
  bool withdrawn = false;
  std::map<text::Month, const Fact*> uses;  // The newest of each month.

  [[nodiscard]] bool replaces() const { return first_import != nullptr || corrected; }
};

class Consolidation {
 public:
  explicit Consolidation(text::Timestamp at) : at_(at) {}

  Consolidated of(std::vector<Fact> facts) {
    const auto before = [](const Fact& a, const Fact& b) { return a.before(b); };
    std::sort(facts.begin(), facts.end(), before);
    const Corrections corrections{facts};
    std::set<std::tuple<std::string, text::Timestamp, Digest>> seen;
    // Two of one's own with one eventID that say the same are one fact, written down at two times.
    std::erase_if(facts, [&corrections, &seen](const Fact& fact) {
      if (!fact.own) return false;
      const Digest& contents = fact.says == Digest{} ? fact.digest : fact.says;
      return corrections.is_withdrawn(fact) || !seen.emplace(fact.event, fact.time, contents).second;
    });
    drop_idle(corrections, facts);
    for (const Fact& fact : facts) note_figures(fact);
    add_missing();
    for (const Fact& fact : facts) take(fact);
    std::stable_sort(made_.facts.begin(), made_.facts.end(), before);
    add_uses();
    check_uses();
    return std::move(made_);
  }

 private:
  // Corrections that don't hold are told, and go.
  void drop_idle(const Corrections& corrections, std::vector<Fact>& facts) {
    std::erase_if(facts, [&](const Fact& fact) {
      if (!std::holds_alternative<Correction>(fact.value)) return false;
      std::string problem = corrections.problem(fact);
      if (problem.empty()) return false;
      made_.findings.push_back({fact.time, "R66", Severity::medium, fact.account, fact.event, std::move(problem)});
      return true;
    });
  }

  void note_figures(const Fact& fact) {
    if (const auto* import = std::get_if<ImportedCredit>(&fact.value)) note_import(fact, *import);
    if (const auto* use = std::get_if<ImportedUse>(&fact.value); use != nullptr && fact.time <= at_) {
      figures_[use->credit].uses[use->month] = &fact;
    }
    if (const auto* correction = std::get_if<Correction>(&fact.value); correction != nullptr) note(*correction);
    if (const auto* issue = std::get_if<Issue>(&fact.value)) {
      issued_.insert(issue->credit);
      if (!fact.own) issued_by_aws_.insert(issue->credit);
    }
  }

  void note_import(const Fact& fact, const ImportedCredit& import) {
    Figures& figures = figures_[import.credit];
    figures.account = fact.account;
    figures.amount = import.initial;
    figures.issued = import.issued;
    figures.expires = import.expires.value_or(kNever);
    if (!import.program.empty()) figures.program = import.program;
    figures.services = import.services;
    figures.shared_with = import.shared_with;
    if (figures.first_import == nullptr) figures.first_import = &fact;
    if (fact.time > at_) return;
    figures.opening = &fact;
    figures.disabled = import.enabled ? nullptr : &fact;
  }

  void note(const Correction& correction) {
    if (correction.credit.empty()) return;
    Figures& figures = figures_[correction.credit];
    figures.corrected = true;
    figures.withdrawn = figures.withdrawn || correction.withdrawn;
    if (correction.account) figures.account = correction.account;
    if (correction.amount) figures.amount = correction.amount;
    if (correction.issued) figures.issued = correction.issued;
    if (correction.expires) figures.expires = correction.expires;
    if (correction.services) figures.services = correction.services;
  }

  // A fact that follows from another.
  static Fact made(text::Timestamp time, const Fact& from, const std::string& account, FactValue value) {
    Fact fact = from;
    fact.time = time;
    fact.account = account;
    fact.value = std::move(value);
    return fact;
  }

  // Credits that only an import tells of come to be on their first day.
  void add_missing() {
    for (auto& [id, figures] : figures_) {
      if (issued_.contains(id) || figures.first_import == nullptr || figures.withdrawn) continue;
      Issue issue;
      issue.credit = id;
      issue.program = figures.program.value_or(std::string{kOtherProgramme});
      made_.facts.push_back(
          replaced(made(*figures.issued, *figures.first_import, *figures.account, std::move(issue)), figures));
    }
  }

  void take(const Fact& fact) {
    if (std::holds_alternative<ImportedCredit>(fact.value) || std::holds_alternative<ImportedUse>(fact.value) ||
        std::holds_alternative<Correction>(fact.value)) {
      return;
    }
    const auto* issue = std::get_if<Issue>(&fact.value);
    const auto* change = std::get_if<CreditChange>(&fact.value);
    if (issue == nullptr && change == nullptr) {
      made_.facts.push_back(fact);
      return;
    }
    const auto found = figures_.find(issue != nullptr ? issue->credit : change->credit);
    if (found != figures_.end() && found->second.withdrawn) return;
    if (issue == nullptr) {
      made_.facts.push_back(fact);
      return;
    }
    if (fact.own && issued_by_aws_.contains(issue->credit)) return;
    const bool first = taken_.insert(issue->credit).second;
    const bool concerned = first && found != figures_.end();
    made_.facts.push_back(concerned ? replaced(fact, found->second) : fact);
    // Whoever writes a credit down has its last day from AWS.
    if (fact.own) std::get<Issue>(made_.facts.back().value).as_given = true;
  }

  [[nodiscard]] Fact replaced(Fact fact, const Figures& figures) const {
    auto& issue = std::get<Issue>(fact.value);
    if (figures.account) fact.account = *figures.account;
    if (figures.amount) issue.amount = *figures.amount;
    if (figures.issued) {
      issue.issued = *figures.issued;
      // It has been there since, whenever that was written down.
      if (issue.issued <= at_) fact.time = std::min(fact.time, at_);
    }
    if (figures.services) issue.services = *figures.services;
    if (figures.expires) {
      issue.expires = figures.expires;
      issue.term_years.reset();
      issue.as_given = true;
    }
    issue.shared_with = figures.shared_with;
    if (figures.disabled != nullptr) {
      issue.disabled = figures.disabled->time;
      issue.disabled_by = figures.disabled->event;
    }
    issue.opening = opening_of(issue, figures);
    return fact;
  }

  // What was used before the ledger's own reckoning begins, by AWS's figures.
  [[nodiscard]] static std::optional<Opening> opening_of(const Issue& issue, const Figures& figures) {
    Opening opening;
    std::optional<text::Day> exhausted;
    if (figures.opening != nullptr) {
      const auto& import = std::get<ImportedCredit>(figures.opening->value);
      const text::Day day = text::day_of(figures.opening->time);
      // What remains without the open bills is what remained when the month began, as far as can be told.
      opening.from = import.estimated ? day : text::Month::of(day).first_day();
      opening.balance = std::min(import.estimated.value_or(import.remaining), issue.amount);
      opening.event = figures.opening->event;
      exhausted = import.exhausted;
    } else {
      text::Money sum;
      for (const auto& [month, fact] : figures.uses) {
        const auto& use = std::get<ImportedUse>(fact->value);
        // Who says that a month is closed before it is over means what it was until then.
        if (use.estimated || month.next().first_day() > text::day_of(fact->time)) continue;
        opening.from = month.next().first_day();
        opening.event = fact->event;
        for (const ImportedUse::Part& part : use.parts) sum += part.amount;
      }
      if (opening.event.empty()) return std::nullopt;
      opening.balance = std::max(text::Money{}, issue.amount - sum);
    }
    opening.used = uses_before(opening, issue.amount - opening.balance, figures, exhausted);
    return opening;
  }

  // By month as far as the history goes; the rest on the day when all was used, or on the last before the opening.
  [[nodiscard]] static std::vector<std::pair<text::Day, text::Money>> uses_before(const Opening& opening,
                                                                                  text::Money left,
                                                                                  const Figures& figures,
                                                                                  std::optional<text::Day> exhausted) {
    std::map<text::Day, text::Money> used;
    for (const auto& [month, fact] : figures.uses) {
      if (month.first_day() >= opening.from) break;
      text::Money sum;
      for (const ImportedUse::Part& part : std::get<ImportedUse>(fact->value).parts) sum += part.amount;
      const text::Money amount = std::min(left, std::max(text::Money{}, sum));
      if (amount.is_zero()) continue;
      used[std::min(month.last_day(), opening.from - 1)] += amount;
      left -= amount;
    }
    if (!left.is_zero()) {
      const bool told = opening.balance.is_zero() && exhausted && *exhausted < opening.from;
      used[told ? *exhausted : opening.from - 1] += left;
    }
    return {used.begin(), used.end()};
  }

  void add_uses() {
    for (const auto& [id, figures] : figures_) {
      if (figures.withdrawn) continue;
      for (const auto& [month, fact] : figures.uses) {
        const auto& use = std::get<ImportedUse>(fact->value);
        for (const ImportedUse::Part& part : use.parts) {
          made_.uses.push_back({id, month, part.account, part.service, part.amount, use.estimated, fact->time});
        }
      }
    }
  }

  // AWS's history can't have more of a credit than it was worth. Each of its figures may be rounded to the cent.
  void check_uses() {
    std::map<std::string_view, const Fact*> issues;
    for (const Fact& fact : made_.facts) {
      if (const auto* issue = std::get_if<Issue>(&fact.value)) issues.emplace(issue->credit, &fact);
    }
    for (const auto& [id, figures] : figures_) {
      const auto found = issues.find(id);
      if (found == issues.end() || figures.uses.empty()) continue;
      text::Money paid;
      text::Money rounding;
      const Fact* newest = nullptr;
      for (const auto& [month, fact] : figures.uses) {
        for (const ImportedUse::Part& part : std::get<ImportedUse>(fact->value).parts) {
          paid = text::saturated_sum(paid, part.amount);
          rounding = text::saturated_sum(rounding, step_of(part.amount.text()));
        }
        if (newest == nullptr || newest->before(*fact)) newest = fact;
      }
      const text::Money worth = std::get<Issue>(found->second->value).amount;
      if (paid < text::saturated_sum(worth, rounding)) continue;
      made_.findings.push_back({newest->time, "R62", Severity::medium, found->second->account, newest->event,
                                fmt::format("AWS's history says that credit {} paid {}, and it was worth {}", id,
                                            paid.text(), worth.text())});
    }
  }

  text::Timestamp at_;
  std::set<std::string> issued_;
  std::set<std::string> issued_by_aws_;
  std::set<std::string> taken_;
  std::map<std::string, Figures> figures_;
  Consolidated made_;
};

}  // namespace

bool changes_others(const Fact& fact) {
  return fact.own || std::holds_alternative<ImportedCredit>(fact.value) ||
         std::holds_alternative<ImportedUse>(fact.value) || std::holds_alternative<Correction>(fact.value);
}

Consolidated consolidated(std::vector<Fact> facts, text::Timestamp at) {
  return Consolidation{at}.of(std::move(facts));
}

}  // namespace trailkeeper::rules::credits
