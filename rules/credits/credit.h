// A promotional credit, and what is known of it without bills.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/credits/calendar.h"
#include "rules/credits/money.h"

namespace trailkeeper::rules::credits {

enum class CreditKind : std::uint8_t {
  single,   ///< Pays services and support (R44).
  service,  ///< Of before 2023-04-11: pays services only (R63).
  support,  ///< Of before 2023-04-11: pays support only (R44).
  other,    ///< Of another programme (R19): pays like a single one.
};

/// `Activate`, `Service`, `Support`, `Other`.
std::string_view kind_text(CreditKind kind);

struct Credit {
  std::string id;
  std::string account;      ///< The holder.
  std::string application;  ///< Empty if the event names none.
  std::string event;        ///< That issued it.
  CreditKind kind = CreditKind::single;
  Money amount;
  event::Timestamp issued = 0;
  Day expires = 0;                    ///< The last day on which it pays (R35).
  std::vector<std::string> services;  ///< Product codes; empty: all that credits cover.
  std::optional<event::Timestamp> revoked;
  std::string revoked_by;  ///< The event.

  /// The last day whose charges it pays: of its expiry, or the day before it was revoked.
  [[nodiscard]] Day last_day() const;
};

}  // namespace trailkeeper::rules::credits
