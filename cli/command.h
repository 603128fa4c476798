// What all subcommands share: the global options, exit codes and errors.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <stdexcept>
#include <string>

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
  bool format_given = false;

  /// --store, else $TRAILKEEPER_STORE, else $XDG_DATA_HOME/trailkeeper, else ~/.local/share/trailkeeper.
  [[nodiscard]] std::string store_directory() const;
};

/// A wrong combination of arguments that CLI11 can't see.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A subcommand registers itself: options, help, and what to run. The chosen one's function is put into `run`.
using Run = std::function<int()>;
void add_replay(CLI::App& app, const GlobalOptions& global, Run& run);
void add_events(CLI::App& app, const GlobalOptions& global, Run& run);
void add_show(CLI::App& app, const GlobalOptions& global, Run& run);
void add_count(CLI::App& app, const GlobalOptions& global, Run& run);
void add_rejects(CLI::App& app, const GlobalOptions& global, Run& run);
void add_stats(CLI::App& app, const GlobalOptions& global, Run& run);
void add_retain(CLI::App& app, const GlobalOptions& global, Run& run);
void add_hold(CLI::App& app, const GlobalOptions& global, Run& run);
void add_maintenance(CLI::App& app, const GlobalOptions& global, Run& run);

/// Prints an error to stderr: a sentence, or with JSON output an object `{"error":{"message":…}}`.
void print_error(const GlobalOptions& global, const std::string& message);

}  // namespace trailkeeper::cli
