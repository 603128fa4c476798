// The programme's rules on applications and awards (R13-R34, R52-R58), over time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rules/credits/credit.h"
#include "rules/credits/fact.h"
#include "rules/credits/finding.h"
#include "rules/credits/organisation.h"

namespace trailkeeper::rules::credits {

enum class ApplicationStatus : std::uint8_t { pending, approved, denied, cancelled, rejected, failed };
/// `pending`, `approved`…
std::string_view status_text(ApplicationStatus status);

/// Reasons for people: numbers first, by value, then the others.
std::vector<std::string> in_order(const std::set<std::string>& reasons);

/// An application, and what became of it.
struct ApplicationState {
  Application form;
  event::Timestamp time = 0;
  std::string event;
  std::string account;
  ApplicationStatus status = ApplicationStatus::pending;
  std::set<std::string> reasons;  ///< Ours, against it: `1` to `10`, and `other:…`.
  Money award;                    ///< Ours: zero if there are reasons.
  std::optional<event::Timestamp> decided;
  std::optional<Decision> decision;  ///< The programme's.
  Money granted;                     ///< Of credits issued for it.
  int grants = 0;

  /// What it counts for later applications: the programme's amount, or ours where it names none.
  [[nodiscard]] Money awarded() const;
};

/// What is known of an account.
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

  /// Facts must come by ascending time, then event.
  void take(const Fact& fact);
  /// Judges what is open at `now`. No facts may follow.
  void finish(event::Timestamp now);

  [[nodiscard]] const std::vector<ApplicationState>& applications() const { return applications_; }
  [[nodiscard]] const std::vector<Credit>& credits() const { return credits_; }
  [[nodiscard]] const Organisations& organisations() const { return organisations_; }
  [[nodiscard]] Organisations& organisations() { return organisations_; }
  [[nodiscard]] const std::map<std::string, AccountState>& accounts() const { return accounts_; }
  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  /// What GetCredits showed, by time.
  [[nodiscard]] const std::vector<Fact>& shown() const { return shown_; }
  /// Members by when they became so, for the mail of welcome (R65).
  [[nodiscard]] const std::vector<std::pair<event::Timestamp, std::string>>& welcomes() const { return welcomes_; }

 private:
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

  void settle_concurrent(ApplicationState& application);
  void judge(ApplicationState& application) const;
  void add_eligibility_reasons(const ApplicationState& application, std::set<std::string>& reasons) const;
  void add_offer_reasons(const ApplicationState& application, std::set<std::string>& reasons) const;
  void add_history_reasons(const ApplicationState& application, std::set<std::string>& reasons) const;
  [[nodiscard]] Money prior(const ApplicationState& application) const;
  void compare_decision(const Fact& fact, const ApplicationState& application);
  [[nodiscard]] std::optional<Day> expiry_of(const Fact& fact, const Issue& issue);
  [[nodiscard]] CreditKind kind_of(const Issue& issue) const;
  void check_grant(const Fact& fact, const Issue& issue);
  void check_again(const Fact& fact, const Issue& issue, const Credit& credit);
  void check_open(event::Timestamp now);
  void find(const Fact& fact, std::string_view rule, Severity severity, std::string sentence);
  ApplicationState* application(std::string_view id, const std::string& account);
  Credit* credit(std::string_view id);

  const Settings& settings_;
  Organisations organisations_;
  std::vector<ApplicationState> applications_;
  std::vector<Credit> credits_;
  std::map<std::string, AccountState> accounts_;
  std::map<std::string, Offer> offers_;                   // By Org ID.
  std::map<std::string, bool> affiliations_;              // By account and Org ID.
  std::map<std::string, bool> application_affiliations_;  // By application.
  std::map<std::string, Money> issued_;                   // Activate credits by account.
  std::map<std::string, event::Timestamp> failed_;        // Last failed form by account.
  std::vector<Finding> findings_;
  std::vector<Fact> shown_;
  std::vector<std::pair<event::Timestamp, std::string>> welcomes_;
};

}  // namespace trailkeeper::rules::credits
