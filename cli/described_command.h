// What the command line says about itself: documents, completions and tests are made from it.
#pragma once

#include <string>
#include <vector>

namespace trailkeeper::cli {

/// An option, a flag or an argument.
struct DescribedOption {
  std::vector<std::string> names;  ///< With dashes, the usual one first: `--output`, `-o`. An argument's alone: `FILE`.
  std::string value;               ///< What stands for its value in help; empty: a flag.
  std::string help;
  std::string group;               ///< The heading in help that it is listed under; empty: not listed.
  std::string preset;              ///< The value if it isn't given; empty: none.
  std::string example;             ///< An example of a value, if it has no preset that shows one.
  std::string environment;         ///< The environment variable that sets it, too; empty: none.
  std::vector<std::string> words;  ///< Values to offer.
  bool only_words = false;         ///< It takes no other values.
  bool list = false;               ///< A value may be several, separated by commas.
  bool argument = false;
  bool required = false;
  bool repeatable = false;
};

/// A command, or the program.
struct DescribedCommand {
  std::string name;
  std::string summary;
  std::string footer;  ///< What stands below the options in help: exit codes, examples.
  bool listed = true;  ///< In help.
  std::vector<DescribedOption> options;
  std::vector<DescribedCommand> commands;
};

}  // namespace trailkeeper::cli
