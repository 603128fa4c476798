#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "cli/command.h"
#include "query/similar_name.h"

namespace trailkeeper::cli {
namespace {

std::string environment_name(std::string option) {
  std::transform(option.begin(), option.end(), option.begin(), [](char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return option;
}

void take_config_item(CLI::App& command, const std::string& file, const CLI::ConfigItem& item) {
  const std::string name = item.fullname();
  CLI::Option* const option = item.parents.empty() ? command.get_option_no_throw("--" + item.name) : nullptr;
  if (option == nullptr || name == "config" || name == "help") {
    throw CLI::ConfigError(file + ": there is no option '" + name + "'");
  }
  if (option->count() > 0) return;
  try {
    if (option->get_items_expected_max() == 0) {
      option->add_result(option->get_flag_value(name, item.inputs.size() == 1 ? item.inputs.front() : "?"));
    } else {
      option->add_result(item.inputs);
    }
    option->run_callback();
  } catch (const CLI::Error& error) {
    throw CLI::ConfigError(file + ": " + error.what());
  }
}

void take_config_file(CLI::App& command, const std::string& file) {
  for (const CLI::ConfigItem& item : CLI::ConfigTOML{}.from_file(file)) {
    if (item.name == "++" || item.name == "--") continue;  // Where a section begins or ends.
    take_config_item(command, file, item);
  }
}

// The command that was meant by what is unknown, or the option.
std::string unknown_word(const CLI::App& command, const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  const bool option = word.starts_with('-');
  if (option) {
    for (const CLI::App* const level : {&command, &app}) {
      for (const CLI::Option* const known : level->get_options()) {
        for (const std::string& name : known->get_lnames()) names.push_back("--" + name);
      }
    }
  } else {
    for (const CLI::App* const known : command.get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(known->get_name());
    }
  }
  const std::vector<std::string_view> known{names.begin(), names.end()};
  const std::string given = word.substr(0, word.find('='));
  return "there is no " + std::string{option ? "option" : "command"} + " '" + given + "'" +
         query::did_you_mean(query::similar_name(given, known));
}

// A command that was meant by the argument whose value is refused, where a command takes either.
std::string misspelt_command(const CLI::App& command, const CLI::App& app, const CLI::ParseError& error) {
  for (const CLI::Option* const option : command.get_options()) {
    const bool refused = option->get_positional() && !option->results().empty() &&
                         std::string_view{error.what()}.starts_with(option->get_name() + ":");
    if (!refused || error.get_name() != "ValidationError") continue;
    std::string text = unknown_word(command, app, option->results().front());
    if (text.find("did you mean") != std::string::npos) return text;
  }
  return {};
}

// What was wrong with the command line, and which help tells more.
std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &app;
  std::string path = app.get_name();
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    path += " " + command->get_name();
  }
  const std::string see = "; see: " + path + " --help";
  const std::vector<std::string> unknown = app.remaining(true);
  const bool takes_command = !command->get_subcommands([](const CLI::App*) { return true; }).empty();
  if (takes_command) {
    if (const std::string text = misspelt_command(*command, app, error); !text.empty()) return text + see;
    if (error.get_name() == "ValidationError") return std::string{error.what()} + see;
  }
  if (takes_command && !unknown.empty() && !unknown.front().starts_with('-')) {
    return unknown_word(*command, app, unknown.front()) + see;
  }
  const auto option = std::find_if(unknown.begin(), unknown.end(),
                                   [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); });
  if (option != unknown.end()) return unknown_word(*command, app, *option) + see;
  return std::string{error.what()} + see;
}

}  // namespace

Option Option::required() const { return Option{option_->required()}; }
Option Option::type_name(const std::string& name) const { return Option{option_->type_name(name)}; }
Option Option::group(const std::string& title) const { return Option{option_->group(title)}; }
Option Option::environment_variable(const std::string& name) const { return Option{option_->envname(name)}; }
Option Option::needs(Option other) const { return Option{option_->needs(other.option_)}; }
Option Option::expected(int least, int most) const { return Option{option_->expected(least, most)}; }
Option Option::one_value() const { return Option{option_->allow_extra_args(false)}; }
Option Option::repeatable() const { return Option{option_->allow_extra_args(false)->take_all()}; }
Option Option::delimiter(char separator) const { return Option{option_->delimiter(separator)}; }

Option Option::check(const std::function<std::string(const std::string&)>& wrong) const {
  return Option{option_->check(wrong)};
}

