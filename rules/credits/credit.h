// A promotional credit, and what is known about it without bills.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "text/calendar.h"
#include "text/money.h"

namespace trailkeeper::rules::credits {

enum class CreditKind : std::uint8_t {
  single,   ///< Pays services and support (R44).
  service,  ///< From before 2023-04-11: pays services only (R63).
  support,  ///< From before 2023-04-11: pays support only (R44).
  other,    ///< Of another programme (R19): pays like a single one.
};

/// `Activate`, `Service`, `Support`, `Other`.
std::string_view kind_text(CreditKind kind);

/// What was used of a credit before the ledger's own reckoning begins, according to AWS's figures (docs/credits.md).
struct Opening {
  text::Day from = 0;   ///< The first day whose charges the credit pays by the ledger's own reckoning.
  text::Money balance;  ///< At that day's beginning.
  std::string event;    ///< The event that gave it.
  std::vector<std::pair<text::Day, text::Money>>
      used;  ///< By ascending day, all before `from`: the amount less the balance.
};

struct Credit {
  std::string id;
  std::string account;      ///< The holder.
  std::string application;  ///< Empty if the event names none.
  std::string event;        ///< The event that issued it.
  CreditKind kind = CreditKind::single;
  text::Money amount;
  text::Timestamp issued = 0;
  text::Day expires = 0;              ///< The last day on which it pays (R35).
  std::vector<std::string> services;  ///< Product codes; empty: all that credits cover.
  std::optional<text::Timestamp> revoked;
  std::string revoked_by;  ///< The event that did.
  std::optional<Opening> opening;
  /// The accounts beside its own that it may pay for, if AWS names them; else sharing and the organisation decide.
  std::optional<std::vector<std::string>> shared_with;

  /// The last day whose charges it pays: the day of its expiry, or the day before it was revoked.
  [[nodiscard]] text::Day last_day() const;
  /// Whether the opening balance already includes the cost of the day's charges.
  [[nodiscard]] bool opened_after(text::Day day) const { return opening && day < opening->from; }
};

}  // namespace trailkeeper::rules::credits
