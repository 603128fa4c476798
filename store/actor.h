// Who does something to a store, and from where: for its journal.
#pragma once

#include <string>

namespace trailkeeper::store {

/// The user behind this process, as a JSON object: `user` and `uid` (real, from the system), `loginUid` (of the login
/// session, if the kernel's audit keeps it), `sudoUser` (who called sudo), `host`, `tty`, `sshClient` (address).
/// Members without a value are left out. sudoUser and sshClient come from the environment, so the user can forge them;
/// the others can't be forged.
std::string process_actor();

/// A token's holder, as a JSON object: `token`, `peer` (address), and `server`, the process_actor() of the server.
std::string token_actor(const std::string& token, const std::string& peer);

}  // namespace trailkeeper::store
