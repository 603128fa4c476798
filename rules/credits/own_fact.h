// Facts that those who keep the ledger enter themselves, as events that nobody takes for AWS's.
#pragma once

#include <string>
#include <string_view>

#include "rules/credits/pseudonymiser.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::credits {

/// What such events have as `userIdentity.invokedBy`, `sourceIPAddress` and `userAgent`.
constexpr std::string_view kOwnSource = "trailkeeper";

struct OwnFact {
  std::string name;          ///< `CreditsIssued`, …: docs/credits.md.
  text::Timestamp time = 0;  ///< When it came to be; not when it was entered.
  std::string account;
  std::string details;  ///< A JSON object: `serviceEventDetails`.
  /// What makes it the same fact when it is entered again. Empty: all of the above.
  std::string identity;
  std::string subject;  ///< For people: a credit's or an application's ID.
};

/// The eventID: a UUID that follows from what the fact says and the store's key, so that the same fact is one event,
/// however often it is entered, and nobody can find out by trial what it says (R20).
std::string own_event_id(const OwnFact& fact, const Pseudonymiser& pseudonymiser);

/// The event, in CloudTrail's envelope. `recorded_by` is a JSON object that says who enters it (store/actor.h).
std::string own_event(const OwnFact& fact, std::string_view event_id, std::string_view recorded_by,
                      text::Timestamp recorded_at);

/// The SHA-256 of bytes, in hexadecimal digits.
std::string content_digest(std::string_view bytes);

}  // namespace trailkeeper::rules::credits