Option Option::range(unsigned low, unsigned high) const { return Option{option_->check(CLI::Range(low, high))}; }
Option Option::range(int low, int high) const { return Option{option_->check(CLI::Range(low, high))}; }
Option Option::positive() const { return Option{option_->check(CLI::PositiveNumber)}; }
Option Option::one_of(const std::vector<std::string>& words) const {
  return Option{option_->check(CLI::IsMember(words))};
}

Option Option::count() const {
  return type_name("N").check([](const std::string& text) {
    const bool digits = !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
    return digits ? std::string{} : "'" + text + "' is not a number of 0 or more";
  });
}

Option Option::bytes() const { return Option{option_->transform(CLI::AsSizeValue(false))->type_name("BYTES")}; }

Command Command::add_subcommand(const std::string& name, const std::string& summary) const {
  return Command{*app_->add_subcommand(name, summary), *run_};
}

void Command::require_subcommand(std::size_t least, std::size_t most) const { app_->require_subcommand(least, most); }
void Command::footer(const std::string& text) const { app_->footer(text); }

void Command::runs(Run run) const {
  app_->callback([app = app_, config = config_, chosen = run_, run = std::move(run)] {
    if (!app->get_subcommands().empty()) return;
    if (config != nullptr && !config->empty()) take_config_file(*app, *config);
    *chosen = run;
  });
}

Option Command::add_option(const std::string& names, std::string& value, const std::string& help) const {
  return Option{app_->add_option(names, value, help)};
}
Option Command::add_option(const std::string& names, std::vector<std::string>& value, const std::string& help) const {
  return Option{app_->add_option(names, value, help)};
}
Option Command::add_option(const std::string& names, unsigned& value, const std::string& help) const {
  return Option{app_->add_option(names, value, help)};
}
Option Command::add_option(const std::string& names, std::uint64_t& value, const std::string& help) const {
  return Option{app_->add_option(names, value, help)};
}
Option Command::add_option(const std::string& names, std::optional<std::uint64_t>& value,
                           const std::string& help) const {
  return Option{app_->add_option(names, value, help)};
}

Option Command::on_number(const std::string& names, const std::function<void(unsigned)>& take,
                          const std::string& help) const {
  return Option{app_->add_option_function<unsigned>(names, take, help)};
}
Option Command::on_words(const std::string& names, const std::function<void(const std::vector<std::string>&)>& take,
                         const std::string& help) const {
  return Option{app_->add_option_function<std::vector<std::string>>(names, take, help)};
}
Option Command::on_word(const std::string& names, const std::function<void(const std::string&)>& take,
                        const std::string& help) const {
  return Option{app_->add_option_function<std::string>(names, take, help)};
}

Option Command::add_flag(const std::string& names, bool& value, const std::string& help) const {
  return Option{app_->add_flag(names, value, help)};
}
Option Command::on_flag(const std::string& names, std::function<void()> take, const std::string& help) const {
  return Option{app_->add_flag_function(
      names, [take = std::move(take)](std::int64_t) { take(); }, help)};
}

Option Command::check_words(Option option, const std::vector<std::string>& words) {
  return option.check([words](const std::string& text) {
    if (std::find(words.begin(), words.end(), text) != words.end()) return std::string{};
    std::string message = "'" + text + "' is none of";
    for (const std::string& word : words) message += (word == words.front() ? " " : ", ") + word;
    return message;
  });
}

void Command::name_environment_variables(const std::string& prefix) const {
  for (CLI::Option* const option : app_->get_options()) {
    if (option->get_lnames().empty() || option->get_lnames().front() == "help") continue;
    option->envname(prefix + "_" + environment_name(option->get_lnames().front()));
  }
}

Option Command::add_config_file(const std::string& names, std::string& value, const std::string& help) {
  config_ = &value;
  return add_option(names, value, help);
}

CommandLine::CommandLine(const std::string& name, const std::string& summary, const std::string& version)
    : app_(std::make_unique<CLI::App>(summary, name)) {
  app_->set_version_flag("--version", version);
  app_->fallthrough();
}

CommandLine::~CommandLine() = default;

Command CommandLine::program() { return Command{*app_, run_}; }

Run CommandLine::parse(int argc, char** argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw UsageError(usage_message(*app_, error));
    return [code = app_->exit(error)] { return code; };
  }
  return run_;
}

}  // namespace trailkeeper::cli
