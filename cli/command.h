// What all subcommands share: the global options, exit codes and errors.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

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
void add_evaluate(CLI::App& app, const GlobalOptions& global, Run& run);
void add_rejects(CLI::App& app, const GlobalOptions& global, Run& run);
void add_stats(CLI::App& app, const GlobalOptions& global, Run& run);
void add_serve(CLI::App& app, const GlobalOptions& global, Run& run);
void add_tail(CLI::App& app, const GlobalOptions& global, Run& run);
void add_retain(CLI::App& app, const GlobalOptions& global, Run& run);
void add_hold(CLI::App& app, const GlobalOptions& global, Run& run);
void add_investigate(CLI::App& app, const GlobalOptions& global, Run& run);
void add_findings(CLI::App& app, const GlobalOptions& global, Run& run);
void add_explain(CLI::App& app, const GlobalOptions& global, Run& run);
void add_access(CLI::App& app, const GlobalOptions& global, Run& run);
void add_least_privilege(CLI::App& app, const GlobalOptions& global, Run& run);
void add_policies(CLI::App& app, const GlobalOptions& global, Run& run);
void add_recheck(CLI::App& app, const GlobalOptions& global, Run& run);
void add_credits(CLI::App& app, const GlobalOptions& global, Run& run);
void add_journal(CLI::App& app, const GlobalOptions& global, Run& run);
void add_maintenance(CLI::App& app, const GlobalOptions& global, Run& run);
void add_token(CLI::App& app, const GlobalOptions& global, Run& run);

/// Adds an option that takes one of some words. Errors name the words.
template <typename Value>
CLI::Option* add_choice(CLI::App& app, const std::string& option, Value& value,
                        const std::vector<std::pair<std::string, Value>>& choices, const std::string& help) {
  std::vector<std::string> words;
  for (const auto& [word, chosen] : choices) words.push_back(word);
  return app
      .add_option_function<std::string>(
          option,
          [&value, choices](const std::string& text) {
            for (const auto& [word, chosen] : choices) {
              if (word == text) value = chosen;
            }
          },
          help)
      ->check([words](const std::string& text) {
        if (std::find(words.begin(), words.end(), text) != words.end()) return std::string{};
        std::string message = "'" + text + "' is none of";
        for (const std::string& word : words) message += (word == words.front() ? " " : ", ") + word;
        return message;
      });
}

/// Makes a number option refuse signs and other characters than digits, with a plain message.
void take_count(CLI::Option* option);

/// Prints an error to stderr: a sentence, or with JSON output an object `{"error":{"message":…}}`. Whatever the message
/// holds, nothing of it acts on a terminal (event/visible_text.h).
void print_error(const GlobalOptions& global, const std::string& message);

/// Prints what isn't an error to stderr: a sentence, in any format.
void print_notice(const std::string& message);

}  // namespace trailkeeper::cli
