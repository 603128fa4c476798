#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/prose.h"
#include "cli/size_argument.h"
#include "query/similar_name.h"

namespace trailkeeper::cli {

/// What CLI11 doesn't keep of an option.
struct OptionFacts {
  std::string value;
  std::string preset;
  std::string example;
  std::vector<std::string> words;
  bool only_words = false;
  bool list = false;
};

struct CommandLineState {
  Run run;
  std::map<const CLI::Option*, OptionFacts> facts;
};

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

bool is_listed(const CLI::App* command) { return !command->get_group().empty(); }

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
    for (const CLI::App* const known : command.get_subcommands(is_listed)) {
      names.push_back(known->get_name());
    }
  }
  const std::vector<std::string_view> known{names.begin(), names.end()};
  const std::string given = word.substr(0, word.find('='));
  return "there is no " + std::string{option ? "option" : "command"} + " '" + given + "'" +
         query::did_you_mean(query::similar_name(given, known));
}

// Bytes in the largest unit that they are a whole number of.
std::string size_text(const std::string& bytes) {
  constexpr std::uint64_t kStep = 1024;
  if (bytes.empty()) return bytes;
  std::uint64_t number = std::stoull(bytes);
  std::string_view unit;
  for (const std::string_view larger : {"KiB", "MiB", "GiB", "TiB"}) {
    if (number == 0 || number % kStep != 0) break;
    number /= kStep;
    unit = larger;
  }
  return std::to_string(number).append(unit);
}

DescribedOption described(const CLI::Option& option, const OptionFacts& facts) {
  DescribedOption one;
  for (const std::string& name : option.get_lnames()) one.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) one.names.push_back("-" + name);
  one.argument = option.get_positional();
  if (one.argument) one.names.push_back(option.get_name(true));
  const bool flag = option.get_items_expected_max() == 0;
  if (!flag && !one.argument) one.value = facts.value.empty() ? "TEXT" : facts.value;
  one.help = option.get_description();
  one.group = option.get_group();
  if (!flag) one.preset = facts.preset;
  one.example = facts.example;
  one.environment = option.get_envname();
  one.words = facts.words;
  one.only_words = facts.only_words;
  one.list = facts.list;
  one.required = option.get_required();
  one.repeatable = !flag && (option.get_items_expected_max() > 1 ||
                             option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll);
  return one;
}

// Help is the program's: each command's is the same.
DescribedCommand described(const CLI::App& app, const CommandLineState& state) {
  DescribedCommand command;
  command.name = app.get_name();
  command.summary = app.get_description();
  command.footer = app.get_footer();
  command.listed = app.get_parent() == nullptr || is_listed(&app);
  for (const CLI::Option* const option : app.get_options()) {
    if (option == app.get_help_ptr() && app.get_parent() != nullptr) continue;
    const auto facts = state.facts.find(option);
    command.options.push_back(described(*option, facts == state.facts.end() ? OptionFacts{} : facts->second));
  }
  for (const CLI::App* const one : app.get_subcommands([](const CLI::App*) { return true; })) {
    command.commands.push_back(described(*one, state));
  }
  return command;
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
  const auto option = std::find_if(unknown.begin(), unknown.end(),
                                   [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); });
  // The value of an option that isn't known was taken for an argument.
  const bool misread = option != unknown.end() && error.get_name() == "ValidationError";
  if (takes_command) {
    if (const std::string text = misspelt_command(*command, app, error); !text.empty()) return text + see;
    if (error.get_name() == "ValidationError" && !misread) return std::string{error.what()} + see;
  }
  if (takes_command && !unknown.empty() && !unknown.front().starts_with('-')) {
    return unknown_word(*command, app, unknown.front()) + see;
  }
  if (option != unknown.end()) return unknown_word(*command, app, *option) + see;
  return std::string{error.what()} + see;
}

}  // namespace

Option Option::required() const { return {option_->required(), *facts_}; }
Option Option::type_name(const std::string& name) const {
  facts_->value = name;
  return {option_->type_name(name), *facts_};
}
Option Option::group(const std::string& title) const { return {option_->group(title), *facts_}; }
Option Option::environment_variable(const std::string& name) const { return {option_->envname(name), *facts_}; }
Option Option::needs(Option other) const { return {option_->needs(other.option_), *facts_}; }
Option Option::expected(int least, int most) const { return {option_->expected(least, most), *facts_}; }
Option Option::one_value() const { return {option_->allow_extra_args(false), *facts_}; }
Option Option::repeatable() const { return {option_->allow_extra_args(false)->take_all(), *facts_}; }
Option Option::delimiter(char separator) const {
  facts_->list = true;
  return {option_->delimiter(separator), *facts_};
}

Option Option::check(const std::function<std::string(const std::string&)>& wrong) const {
  return {option_->check(wrong), *facts_};
}

