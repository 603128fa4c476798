// Asking for what is confidential.
#pragma once

#include <string>

#include "cli/command.h"

namespace trailkeeper::cli {

/// Adds --reveal to a subcommand.
void add_reveal(const Command& command, bool& reveal);

/// Records in the store's journal who is about to see confidential values, and by which command; call it before
/// anything is printed. Needs the right to write to the store: throws StoreError without it, or while another process
/// writes.
void record_reveal(const GlobalOptions& global, const std::string& command);

}  // namespace trailkeeper::cli
