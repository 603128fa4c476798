#include "rules/credits/book.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <tuple>

#include "rules/credits/charge_class.h"
#include "text/enum_rows.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::credits {

std::string_view status_text(CreditStatus status) {
  constexpr std::array<std::string_view, 4> kTexts{"active", "used", "expired", "revoked"};
  static_assert(text::are_names_of(kTexts, CreditStatus::revoked));
  return kTexts[static_cast<std::size_t>(status)];
}

Book::Book(const std::vector<Fact>& facts, std::vector<BillName> bills, const ReadBill& read, const Settings& settings,
           text::Timestamp at, const BillVisitor& visit)
    : settings_(settings), at_(at), programme_(settings) {
  take_facts(facts);
  open_credits();
  std::sort(bills.begin(), bills.end(), [](const BillName& a, const BillName& b) {
    return std::tie(a.month, a.payer) < std::tie(b.month, b.payer);
  });
  for (const BillName& name : bills) {
    if (text::start_of(name.month.first_day()) > at_) continue;
    try {
      pay(name, read, visit);
    } catch (const std::overflow_error&) {
      leave_out(name);
    }
  }
  close_credits();
  check_shown();
  findings_.insert(findings_.end(), programme_.findings().begin(), programme_.findings().end());
  sort_findings();
}

// By time and account, then in the order of the facts that they are about, then as they were found: IDs and sentences
// may have what stands for an eventID, which is another in each store.
void Book::sort_findings() {
  const auto key = [this](const LedgerFinding& finding) {
    const auto place = places_of_facts_.find(finding.event);
    return std::tuple{finding.time, std::string_view{finding.account},
                      place == places_of_facts_.end() ? std::size_t{0} : place->second, finding.rule};
  };
  std::stable_sort(findings_.begin(), findings_.end(),
                   [&key](const LedgerFinding& a, const LedgerFinding& b) { return key(a) < key(b); });
}

namespace {

// Whether a fact is about a credit that is only issued after a moment: until then there is none.
bool issues_after(const Fact& fact, text::Timestamp at) {
  const auto* issue = std::get_if<Issue>(&fact.value);
  return issue != nullptr && issue->issued > at;
}

}  // namespace

void Book::take_facts(const std::vector<Fact>& facts) {
  const bool written = std::any_of(facts.begin(), facts.end(), changes_others);
  Consolidated made;
  if (written) made = consolidated(facts, at_);
  uses_ = std::move(made.uses);
  findings_.insert(findings_.end(), made.findings.begin(), made.findings.end());
  std::vector<const Fact*> sorted;
  sorted.reserve(facts.size());
  std::size_t forms = 0;
  for (const Fact& fact : written ? made.facts : facts) {
    if (fact.time > at_ || issues_after(fact, at_)) continue;
    sorted.push_back(&fact);
    forms += std::holds_alternative<Application>(fact.value) ? 1 : 0;
  }
  programme_.reserve(forms);
  std::sort(sorted.begin(), sorted.end(), [](const Fact* a, const Fact* b) { return a->before(*b); });
  for (const Fact* fact : sorted) programme_.take(*fact);
  programme_.finish(at_);
  for (const LedgerFinding& finding : findings_) places_of_facts_.emplace(finding.event, 0);
  for (const LedgerFinding& finding : programme_.findings()) places_of_facts_.emplace(finding.event, 0);
  if (places_of_facts_.empty()) return;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto found = places_of_facts_.find(sorted[i]->event);
    if (found != places_of_facts_.end()) found->second = i + 1;
  }
}

void Book::open_credits() {
  for (const Credit& credit : programme_.credits()) {
    CreditState state;
    state.credit = credit;
    state.available = credit.amount;
    if (credit.opening) {
      for (const auto& [day, amount] : credit.opening->used) {
        state.used += amount;
        state.available -= amount;
        state.used_on[day] += amount;
      }
    }
    credits_.push_back(std::move(state));
  }
  std::sort(credits_.begin(), credits_.end(), [](const CreditState& a, const CreditState& b) {
    return std::tie(a.credit.account, a.credit.issued, a.credit.id) <
           std::tie(b.credit.account, b.credit.issued, b.credit.id);
  });
  for (std::size_t i = 0; i < credits_.size(); ++i) by_holder_[credits_[i].credit.account].push_back(i);
}

// Of everybody whose charges are on the bill, or who may share with them.
std::vector<std::size_t> Book::credits_for(const Bill& bill) const {
  std::set<std::string> holders = programme_.organisations().ever_joined(bill.payer);
  holders.insert(bill.payer);
  for (const ChargeCell& cell : bill.cells) holders.insert(cell.account);
  std::vector<std::size_t> places;
  for (const std::string& holder : holders) {
    const auto found = by_holder_.find(holder);
    if (found != by_holder_.end()) places.insert(places.end(), found->second.begin(), found->second.end());
  }
  return places;
}

void Book::pay(const BillName& name, const ReadBill& read, const BillVisitor& visit) {
  const Bill bill{name.payer, name.month, read(name)};
  for (const ChargeCell& cell : bill.cells) programme_.organisations().billed(cell.account, bill.payer, bill.month);
  const std::vector<std::size_t> places = credits_for(bill);
  std::vector<CreditBalance> balances;
  balances.reserve(places.size());
  for (const std::size_t place : places) balances.push_back({credits_[place].credit, credits_[place].available});
  std::vector<PaidCell> cells = pay_bill(bill, balances, programme_.organisations(), settings_, text::day_of(at_));
  for (PaidCell& paid : cells) {
    for (Payment& payment : paid.payments) payment.credit = places[payment.credit];
  }
  for (const PaidCell& paid : cells) {
    for (const Payment& payment : paid.payments) {
      CreditState& state = credits_[payment.credit];
      state.used += payment.amount;
      state.available -= payment.amount;
      state.used_on[paid.cell.day] += payment.amount;
    }
  }
  note_unlisted(bill, cells);
  if (visit) visit(bill, cells, credits_);
}

