// Names under which a log says what somebody sent: the one table for texts and objects.
#pragma once

#include <string_view>

namespace trailkeeper::event {

/// Whether a member, column or field of this name has what a visitor or a caller sent, or what he was answered, however
/// it is spelled (`requestObject`, `request_object`): who wrote that isn't who wrote the log, so nothing in it is an
/// event, neither as text nor as an object. The members in which a record says so (event/record_member.h) are among
/// them. `name` is one key without escapes; the `[]` of an array may follow.
bool names_what_was_sent(std::string_view name);

/// Whether an object with a member of this name is, or logs, one request: `method`, `requestContext`.
bool tells_request(std::string_view name);

/// Whether a member of this name has what was sent where it stands beside one that tells_request(), and else may be an
/// envelope's: `body`.
bool may_be_sent(std::string_view name);

/// Whether one of the keys of a path as queries write it (`userIdentity.userName`, `user_agent.original`) is such a
/// name.
bool path_names_what_was_sent(std::string_view path);

}  // namespace trailkeeper::event
