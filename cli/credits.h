// What the subcommands of `trailkeeper credits` share.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/output.h"
#include "query/ledger/credit_ledger.h"
#include "rules/credits/summary.h"
#include "text/timestamp.h"

namespace trailkeeper::cli {

struct CreditArguments {
  std::string account;
  std::string at;
  std::string month;
  std::vector<std::string> files;
  std::string by;     ///< Of summary and statement.
  std::string since;  ///< Of notices.
  bool due = false;   ///< The same.

  /// The moment that is asked about: --at, else now, and the same at each call. Throws UsageError.
  [[nodiscard]] text::Timestamp time() const;
  /// Whether an account's row is wanted.
  [[nodiscard]] bool wants(std::string_view of_account) const { return account.empty() || account == of_account; }

 private:
  mutable std::optional<text::Timestamp> moment_;
};

/// The store, and its ledger.
struct OpenedLedger {
  explicit OpenedLedger(const GlobalOptions& global, bool shown = false);

  /// The ledger's book; names bills that it leaves out on standard error.
  [[nodiscard]] rules::credits::Book book(text::Timestamp at, const rules::credits::BillVisitor& visit = {}) const;
  /// The same for the moment that is asked about. Says on standard error if the store knows nothing about the account
  /// or the programme that is asked about, because then an empty answer is no all-clear.
  [[nodiscard]] rules::credits::Book book(const CreditArguments& arguments,
                                          const rules::credits::BillVisitor& visit = {}) const;

  store::Store store;
  store::Snapshot snapshot;
  query::CreditLedger ledger;
};

/// The argument ACCOUNT of a command: 12 digits.
Option add_account_argument(const Command& command, CreditArguments& arguments, const std::string& help);

/// Each adds its subcommand to `credits`.
using CreditCommand = std::function<int(const GlobalOptions&, const CreditArguments&)>;
void add_credit_statement(const Command& credits, const GlobalOptions& global);
void add_credit_summary(const Command& credits, const GlobalOptions& global);
void add_credit_ledger(const Command& credits, const GlobalOptions& global);
void add_credit_applications(const Command& credits, const GlobalOptions& global);
void add_credit_notices(const Command& credits, const GlobalOptions& global);
void add_credit_forecast(const Command& credits, const GlobalOptions& global);
void add_credit_reconcile(const Command& credits, const GlobalOptions& global);
void add_credit_check(const Command& credits, const GlobalOptions& global);
void add_credit_settings(const Command& credits, const GlobalOptions& global);
/// `import`, `add`, `apply`, `decide` and `correct`.
void add_credit_feed(const Command& credits, const GlobalOptions& global);

/// In a table: the moment of the answer, and up to when charges are known; says so if that is old.
void write_as_of(Out& out, const rules::credits::Book& book, std::optional<text::Day> last_charge);
/// In a table: the sum, the same whatever was listed.
void write_total(Out& out, const rules::credits::Summary& summary, const rules::credits::Settings& settings);
/// In a table: what of it is unknown, and what only days and lines leave so.
void write_unknown(Out& out, const rules::credits::Summary& summary, bool by_day,
                   const rules::credits::Settings& settings);
/// A statement's totals by service or day.
int run_statement_totals(const GlobalOptions& global, const CreditArguments& arguments, text::Month month);

/// Adds a subcommand with an optional or required ACCOUNT and --at, that runs `body`.
struct CreditCommandText {
  std::string name;
  std::string summary;
  std::string footer;
  bool needs_account = false;
};
Command add_credit_command(const Command& credits, const CreditCommandText& text, const GlobalOptions& global,
                           const std::shared_ptr<CreditArguments>& arguments, const CreditCommand& body);

}  // namespace trailkeeper::cli
