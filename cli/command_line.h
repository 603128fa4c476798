// Commands, their options and arguments. A seam before CLI11, whose templates cost each file that includes them ten
// seconds to compile: only command_line.cpp does.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/described_command.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace trailkeeper::cli {

/// What a command does once its options are read; gives the exit code.
using Run = std::function<int()>;

struct OptionFacts;
struct CommandLineState;

/// An option, a flag or an argument of a command. Copies mean the same one; each function returns it for the next call.
class Option {
 public:
  Option(CLI::Option* option, OptionFacts& facts) : option_(option), facts_(&facts) {}

  Option required() const;
  /// What stands for the value in help: `TIME`.
  Option type_name(const std::string& name) const;
  /// The heading in help that it is listed under; empty: not listed.
  Option group(const std::string& title) const;
  Option environment_variable(const std::string& name) const;
  /// Allowed only together with another option.
  Option needs(Option other) const;

  /// How many values it takes.
  Option expected(int number) const { return expected(number, number); }
  Option expected(int least, int most) const;
  /// Takes one value each time it is given; whatever follows the value belongs to something else.
  Option one_value() const;
  /// The same, and it may be given several times.
  Option repeatable() const;
  /// Lists in one value are separated by this.
  Option delimiter(char separator) const;

  /// Gives what is wrong with a value; nothing if it is right.
  Option check(const std::function<std::string(const std::string&)>& wrong) const;
  /// Numbers from `low` to `high`.
  Option range(unsigned low, unsigned high) const;
  Option range(int low, int high) const;
  Option positive() const;
  Option one_of(const std::vector<std::string>& words) const;
  /// Values that completions offer among others, with blanks between.
  Option suggest(std::string_view words) const;
  /// The same where one value may be several, separated by commas.
  Option suggest_list(std::string_view words) const;
  /// The value if it isn't given, where the variable that takes it doesn't show it.
  Option preset(const std::string& value) const;
  /// An example of a value, for documents.
  Option example(const std::string& value) const;
  /// Adds the value that it has if it isn't given to the help.
  Option tells_preset() const;
  /// Digits only; called N in help.
  Option count() const;
  /// Sizes in bytes such as 32MiB; called BYTES in help.
  Option bytes() const;

 private:
  friend class Command;

  CLI::Option* option_;
  OptionFacts* facts_;
};

/// A command or the program itself. Copies mean the same one.
class Command {
 public:
  Command(CLI::App& app, CommandLineState& state) : app_(&app), state_(&state) {}

  [[nodiscard]] Command add_subcommand(const std::string& name, const std::string& summary) const;
  void require_subcommand(std::size_t least, std::size_t most) const;
  /// Neither listed in help nor suggested for a misspelt command.
  void hide() const;
  /// The text below the options in help.
  void footer(const std::string& text) const;
  /// What it does when it is chosen, and none of its subcommands is; options of a file are read before that
  /// (take_config_file()).
  void runs(Run run) const;

  /// An option (`--since`, `--output,-o`) or an argument (`FILE`), and where its value goes, which must outlive the
  /// parsing. Strings that aren't what the type needs are errors.
  Option add_option(const std::string& names, std::string& value, const std::string& help) const;
  Option add_option(const std::string& names, std::vector<std::string>& value, const std::string& help) const;
  Option add_option(const std::string& names, unsigned& value, const std::string& help) const;
  Option add_option(const std::string& names, std::uint64_t& value, const std::string& help) const;
  Option add_option(const std::string& names, std::optional<std::uint64_t>& value, const std::string& help) const;
  /// The same, and what is done with its value.
  Option on_number(const std::string& names, const std::function<void(unsigned)>& take, const std::string& help) const;
  Option on_words(const std::string& names, const std::function<void(const std::vector<std::string>&)>& take,
                  const std::string& help) const;
  Option on_word(const std::string& names, const std::function<void(const std::string&)>& take,
                 const std::string& help) const;

  Option add_flag(const std::string& names, bool& value, const std::string& help) const;
  Option on_flag(const std::string& names, std::function<void()> take, const std::string& help) const;

  /// An option that takes one of a table's words.
  template <typename Value>
  Option add_choice(const std::string& names, Value& value, std::span<const std::pair<std::string_view, Value>> words,
                    const std::string& help) const {
    return add_choice(names, value, std::vector<std::pair<std::string, Value>>{words.begin(), words.end()}, help);
  }
  /// An option that takes one of some words. Errors name the words.
  template <typename Value>
  Option add_choice(const std::string& names, Value& value, const std::vector<std::pair<std::string, Value>>& choices,
                    const std::string& help) const {
    std::vector<std::string> words;
    std::string preset;
    for (const auto& [word, chosen] : choices) {
      words.push_back(word);
      if (chosen == value) preset = word;
    }
    const auto take = [&value, choices](const std::string& text) {
      for (const auto& [word, chosen] : choices) {
        if (word == text) value = chosen;
      }
    };
    return check_words(on_word(names, take, help), words).preset(preset);
  }

  /// Each option added so far can also be given by an environment variable: `--max-body` by PREFIX_MAX_BODY.
  void name_environment_variables(const std::string& prefix) const;
  /// An option for a TOML file with options, without their dashes; the command line and the environment win. CLI11 2.1
  /// reads the files of the program itself only, not those of its subcommands.
  Option add_config_file(const std::string& names, std::string& value, const std::string& help);

  /// Everything that was added so far, with all subcommands.
  [[nodiscard]] DescribedCommand description() const;

 private:
  static Option check_words(Option option, const std::vector<std::string>& words);
  [[nodiscard]] Option known(CLI::Option* option, const std::string& preset = {}) const;

  CLI::App* app_;
  CommandLineState* state_;
  const std::string* config_ = nullptr;
};

/// The whole command line.
class CommandLine {
 public:
  CommandLine(const std::string& name, const std::string& summary, const std::string& version);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// The program: its options may stand before or behind any subcommand's.
  [[nodiscard]] Command program();

  /// Returns what the chosen command does; help and version are printed, and then there is nothing to do. Throws
  /// UsageError that says what is wrong, what may have been meant, and which help tells more.
  Run parse(int argc, char** argv);

 private:
  std::unique_ptr<CLI::App> app_;
  std::unique_ptr<CommandLineState> state_;
};

}  // namespace trailkeeper::cli
