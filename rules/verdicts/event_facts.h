// What an event says about who did what, as far as permissions depend on it.
#pragma once

#include <cstdint>
#include <string_view>

#include "rules/grants/history.h"
#include "text/timestamp.h"

namespace trailkeeper::rules::verdicts {

/// Bytes of an ARN or of a condition key's value; AWS's are shorter. Longer ones aren't looked at: matching them
/// against hostile patterns would take as long as somebody likes.
constexpr std::size_t kMostOfText = 4096;

/// Fields of an event, by CloudTrail's names; empty where it lacks them. Views.
struct EventFacts {
  text::Timestamp time = 0;
  std::string_view event_source;
  std::string_view event_name;  ///< In IAM's spelling (event::canonical_name).
  std::string_view event_type;
  std::string_view error_code;
  std::string_view region;
  std::string_view recipient_account;
  std::string_view identity_type;
  std::string_view arn;
  std::string_view principal_id;
  std::string_view account;  ///< The caller's.
  std::string_view user_name;
  std::string_view issuer_arn;
  std::string_view invoked_by;
  /// The event's record says that the session may have less than its principal (limit_of_session), or more of the
  /// caller than is known from elsewhere (eventContext).
  bool limited = false;
};

/// Whose policies count: the user, the role behind a session, the user behind a federated session, or root. Nothing for
/// callers that aren't an IAM principal.
std::optional<grants::Holder> holder_of(const EventFacts& facts);

/// What an errorCode says of permissions.
enum class Outcome : std::uint8_t {
  allowed,  ///< There is none; or [Client.]DryRunOperation: "Request would have succeeded, but DryRun flag is set",
            ///< which EC2 answers only to who has the permission (EC2 API Reference, "Error codes").
  refused,  ///< A permission was missing.
  failed    ///< Something else went wrong, before or after permissions were asked for.
};
constexpr std::size_t kOutcomeCount = 3;
Outcome outcome_of(std::string_view error_code);

}  // namespace trailkeeper::rules::verdicts
