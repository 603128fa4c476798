// The programme's rules on applications and awards (R13-R34, R52-R58), over time.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/credits/credit.h"
#include "rules/credits/fact.h"
#include "rules/credits/ledger_finding.h"
#include "rules/credits/organisation.h"
#include "rules/credits/standing.h"

namespace trailkeeper::rules::credits {

enum class ApplicationStatus : std::uint8_t { pending, approved, denied, cancelled, rejected, failed };
/// `pending`, `approved`…
std::string_view status_text(ApplicationStatus status);

/// Of ours: the provider doesn't confirm the affiliation (R55).
constexpr std::string_view kAffiliation = "other:affiliation";

/// Reasons for people: numbers first, by value, then the others.
std::vector<std::string> in_order(const std::set<std::string>& reasons);

/// An application, and what became of it.
struct ApplicationState {
  Application form;
  text::Timestamp time = 0;
  std::string event;
  std::string account;
  ApplicationStatus status = ApplicationStatus::pending;
  std::set<std::string> reasons;  ///< Ours, against it: `1` to `10`, and `other:…`.
  text::Money award;              ///< Ours: zero if there are reasons.
  std::optional<text::Timestamp> decided;
  std::optional<Decision> decision;  ///< The programme's.
  text::Money granted;               ///< Of credits issued for it.
  int grants = 0;
  bool contradicts = false;  ///< An earlier form of its startup contradicts it (reason 7).
  text::Money counted;       ///< How much of it counts in its applicant's total.

  /// What it counts for later applications: the programme's amount, or ours if that names none.
  [[nodiscard]] text::Money awarded() const;
};

/// What is known about an account.
struct AccountState {
  std::optional<std::string> status;
  std::optional<std::string> email;
  std::optional<bool> payment_method;
  std::optional<std::string> support_plan;
  std::string country;
  std::optional<std::string> membership;
};

/// Takes facts in order of time and keeps what follows from them.
class Programme {
 public:
  explicit Programme(const Settings& settings) : settings_(settings), organisations_(settings.sharing_default) {}

  /// Makes room: `applications` forms will come.
  void reserve(std::size_t applications) { applications_.reserve(applications); }
  /// Facts must come in their order (Fact::before).
  void take(const Fact& fact);
  /// Judges what is open at `now`. No facts may follow.
  void finish(text::Timestamp now);

  [[nodiscard]] const std::vector<ApplicationState>& applications() const { return applications_; }
  [[nodiscard]] const std::vector<Credit>& credits() const { return credits_; }
  [[nodiscard]] const Organisations& organisations() const { return organisations_; }
  [[nodiscard]] Organisations& organisations() { return organisations_; }
  [[nodiscard]] const std::unordered_map<std::string, AccountState>& accounts() const { return accounts_; }
  [[nodiscard]] const std::vector<LedgerFinding>& findings() const { return findings_; }
  /// What GetCredits showed, by time.
  [[nodiscard]] const std::vector<Fact>& shown() const { return shown_; }
  /// Members by when they became members, for the welcome mail (R65).
  [[nodiscard]] const std::vector<std::pair<text::Timestamp, std::string>>& welcomes() const { return welcomes_; }

 private:
  // What the forms of one startup, or of an account without any, have said so far.
  struct Said {
    std::optional<text::Day> founded;
    std::string country;
    bool several_founded = false;
    bool several_countries = false;
  };
  // The startups whose applications were approved.
  struct Startups {
    std::string first;
    bool several = false;
  };

  void on(const Fact& fact, const Application& form);
  void on(const Fact& fact, const Decision& decision);
  void on(const Fact& fact, const Cancellation& cancellation);
  void on(const Fact& fact, const Issue& issue);
  void on(const Fact& fact, const CreditChange& change);
  void on(const Fact& fact, const Membership& membership);
  void on(const Fact& fact, const Offer& offer);
  void on(const Fact& fact, const Affiliation& affiliation);
  void on(const Fact& fact, const Sharing& sharing);
  void on(const Fact& fact, const AccountStatus& status);
  void on(const Fact& fact, const Balances& balances);
  // These have been folded into other facts before (rules/credits/consolidation.h).
  void on(const Fact& /*fact*/, const ImportedCredit& /*import*/) {}
  void on(const Fact& /*fact*/, const ImportedUse& /*import*/) {}
  void on(const Fact& /*fact*/, const Correction& /*correction*/) {}

  void settle_concurrent(std::size_t index);
  [[nodiscard]] bool contradicts_earlier(const Application& form, const std::string& account);
  /// Whether the provider confirms; nothing if nobody has said (R55).
  [[nodiscard]] std::optional<bool> affiliation(const ApplicationState& application) const;
  void close(ApplicationState& application, ApplicationStatus status);
  void count(ApplicationState& application);
  void judge(ApplicationState& application) const;
  void add_eligibility_reasons(const ApplicationState& application, std::set<std::string>& reasons) const;
  void add_offer_reasons(const ApplicationState& application, std::set<std::string>& reasons) const;
  void add_history_reasons(const ApplicationState& application, std::set<std::string>& reasons) const;
  void compare_decision(const Fact& fact, const ApplicationState& application);
  [[nodiscard]] std::optional<text::Day> expiry_of(const Fact& fact, const Issue& issue);
  [[nodiscard]] CreditKind kind_of(const Fact& fact, const Issue& issue);
  void check_total(const Fact& fact, const Issue& issue);
  void check_grant(const Fact& fact, const Issue& issue);
  void check_again(const Fact& fact, const Issue& issue, const Credit& credit);
  void check_open(text::Timestamp now);
  void find(const Fact& fact, std::string_view rule, Severity severity, std::string sentence);
  ApplicationState* application(std::string_view id, const std::string& account);
  Credit* credit(std::string_view id);

  const Settings& settings_;
  Organisations organisations_;
  std::vector<ApplicationState> applications_;
  std::vector<Credit> credits_;
  std::unordered_map<std::string, AccountState> accounts_;
  boost::unordered_flat_map<std::string, std::size_t> by_account_and_id_;  // The newest application of that name.
  boost::unordered_flat_map<std::string, std::size_t> by_id_;              // The same, of any account.
  boost::unordered_flat_map<std::string, std::size_t> pending_;            // By account: at most one (R22).
  boost::unordered_flat_map<std::string, std::size_t> credit_by_id_;
  std::unordered_map<std::string, Offer> offers_;                          // By Org ID.
  boost::unordered_flat_map<std::string, bool> affiliations_;              // By account and Org ID.
  boost::unordered_flat_map<std::string, bool> application_affiliations_;  // By application.
  Standing standing_;                                                      // What applicants have had before.
  std::unordered_map<std::string, Startups> approved_;                     // By account.
  std::unordered_map<std::string, Said> said_;                             // By startup, else account.
  boost::unordered_flat_map<std::string, text::Timestamp> failed_;         // Last failed form by account.
  std::vector<LedgerFinding> findings_;
  std::vector<Fact> shown_;
  std::vector<std::pair<text::Timestamp, std::string>> welcomes_;
};

}  // namespace trailkeeper::rules::credits
