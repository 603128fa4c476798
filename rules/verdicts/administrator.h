// Who is an administrator.
#pragma once

#include "rules/grants/history.h"

namespace trailkeeper::rules::verdicts {

/// Allow of everything that nothing narrows: AdministratorAccess or its equal, without a Deny, boundary or SCP (R11).
bool is_administrator(const grants::Granted& granted);

}  // namespace trailkeeper::rules::verdicts
