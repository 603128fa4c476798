#include "rules/credits/bill.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <stdexcept>
#include <tuple>

#include "text/enum_rows.h"

namespace trailkeeper::rules::credits {
namespace {

// A cell while its bill is paid.
struct Open {
  PaidCell paid;
  Classified classified;
  text::Money left;  // What credits may still pay of it.
};

// Positive charges by account, service and usage type: what the order of paying goes by (R60).
class Spend {
 public:
  void add(const ChargeCell& cell) {
    if (cell.amount <= text::Money{}) return;
    by_account_[cell.account] += cell.amount;
    by_service_[{cell.account, cell.service}] += cell.amount;
    by_usage_[{cell.account, cell.service, cell.usage_type}] += cell.amount;
  }

  // Less is earlier: the highest spend first, then by name.
  [[nodiscard]] bool before(const ChargeCell& a, const ChargeCell& b) const {
    if (a.account != b.account)
      return first(of(by_account_, {a.account}), of(by_account_, {b.account}), a.account, b.account);
    if (a.service != b.service) {
      return first(of(by_service_, {a.account, a.service}), of(by_service_, {b.account, b.service}), a.service,
                   b.service);
    }
    if (a.usage_type != b.usage_type) {
      return first(of(by_usage_, {a.account, a.service, a.usage_type}),
                   of(by_usage_, {b.account, b.service, b.usage_type}), a.usage_type, b.usage_type);
    }
    return std::tie(a.day, a.line_type, a.entity, a.reservation) <
           std::tie(b.day, b.line_type, b.entity, b.reservation);
  }

 private:
  template <typename Map>
  static text::Money of(const Map& sums, const typename Map::key_type& key) {
    const auto found = sums.find(key);
    return found == sums.end() ? text::Money{} : found->second;
  }
  static bool first(text::Money a, text::Money b, const std::string& name_a, const std::string& name_b) {
    return a != b ? a > b : name_a < name_b;
  }