void Book::leave_out(const BillName& name) {
  left_out_.push_back(name);
  findings_.push_back({text::start_of(name.month.first_day()), "", Severity::high, name.payer,
                       "bill " + name.payer + " " + name.month.text(),
                       "the bill of " + name.month.text() +
                           " is left out: its charges are more than 900 "
                           "million dollars, which the ledger can't count"});
}

void Book::note_unlisted(const Bill& bill, const std::vector<PaidCell>& cells) {
  for (const PaidCell& paid : cells) {
    if (paid.reason != PaymentReason::unlisted || paid.rule != "R42" || paid.cell.amount <= text::Money{}) continue;
    const bool known = is_known_line_type(paid.cell.line_type);
    if (known && settings_.services.contains(paid.cell.service)) continue;
    std::string what = known ? "service " + paid.cell.service + " isn't on the list of those that credits cover"
                             : "nobody knows what a line of type " + paid.cell.line_type + " is: no credit covers it";
    if (!unlisted_.emplace(paid.cell.account, what).second) continue;
    findings_.push_back({text::start_of(paid.cell.day), "R42", Severity::low, paid.cell.account,
                         "bill " + bill.payer + " " + bill.month.text(), std::move(what)});
  }
}

void Book::close_credits() {
  for (CreditState& state : credits_) {
    const bool over = text::start_of(state.credit.expires + 1) <= at_;
    const bool revoked_first = state.credit.revoked && *state.credit.revoked < text::start_of(state.credit.expires + 1);
    if (state.available.is_zero()) {
      state.status = CreditStatus::used;
    } else if (revoked_first) {
      state.revoked = state.available;
      state.available = {};
      state.status = CreditStatus::revoked;
    } else if (over) {
      state.expired = state.available;
      state.available = {};
      state.status = CreditStatus::expired;
    }
    const bool balances = state.used + state.available + state.expired + state.revoked == state.credit.amount;
    if (!balances || state.available.is_negative() || state.used.is_negative()) {
      throw std::logic_error("credit " + state.credit.id + " doesn't balance");
    }
  }
}

namespace {

// What is left of a credit at the end of days on which it was used.
std::vector<std::pair<text::Day, text::Money>> left_by_day(const CreditState& state) {
  std::vector<std::pair<text::Day, text::Money>> lefts;
  text::Money left = state.credit.amount;
  for (const auto& [day, amount] : state.used_on) {
    left -= amount;
    lefts.emplace_back(day, left);
  }
  return lefts;
}

text::Money left_on(const std::vector<std::pair<text::Day, text::Money>>& lefts, const CreditState& state,
                    text::Day day) {
  const auto later = std::upper_bound(lefts.begin(), lefts.end(), day,
                                      [](text::Day wanted, const auto& entry) { return wanted < entry.first; });
  return later == lefts.begin() ? state.credit.amount : std::prev(later)->second;
}

}  // namespace

// R51, R66: what the console showed against what was left then.
void Book::check_shown() {
  struct Known {
    const CreditState* state;
    std::vector<std::pair<text::Day, text::Money>> lefts;
  };
  std::unordered_map<std::string_view, Known> known;
  if (!programme_.shown().empty()) {
    for (const CreditState& state : credits_) known.emplace(state.credit.id, Known{&state, left_by_day(state)});
  }
  for (const Fact& fact : programme_.shown()) {
    for (const ShownCredit& shown : std::get<Balances>(fact.value).credits) {
      const auto found = known.find(shown.credit);
      if (found == known.end()) {
        findings_.push_back({fact.time, "R66", Severity::medium, fact.account, fact.event,
                             "credit " + shown.credit + " was shown, and no event issued it"});
        continue;
      }
      const CreditState& state = *found->second.state;
      if (state.credit.opened_after(text::day_of(fact.time))) continue;  // What was left then isn't known by the day.
      const bool over = state.credit.last_day() < text::day_of(fact.time);
      const text::Money left = over ? text::Money{} : left_on(found->second.lefts, state, text::day_of(fact.time));
      if (shown.balance && *shown.balance != left) {
        findings_.push_back({fact.time, over ? "R51" : "R66", Severity::medium, fact.account, fact.event,
                             fmt::format("credit {} was shown with {}, and by the ledger {} was left", shown.credit,
                                         shown.balance->text(), left.text())});
      }
      if (shown.expires && *shown.expires != state.credit.expires) {
        findings_.push_back(
            {fact.time, "R66", Severity::medium, fact.account, fact.event,
             fmt::format("credit {} was shown to expire on {}, "
                         "and by the ledger it does on {}",
                         shown.credit, text::day_text(*shown.expires), text::day_text(state.credit.expires))});
      }
    }
  }
}

text::Money Book::left_after(const CreditState& state, text::Day day) {
  text::Money left = state.credit.amount;
  for (const auto& [used_on, amount] : state.used_on) {
    if (used_on <= day) left -= amount;
  }
  return left;
}

}  // namespace trailkeeper::rules::credits
