// Which credentials came from which: keys, sessions and assumed roles, in both directions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "query/investigation/activity.h"
#include "query/shown_event.h"

namespace trailkeeper::query {

/// Credentials that one caller was given by one API, for one identity: all calls of that kind together.
struct CredentialLink {
  enum class Direction {
    from,  ///< The subject's credentials, or those they came from, were issued here.
    to,    ///< The subject, or somebody who used what it was issued, was issued credentials here.
  };
  Direction direction = Direction::from;
  unsigned depth = 1;             ///< 1: next to the subject.
  std::string call;               ///< eventName: AssumeRole, GetSessionToken, CreateAccessKey, …
  std::string caller;             ///< Principal that asked for the credentials.
  std::string caller_key;         ///< The access key it used (one of them); empty for services and web identities.
  std::string identity;           ///< ARN of the session, or the user, that the credentials are for.
  std::vector<std::string> keys;  ///< Issued access key IDs, newest first; at most kMostKeysOfLink.
  Seen issued;                    ///< The calls.
  Seen used;                      ///< Events that the keys made.
};

constexpr std::size_t kMostKeysOfLink = 100;

struct CredentialChain {
  std::vector<CredentialLink> links;  ///< By direction, depth, then first time.
  /// Why there may be more; empty if everything was looked at.
  std::string incomplete;
};

/// Follows credentials from the events that pass `filter` and the keys that made them. An event that issues credentials
/// is one of STS's (AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity, AssumeRoot, GetSessionToken,
/// GetFederationToken) or IAM's CreateAccessKey whose response names the key. Bounded: 8 steps, 200 links, 50,000
/// events read whole.
CredentialChain follow_credentials(const store::Snapshot& snapshot, const ShownEvents& shown, const Filter& filter,
                                   const Traits& access_keys);

}  // namespace trailkeeper::query
