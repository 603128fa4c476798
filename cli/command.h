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

/// The options before or after every subcommand.
struct GlobalOptions {
  std::string store;
  Format format = Format::table;
  bool wide = false;          ///< Tables don't cut long values.
  bool no_pager = false;      ///< Long lists go to the terminal as they are.
  bool skip_damaged = false;  ///< Answer from what can be read of a damaged store.

  /// --store, else $TRAILKEEPER_STORE, else $XDG_DATA_HOME/trailkeeper, else ~/.local/share/trailkeeper.
  [[nodiscard]] std::string store_directory() const;
};

/// A wrong combination of arguments that the options' own checks can't see.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Every subcommand, in the order of help: a file NAME.cpp has add_NAME, which registers it with its options, its help
/// and what to run. This list declares and calls them.
#define TRAILKEEPER_SUBCOMMANDS(ONE) \
  ONE(replay)                        \
  ONE(events)                        \
  ONE(show)                          \
  ONE(count)                         \
  ONE(sql)                           \
  ONE(query)                         \
  ONE(evaluate)                      \
  ONE(rejects)                       \
  ONE(stats)                         \
  ONE(serve)                         \
  ONE(tail)                          \
  ONE(retain)                        \
  ONE(hold)                          \
  ONE(investigate)                   \
  ONE(findings)                      \
  ONE(explain)                       \
  ONE(access)                        \
  ONE(least_privilege)               \
  ONE(policies)                      \
  ONE(recheck)                       \
  ONE(credits)                       \
  ONE(journal)                       \
  ONE(maintenance)                   \
  ONE(verify_digest)                 \
  ONE(token)                         \
  ONE(describe)

#define TRAILKEEPER_DECLARE(name) void add_##name(const Command& app, const GlobalOptions& global);
TRAILKEEPER_SUBCOMMANDS(TRAILKEEPER_DECLARE)
#undef TRAILKEEPER_DECLARE

/// Prints an error to stderr: a sentence, or with JSON output an object `{"error":{"message":…}}`. Nothing in the
/// message acts on a terminal, whatever it holds (text/visible_text.h).
void print_error(const GlobalOptions& global, const std::string& message);

/// Prints what isn't an error to stderr: a sentence, in any format.
void print_notice(const std::string& message);

}  // namespace trailkeeper::cli
