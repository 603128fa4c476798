// A small world of events and bills for tests of the credit rules.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rules/credits/book.h"
#include "text/timestamp.h"

namespace trailkeeper::tests {

namespace credits = rules::credits;

inline text::Money dollars(std::string_view text) { return *text::Money::parse(text); }
inline text::Day date(std::string_view text) { return *text::parse_day(text); }
/// `2024-05-01` or a full time.
inline text::Timestamp moment(std::string_view text) {
  const auto day = text::parse_day(text);
  return day ? text::start_of(*day) : *text::parse_timestamp(text);
}

/// Collects facts and bill lines, and makes books of them.
class CreditWorld {
 public:
  credits::Settings settings = credits::Settings::built_in();
  std::vector<credits::Fact> facts;
  std::map<credits::BillName, std::vector<credits::ChargeCell>> bills;

  void at(std::string_view time, std::string account, credits::FactValue value) {
    std::string number = std::to_string(facts.size() + 1);
    facts.push_back(
        {moment(time), "event-" + std::string(8 - number.size(), '0') + number, std::move(account), std::move(value)});
  }

  /// A form that nothing speaks against.
  static credits::Application form(std::string id, std::string_view amount, std::string org = "org1") {
    credits::Application form;
    form.id = std::move(id);
    form.startup = "S1";
    form.org_id = std::move(org);
    form.requested = dollars(amount);
    form.email = "a@x.example";
    form.founded = date("2020-01-01");
    form.funding_stage = "Seed";
    form.shows_itself = true;
    form.country = "DE";
    return form;
  }
  void offer(std::string_view time, const std::string& org) { at(time, kAccount, credits::Offer{org, "P", {}}); }
  void affiliate(std::string_view time, const std::string& org, const std::string& account = kAccount) {
    at(time, account, credits::Affiliation{org, "", true});
  }
  void approve(std::string_view time, std::string id, std::string_view amount = "") {
    credits::Decision decision{std::move(id), true, std::nullopt, {}, {}};
    if (!amount.empty()) decision.amount = dollars(amount);
    at(time, kAccount, decision);
  }
  void deny(std::string_view time, std::string id, std::vector<std::string> reasons) {
    at(time, kAccount, credits::Decision{std::move(id), false, std::nullopt, std::move(reasons), {}});
  }
  void issue(std::string_view time, std::string id, std::string_view amount, int years = 1,
             const std::string& account = kAccount) {
    at(time, account, issued(time, std::move(id), amount, years));
  }
  static credits::Issue issued(std::string_view time, std::string id, std::string_view amount, int years = 1) {
    credits::Issue issue;
    issue.credit = std::move(id);
    issue.amount = dollars(amount);
    issue.issued = moment(time);
    issue.term_years = years;
    issue.program = "Activate";
    return issue;
  }

  struct Charge {
    std::string service;
    std::string_view amount;
    std::string_view day;
    std::string line_type = "Usage";
    std::string usage_type = "Use";
    std::string account = kAccount;
    std::string entity = "AWS";
    bool reservation = false;
  };
  /// On the bill of `payer`, else of the account itself.
  void charge(const Charge& charge, const std::string& payer = "") {
    const text::Day day = date(charge.day);
    bills[{payer.empty() ? charge.account : payer, text::Month::of(day)}].push_back(
        {charge.account, charge.service, charge.usage_type, charge.line_type, charge.entity, charge.reservation, day,
         dollars(charge.amount), 1});
  }

  /// Also keeps the bills as they were paid.
  credits::Book book(std::string_view time = "2030-01-01") {
    std::vector<credits::BillName> names;
    for (const auto& [name, cells] : bills) names.push_back(name);
    paid.clear();
    return credits::Book{facts,
                         names,
                         [this](const credits::BillName& name) { return bills.at(name); },
                         settings,
                         moment(time),
                         [this](const credits::Bill& bill, const std::vector<credits::PaidCell>& cells, const auto&) {
                           paid[{bill.payer, bill.month}] = cells;
                         }};
  }

  std::map<credits::BillName, std::vector<credits::PaidCell>> paid;

  /// Of all bills: what credits paid.
  [[nodiscard]] text::Money covered() const {
    text::Money sum;
    for (const auto& [name, cells] : paid) {
      for (const credits::PaidCell& cell : cells) sum += cell.covered;
    }
    return sum;
  }
  /// Of the only cell with that service, or that line type.
  [[nodiscard]] const credits::PaidCell& cell(std::string_view service) const {
    for (const auto& [name, cells] : paid) {
      for (const credits::PaidCell& cell : cells) {
        if (cell.cell.service == service || cell.cell.line_type == service) return cell;
      }
    }
    throw std::out_of_range("no such charge");
  }
  [[nodiscard]] std::string_view reason(std::string_view service) const {
    return credits::payment_reason_text(cell(service).reason);
  }

  static inline const std::string kAccount = "111122223333";
};

inline const credits::CreditState& credit_of(const credits::Book& book, std::string_view id) {
  for (const credits::CreditState& state : book.credits()) {
    if (state.credit.id == id) return state;
  }
  throw std::out_of_range("no such credit");
}

inline const credits::ApplicationState& application_of(const credits::Book& book, std::string_view id) {
  for (const credits::ApplicationState& state : book.programme().applications()) {
    if (state.form.id == id) return state;
  }
  throw std::out_of_range("no such application");
}

/// The reasons, joined: `3,6,10`.
inline std::string reasons_of(const credits::Book& book, std::string_view id) {
  std::string out;
  for (const std::string& reason : credits::in_order(application_of(book, id).reasons)) {
    out += (out.empty() ? "" : ",") + reason;
  }
  return out;
}

/// How many findings cite the rule.
inline int findings_of(const credits::Book& book, std::string_view rule) {
  int count = 0;
  for (const credits::LedgerFinding& finding : book.findings()) count += finding.rule == rule ? 1 : 0;
  return count;
}

}  // namespace trailkeeper::tests