Option Option::range(unsigned low, unsigned high) const { return {option_->check(CLI::Range(low, high)), *facts_}; }
Option Option::range(int low, int high) const { return {option_->check(CLI::Range(low, high)), *facts_}; }
Option Option::positive() const { return {option_->check(CLI::PositiveNumber), *facts_}; }

Option Option::one_of(const std::vector<std::string>& words) const {
  facts_->words = words;
  facts_->only_words = true;
  return {option_->check(CLI::IsMember(words)), *facts_};
}

Option Option::suggest(std::string_view words) const {
  std::istringstream rest{std::string{words}};
  for (std::string word; rest >> word;) facts_->words.push_back(word);
  return *this;
}

Option Option::suggest_list(std::string_view words) const {
  facts_->list = true;
  return suggest(words);
}

Option Option::preset(const std::string& value) const {
  facts_->preset = value;
  return *this;
}

Option Option::example(const std::string& value) const {
  facts_->example = value;
  return *this;
}

Option Option::tells_preset() const {
  return {option_->description(option_->get_description() + " (default: " + facts_->preset + ")"), *facts_};
}

Option Option::count() const {
  return type_name("N").check([](const std::string& text) {
    const bool digits = !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
    return digits ? std::string{} : "'" + text + "' is not a number of 0 or more";
  });
}

Option Option::bytes() const {
  option_->transform(CLI::Validator{[](std::string& text) -> std::string {
                                      const auto size = parse_size(text);
                                      if (!size) return "'" + text + "' is not a size such as 64MiB or 500MB";
                                      text = std::to_string(*size);
                                      return {};
                                    },
                                    ""});
  facts_->preset = size_text(facts_->preset);
  return type_name("BYTES");
}

Command Command::add_subcommand(const std::string& name, const std::string& summary) const {
  return Command{*app_->add_subcommand(name, summary), *state_};
}

void Command::require_subcommand(std::size_t least, std::size_t most) const { app_->require_subcommand(least, most); }
void Command::hide() const { app_->group(""); }
void Command::footer(const std::string& text) const { app_->footer(text); }

void Command::runs(Run run) const {
  app_->callback([app = app_, config = config_, chosen = &state_->run, run = std::move(run)] {
    if (!app->get_subcommands().empty()) return;
    if (config != nullptr && !config->empty()) take_config_file(*app, *config);
    *chosen = run;
  });
}

Option Command::known(CLI::Option* option, const std::string& preset) const {
  OptionFacts& facts = state_->facts[option];
  facts.preset = preset;
  return {option, facts};
}

Option Command::add_option(const std::string& names, std::string& value, const std::string& help) const {
  return known(app_->add_option(names, value, help), value);
}
Option Command::add_option(const std::string& names, std::vector<std::string>& value, const std::string& help) const {
  return known(app_->add_option(names, value, help));
}
Option Command::add_option(const std::string& names, unsigned& value, const std::string& help) const {
  return known(app_->add_option(names, value, help), std::to_string(value));
}
Option Command::add_option(const std::string& names, std::uint64_t& value, const std::string& help) const {
  return known(app_->add_option(names, value, help), std::to_string(value));
}
Option Command::add_option(const std::string& names, std::optional<std::uint64_t>& value,
                           const std::string& help) const {
  return known(app_->add_option(names, value, help), value ? std::to_string(*value) : "");
}

Option Command::on_number(const std::string& names, const std::function<void(unsigned)>& take,
                          const std::string& help) const {
  return known(app_->add_option_function<unsigned>(names, take, help));
}
Option Command::on_words(const std::string& names, const std::function<void(const std::vector<std::string>&)>& take,
                         const std::string& help) const {
  return known(app_->add_option_function<std::vector<std::string>>(names, take, help));
}
Option Command::on_word(const std::string& names, const std::function<void(const std::string&)>& take,
                        const std::string& help) const {
  return known(app_->add_option_function<std::string>(names, take, help));
}

Option Command::add_flag(const std::string& names, bool& value, const std::string& help) const {
  return known(app_->add_flag(names, value, help));
}
Option Command::on_flag(const std::string& names, std::function<void()> take, const std::string& help) const {
  return known(app_->add_flag_function(
      names, [take = std::move(take)](std::int64_t) { take(); }, help));
}

DescribedCommand Command::description() const { return described(*app_, *state_); }

Option Command::check_words(Option option, const std::vector<std::string>& words) {
  option.facts_->words = words;
  option.facts_->only_words = true;
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
    : app_(std::make_unique<CLI::App>(summary, name)), state_(std::make_unique<CommandLineState>()) {
  app_->set_version_flag("--version", version);
  app_->fallthrough();
}

CommandLine::~CommandLine() = default;

Command CommandLine::program() { return Command{*app_, *state_}; }

Run CommandLine::parse(int argc, char** argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw UsageError(usage_message(*app_, error));
    std::ostringstream text;
    const int code = app_->exit(error, text, text);
    Out out{GlobalOptions{}};
    write_prose(out, text.str());
    out.flush();
    return [code] { return code; };
  }
  return state_->run;
}

}  // namespace trailkeeper::cli
