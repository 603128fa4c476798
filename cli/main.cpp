// Dispatches to the subcommands.
#include <malloc.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "cli/command.h"
#include "cli/output.h"
#include "query/similar_name.h"
#include "store/damage.h"
#include "store/map_fault.h"

namespace trailkeeper::cli {
namespace {

void add_global_options(CLI::App& app, GlobalOptions& global) {
  app.set_version_flag("--version", TRAILKEEPER_VERSION);
  app.add_option("--store", global.store,
                 "Data directory (default: $TRAILKEEPER_STORE, else ~/.local/share/trailkeeper)")
      ->type_name("DIR");
  add_choice<Format>(app, "--output,-o", global.format,
                     {{"table", Format::table},
                      {"json", Format::json},
                      {"ndjson", Format::ndjson},
                      {"csv", Format::csv},
                      {"raw", Format::raw}},
                     "table (default), json, ndjson, csv or raw")
      ->type_name("FORMAT");
  app.add_flag("--wide", global.wide, "Print long values of tables whole, even if they don't fit the terminal");
  app.add_flag("--no-pager", global.no_pager, "Don't show long lists through $PAGER");
  app.add_flag("--skip-damaged", global.skip_damaged,
               "Answer from what is left of a damaged store; what is left out is told, and the exit code is 3");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "Exit codes: 0 done, 1 done with something refused or not found, 2 wrong usage, 3 the store or system failed.\n"
      "`trailkeeper COMMAND --help` shows a command's options and examples.");
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

// What was wrong with the command line, and which help tells more.
std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &app;
  std::string path = "trailkeeper";
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    path += " " + command->get_name();
  }
  const std::string see = "; see: " + path + " --help";
  const std::vector<std::string> unknown = app.remaining(true);
  const bool takes_command = !command->get_subcommands([](const CLI::App*) { return true; }).empty();
  if (takes_command && !unknown.empty() && !unknown.front().starts_with('-')) {
    return unknown_word(*command, app, unknown.front()) + see;
  }
  const auto option = std::find_if(unknown.begin(), unknown.end(),
                                   [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); });
  if (option != unknown.end()) return unknown_word(*command, app, *option) + see;
  return std::string{error.what()} + see;
}

// An answer from a damaged store never looks like one from a sound store.
int run_guarded(const GlobalOptions& global, const Run& run) {
  if (global.skip_damaged) {
    store::leave_out_damage([&global](const std::string& what) { print_error(global, "left out: " + what); });
  }
  const int code = run();
  store::require_readable_since(0);
  return store::places_left_out() > 0 ? int{kFailed} : code;
}

int run_program(int argc, char** argv) {
  GlobalOptions global;
  try {
    CLI::App app{"Trailkeeper keeps CloudTrail events byte for byte and answers questions about them.", "trailkeeper"};
    Run run;
    add_global_options(app, global);
    add_replay(app, global, run);
    add_events(app, global, run);
    add_show(app, global, run);
    add_count(app, global, run);
    add_evaluate(app, global, run);
    add_rejects(app, global, run);
    add_stats(app, global, run);
    add_serve(app, global, run);
    add_tail(app, global, run);
    add_retain(app, global, run);
    add_hold(app, global, run);
    add_investigate(app, global, run);
    add_findings(app, global, run);
    add_explain(app, global, run);
    add_access(app, global, run);
    add_least_privilege(app, global, run);
    add_policies(app, global, run);
    add_recheck(app, global, run);
    add_credits(app, global, run);
    add_journal(app, global, run);
    add_maintenance(app, global, run);
    add_token(app, global, run);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0) return app.exit(error);
      print_error(global, usage_message(app, error));
      return kUsage;
    }
    return run_guarded(global, run);
  } catch (const OutputClosed&) {
    return kDone;
  } catch (const UsageError& error) {
    print_error(global, error.what());
    return kUsage;
  } catch (const std::exception& error) {
    print_error(global, error.what());
    return kFailed;
  }
}

}  // namespace
}  // namespace trailkeeper::cli

int main(int argc, char** argv) {
#ifdef __GLIBC__
  // Batches are made in one thread and freed in another; with an arena a thread each would keep what others could use.
  mallopt(M_ARENA_MAX, 2);
#endif
  // Who reads standard output may stop before its end: then the store is closed in order, and that is all.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return trailkeeper::cli::run_program(argc, argv);
  } catch (...) {
    std::fputs("trailkeeper: out of memory\n", stderr);
    return trailkeeper::cli::kFailed;
  }
}