  std::map<std::string, text::Money> by_account_;
  std::map<std::pair<std::string, std::string>, text::Money> by_service_;
  std::map<std::tuple<std::string, std::string, std::string>, text::Money> by_usage_;
};

bool is_payable(ChargeClass kind) { return kind == ChargeClass::service || kind == ChargeClass::support; }

// Refunds take from the charges of their day.
void apply_refunds(std::vector<Open>& cells) {
  std::map<std::tuple<std::string, std::string, std::string, text::Day, std::string>, text::Money> refunds;
  const auto key_of = [](const ChargeCell& cell) {
    return std::tuple{cell.account, cell.service, cell.usage_type, cell.day, cell.entity};
  };
  for (const Open& open : cells) {
    if (is_refund(open.paid.cell)) refunds[key_of(open.paid.cell)] += open.paid.cell.amount;
  }
  if (refunds.empty()) return;
  for (Open& open : cells) {
    if (open.left <= text::Money{}) continue;
    const auto found = refunds.find(key_of(open.paid.cell));
    if (found == refunds.end() || !found->second.is_negative()) continue;
    const text::Money taken = std::min(open.left, -found->second);
    open.left -= taken;
    found->second += taken;
  }
}

// Discounts take from the charges that they are for, the earliest first.
void apply_reductions(std::vector<Open>& cells) {
  std::map<std::tuple<std::string, std::string, std::string>, text::Money> reductions;
  for (const Open& open : cells) {
    const ChargeCell& cell = open.paid.cell;
    if (is_reduction(cell)) reductions[{cell.account, cell.service, cell.usage_type}] += cell.amount;
  }
  if (reductions.empty()) return;
  for (Open& open : cells) {
    const ChargeCell& cell = open.paid.cell;
    const auto found = reductions.find({cell.account, cell.service, cell.usage_type});
    if (found == reductions.end() || !found->second.is_negative() || open.left <= text::Money{}) continue;
    const text::Money taken = std::min(open.left, -found->second);
    open.left -= taken;
    found->second += taken;
  }
}

// What a bill may add up to, without signs.
constexpr std::int64_t kMostDollars = 900'000'000;

std::vector<Open> open_cells(const Bill& bill, const Settings& settings, text::Day until) {
  std::vector<Open> cells;
  Spend spend;
  text::Money all;
  for (const ChargeCell& cell : bill.cells) {
    if (cell.day > until) continue;
    all += cell.amount.is_negative() ? -cell.amount : cell.amount;
    if (all > text::Money::of_dollars(kMostDollars))
      throw std::overflow_error("a bill is larger than 900 million dollars");
    Open open;
    open.paid.cell = cell;
    open.classified = classify(cell, settings);
    const bool charge = is_payable(open.classified.kind) && cell.amount > text::Money{};
    open.left = charge ? cell.amount : text::Money{};
    spend.add(cell);
    cells.push_back(std::move(open));
  }
  std::sort(cells.begin(), cells.end(),
            [&spend](const Open& a, const Open& b) { return spend.before(a.paid.cell, b.paid.cell); });
  apply_refunds(cells);
  apply_reductions(cells);
  return cells;
}

bool kind_pays(const Credit& credit, ChargeClass kind) {
  return kind == ChargeClass::support ? credit.kind != CreditKind::service : credit.kind != CreditKind::support;
}

bool service_pays(const Credit& credit, const ChargeCell& cell) {
  return credit.services.empty() ||
         std::find(credit.services.begin(), credit.services.end(), cell.service) != credit.services.end();
}

// Soonest to expire, then for fewest services, then oldest, then by ID (R60).
std::vector<std::size_t> paying_order(const std::vector<CreditBalance>& credits) {
  std::vector<std::size_t> order(credits.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto key = [&credits](std::size_t i) {
    const Credit& credit = credits[i].credit;
    const std::size_t services =
        credit.services.empty() ? std::numeric_limits<std::size_t>::max() : credit.services.size();
    return std::tuple{credit.expires, services, credit.issued, std::string_view{credit.id}};
  };
  std::sort(order.begin(), order.end(), [&key](std::size_t a, std::size_t b) { return key(a) < key(b); });
  return order;
}

// Cells of one account and service, which stand together; those before `begin` are paid.
struct Group {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Pays one bill.
class Payer {
 public:
  Payer(const Bill& bill, std::vector<CreditBalance>& credits, const Organisations& organisations,
        const Settings& settings, text::Day until)
      : bill_(bill),
        credits_(credits),
        sharing_(organisations.sharing(bill.payer, bill.month)),
        cells_(open_cells(bill, settings, until)) {
    for (const CreditBalance& balance : credits_) {
      belongs_.push_back(organisations.belongs(balance.credit.account, bill.payer, bill.month));
    }
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const ChargeCell& cell = cells_[i].paid.cell;
      const bool same_account = i > 0 && cells_[i - 1].paid.cell.account == cell.account;
      if (!same_account) own_[cell.account].first = groups_.size();
      if (!same_account || cells_[i - 1].paid.cell.service != cell.service) groups_.push_back({i, i});
      groups_.back().end = i + 1;
      own_[cell.account].second = groups_.size();
    }
  }

  std::vector<PaidCell> pay() {
    for (const std::size_t i : paying_order(credits_)) {
      if (credits_[i].left <= text::Money{} || text::Month::of(text::day_of(credits_[i].credit.issued)) > bill_.month)
        continue;
      if (credits_[i].credit.last_day() < bill_.month.first_day()) continue;
      pay_from(i);
    }
    for (Open& open : cells_) give_reason(open);
    std::vector<PaidCell> paid;
    paid.reserve(cells_.size());
    for (Open& open : cells_) paid.push_back(std::move(open.paid));
    return paid;
  }

 private:
  using Because = std::pair<PaymentReason, std::string_view>;

  // Whether a credit may pay for an account's charges on this bill.
  [[nodiscard]] bool reaches(std::size_t index, const std::string& account) const {
    const Credit& credit = credits_[index].credit;
    const bool shared = sharing_ && belongs_[index];
    if (shared && !credit.shared_with) return true;
    if (credit.account == account) return true;
    return shared &&
           std::find(credit.shared_with->begin(), credit.shared_with->end(), account) != credit.shared_with->end();
  }

  // The owner's charges first, then the others in their order.
  void pay_from(std::size_t index) {
    const std::string& owner = credits_[index].credit.account;
    const auto own = own_.find(owner);
    const auto [first, last] = own == own_.end() ? std::pair<std::size_t, std::size_t>{} : own->second;
    for (std::size_t group = first; group < last; ++group) pay_group(index, groups_[group]);
    if (!sharing_ || !belongs_[index]) return;
    for (std::size_t group = 0; group < groups_.size() && credits_[index].left > text::Money{}; ++group) {
      if (group >= first && group < last) continue;
      const Group& other = groups_[group];
      if (reaches(index, cells_[other.begin < other.end ? other.begin : other.end - 1].paid.cell.account)) {
        pay_group(index, groups_[group]);
      }
    }
  }

  void pay_group(std::size_t index, Group& group) {
    while (group.begin < group.end && cells_[group.begin].left <= text::Money{}) ++group.begin;
    if (group.begin == group.end || !service_pays(credits_[index].credit, cells_[group.begin].paid.cell)) return;
    for (std::size_t i = group.begin; i < group.end && credits_[index].left > text::Money{}; ++i)
      pay_cell(index, cells_[i]);
  }

  void pay_cell(std::size_t index, Open& open) {
    CreditBalance& balance = credits_[index];
    const ChargeCell& cell = open.paid.cell;
    if (balance.left <= text::Money{} || open.left <= text::Money{} || cell.day > balance.credit.last_day()) return;
    if (balance.credit.opened_after(cell.day)) return;
    if (!kind_pays(balance.credit, open.classified.kind) || !service_pays(balance.credit, cell)) return;
    const text::Money amount = std::min(balance.left, open.left);
    balance.left -= amount;
    open.left -= amount;
    open.paid.covered += amount;
    open.paid.payments.push_back({index, amount});
  }

  void give_reason(Open& open) {
    PaidCell& paid = open.paid;
    std::tie(paid.reason, paid.rule) = reason_of(open);
    if (paid.reason == PaymentReason::before_import) paid.unknown = open.left;
  }

  [[nodiscard]] Because reason_of(const Open& open) {
    if (open.classified.kind == ChargeClass::ineligible) return {PaymentReason::ineligible, open.classified.rule};
    if (open.classified.kind == ChargeClass::unlisted) return {PaymentReason::unlisted, open.classified.rule};
    if (open.classified.kind == ChargeClass::discount || open.paid.cell.amount <= text::Money{}) {
      return {PaymentReason::discount, "R59"};
    }
    if (open.left <= text::Money{})
      return {open.paid.covered.is_zero() ? PaymentReason::discount : PaymentReason::covered, "R39"};
    return why_due(open);
  }

  // What may be said of charges of one account and service, but for their day.
  struct Due {
    Because reason;
    std::vector<const Credit*> for_their_day;  // If there are any, only the day tells, and `reason` says nothing.
    std::map<text::Day, Because> of_days;
    text::Day service_day = -1;  // Of service credits with something left, for support.
  };

  [[nodiscard]] Because why_due(const Open& open) {
    const ChargeCell& cell = open.paid.cell;
    if (due_of_ == nullptr || due_of_->account != cell.account || due_of_->service != cell.service) {
      due_ = look_at_credits(open);
      due_of_ = &cell;
    }
    const Because because = due_.for_their_day.empty() ? due_.reason : reason_on(cell.day);
    if (due_.service_day < cell.day || because.first == PaymentReason::before_import) return because;
    return {PaymentReason::not_for_support, "R63"};
  }

  [[nodiscard]] const Because& reason_on(text::Day day) {
    const auto [found, is_new] = due_.of_days.try_emplace(day, PaymentReason::expired, "R45");
    if (!is_new) return found->second;
    for (const Credit* credit : due_.for_their_day) {
      if (credit->last_day() < day) continue;
      if (!credit->opened_after(day)) return found->second = {PaymentReason::used, "R59"};
      found->second = {PaymentReason::before_import, "R62"};
    }
    return found->second;
  }

  // Credits that might have paid, narrowed by one rule after the other: the last that leaves none is the reason.
  [[nodiscard]] Due look_at_credits(const Open& open) const {
    const ChargeCell& cell = open.paid.cell;
    const bool support = open.classified.kind == ChargeClass::support;
    Due due;
    std::vector<const Credit*> candidates;
    bool elsewhere = false;
    for (std::size_t i = 0; i < credits_.size(); ++i) {
      const CreditBalance& balance = credits_[i];
      const Credit& credit = balance.credit;
      if (reaches(i, cell.account)) {
        candidates.push_back(&credit);
        const bool left = balance.left > text::Money{} && text::Month::of(text::day_of(credit.issued)) <= bill_.month;
        if (support && left && credit.kind == CreditKind::service) {
          due.service_day = std::max(due.service_day, credit.last_day());
        }
      } else {
        elsewhere = elsewhere || belongs_[i];
      }
    }
    const auto narrow = [&candidates](const auto& stays) {
      std::erase_if(candidates, [&stays](const Credit* credit) { return !stays(*credit); });
      return candidates.empty();
    };
    if (candidates.empty()) {
      due.reason = elsewhere ? Because{PaymentReason::not_shared, "R46"} : Because{PaymentReason::no_credit, "R59"};
    } else if (narrow([&](const Credit& credit) { return kind_pays(credit, open.classified.kind); })) {
      due.reason = support ? Because{PaymentReason::not_for_support, "R63"} : Because{PaymentReason::no_credit, "R44"};
    } else if (narrow([&](const Credit& credit) { return service_pays(credit, cell); })) {
      due.reason = {PaymentReason::unlisted, "R42"};
    } else if (narrow(
                   [&](const Credit& credit) { return text::Month::of(text::day_of(credit.issued)) <= bill_.month; })) {
      due.reason = {PaymentReason::historical, "R39"};
    } else {
      due.for_their_day = std::move(candidates);
    }
    return due;
  }

  const Bill& bill_;
  std::vector<CreditBalance>& credits_;
  bool sharing_;
  std::vector<bool> belongs_;  // Whether each credit's account belongs to the bill's organisation.
  std::vector<Open> cells_;
  std::vector<Group> groups_;
  std::map<std::string, std::pair<std::size_t, std::size_t>> own_;  // An account's groups.
  const ChargeCell* due_of_ = nullptr;                              // Whose account and service due_ is about.
  Due due_;
};

}  // namespace

std::string_view payment_reason_text(PaymentReason reason) {
  constexpr std::array<std::string_view, 11> kTexts{"covered",         "used",       "expired",      "historical",
                                                    "no-credit",       "not-shared", "ineligible",   "unlisted",
                                                    "not-for-support", "discount",   "before-import"};
  static_assert(text::are_names_of(kTexts, PaymentReason::before_import));
  return kTexts[static_cast<std::size_t>(reason)];
}

std::string_view kind_text(CreditKind kind) {
  constexpr std::array<std::string_view, 4> kTexts{"Activate", "Service", "Support", "Other"};
  static_assert(text::are_names_of(kTexts, CreditKind::other));
  return kTexts[static_cast<std::size_t>(kind)];
}

text::Day Credit::last_day() const { return revoked ? std::min(expires, text::day_of(*revoked) - 1) : expires; }

std::vector<PaidCell> pay_bill(const Bill& bill, std::vector<CreditBalance>& credits,
                               const Organisations& organisations, const Settings& settings, text::Day until) {
  return Payer{bill, credits, organisations, settings, until}.pay();
}

}  // namespace trailkeeper::rules::credits
