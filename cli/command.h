// What all subcommands share: the global options, exit codes and errors.
#pragma once

#include <stdexcept>
#include <string>

#include "cli/command_line.h"

namespace trailkeeper::cli {

/// Exit codes; scripts rely on them.
enum ExitCode : int {
  kDone = 0,
  kRefused = 1,  ///< Done, but something was refused or not found.
  kUsage = 2,
  kFailed = 3,  ///< The store or the system failed.
};

enum class Format { table, json, ndjson, csv, raw };

/// The options before or behind every subcommand.
struct GlobalOptions {
  std::string store;
  Format format = Format::table;
  bool wide = false;          ///< Tables don't cut long values.
  bool no_pager = false;      ///< Long lists go to the terminal as they are.
  bool skip_damaged = false;  ///< Answer from what is left of a damaged store.

  /// --store, else $TRAILKEEPER_STORE, else $XDG_DATA_HOME/trailkeeper, else ~/.local/share/trailkeeper.
  [[nodiscard]] std::string store_directory() const;
};

/// A wrong combination of arguments that the options' own checks can't see.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A subcommand registers itself: options, help, and what to run.
void add_replay(const Command& app, const GlobalOptions& global);
void add_events(const Command& app, const GlobalOptions& global);
void add_show(const Command& app, const GlobalOptions& global);
void add_count(const Command& app, const GlobalOptions& global);
void add_evaluate(const Command& app, const GlobalOptions& global);
void add_rejects(const Command& app, const GlobalOptions& global);
void add_stats(const Command& app, const GlobalOptions& global);
void add_serve(const Command& app, const GlobalOptions& global);
void add_tail(const Command& app, const GlobalOptions& global);
void add_retain(const Command& app, const GlobalOptions& global);
void add_hold(const Command& app, const GlobalOptions& global);
void add_investigate(const Command& app, const GlobalOptions& global);
void add_findings(const Command& app, const GlobalOptions& global);
void add_explain(const Command& app, const GlobalOptions& global);
void add_access(const Command& app, const GlobalOptions& global);
void add_least_privilege(const Command& app, const GlobalOptions& global);
void add_policies(const Command& app, const GlobalOptions& global);
void add_recheck(const Command& app, const GlobalOptions& global);
void add_credits(const Command& app, const GlobalOptions& global);
void add_journal(const Command& app, const GlobalOptions& global);
void add_maintenance(const Command& app, const GlobalOptions& global);
void add_token(const Command& app, const GlobalOptions& global);

/// Prints an error to stderr: a sentence, or with JSON output an object `{"error":{"message":…}}`. Whatever the message
/// holds, nothing of it acts on a terminal (text/visible_text.h).
void print_error(const GlobalOptions& global, const std::string& message);

/// Prints what isn't an error to stderr: a sentence, in any format.
void print_notice(const std::string& message);

}  // namespace trailkeeper::cli
