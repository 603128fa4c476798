// The credit ledger of a store: what follows from its events and bills by the rules.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/ledger/activate_events.h"
#include "rules/credits/book.h"
#include "rules/credits/corrections.h"
#include "rules/credits/own_fact.h"
#include "rules/credits/pseudonymiser.h"
#include "store/store.h"
#include "store/writer.h"
#include "text/result.h"

namespace trailkeeper::query {

/// Kind of the settings' file, as the store keeps it.
constexpr std::string_view kCreditSettingsFile = "credit-settings";

/// A snapshot's settings, facts and bills. Not thread-safe.
class CreditLedger {
 public:
  /// Reads the facts and, with `shown`, also what GetCredits events showed. Throws StoreError. `snapshot` must outlive
  /// this.
  explicit CreditLedger(const store::Snapshot& snapshot, bool shown = false);

  /// The state at `at`. Each bill is passed to `visit` when it is paid.
  [[nodiscard]] rules::credits::Book book(text::Timestamp at, const rules::credits::BillVisitor& visit = {}) const;

  [[nodiscard]] const rules::credits::Settings& settings() const { return settings_; }
  /// Whether any event says anything about credits, applications or accounts.
  [[nodiscard]] bool has_facts() const { return !facts_.empty(); }
  [[nodiscard]] const std::vector<rules::credits::BillName>& bills() const { return bills_; }
  /// Why a fact that somebody wants to enter is wrong in view of what the store has; nothing if it isn't.
  [[nodiscard]] std::optional<std::string> objection(const rules::credits::OwnFact& fact) const;
  /// Of all facts.
  [[nodiscard]] rules::credits::Corrections corrections() const;
  /// What stands for an Org ID outside the stored bytes (R20); empty for none.
  [[nodiscard]] std::string pseudonym(std::string_view org_id) const;
  /// Events that can't be read as what their names say they are, and settings that can't be read.
  [[nodiscard]] const std::vector<rules::credits::LedgerFinding>& unreadable() const { return unreadable_; }

 private:
  void read_settings();
  void read_facts(bool shown);
  void read_facts(const store::Segment& segment, const ActivateEvents& events, bool shown,
                  std::vector<rules::credits::Fact>& facts,
                  std::vector<rules::credits::LedgerFinding>& unreadable) const;
  [[nodiscard]] std::vector<rules::credits::ChargeCell> cells(const rules::credits::BillName& name) const;

  const store::Snapshot& snapshot_;
  rules::credits::Pseudonymiser pseudonymiser_;
  EventNames names_;
  rules::credits::Settings settings_;
  std::vector<rules::credits::Fact> facts_;
  std::vector<rules::credits::BillName> bills_;
  std::vector<rules::credits::LedgerFinding> unreadable_;
};

/// The settings that a snapshot has; the built-in ones where none are loaded, or they can't be read.
rules::credits::Settings credit_settings(const store::Snapshot& snapshot);

/// The settings' file as it is loaded; the built-in one if none is.
std::string credit_settings_text(const store::Snapshot& snapshot);

/// Checks settings and keeps them in place of the previous ones; what they say about Org IDs holds for all events at
/// once.
text::Result<void> load_credit_settings(store::Store& store, store::Writer& writer, std::string bytes,
                                        std::string source, text::Timestamp now);

}  // namespace trailkeeper::query
