// Dispatches to the subcommands.
#include <malloc.h>

#include <csignal>
#include <cstdio>

#include "cli/command.h"
#include "cli/file_argument.h"
#include "cli/output.h"
#include "store/damage.h"
#include "store/lmdb/map_fault.h"

namespace trailkeeper::cli {
namespace {

void add_global_options(const Command& program, GlobalOptions& global) {
  program
      .add_option("--store", global.store,
                  "Data directory (default: $TRAILKEEPER_STORE, else ~/.local/share/trailkeeper)")
      .type_name("DIR");
  program
      .add_choice<Format>("--output,-o", global.format,
                          {{"table", Format::table},
                           {"json", Format::json},
                           {"ndjson", Format::ndjson},
                           {"csv", Format::csv},
                           {"raw", Format::raw}},
                          "table (default), json, ndjson, csv or raw")
      .type_name("FORMAT");
  program.add_flag("--wide", global.wide, "Print long values of tables whole, even if they don't fit the terminal");
  program.add_flag("--no-pager", global.no_pager, "Don't show long lists through $PAGER");
  program.add_flag("--skip-damaged", global.skip_damaged,
                   "Answer from what is left of a damaged store; what is left out is told, and the exit code is 3");
  program.require_subcommand(1, 1);
  program.footer(
      "Exit codes: 0 done, 1 done with something refused or not found, 2 wrong usage, 3 the store or system failed.\n"
      "`trailkeeper COMMAND --help` shows a command's options and examples.");
}

#define TRAILKEEPER_ADDRESS(name) &add_##name,
constexpr void (*kSubcommands[])(const Command&, const GlobalOptions&) = {TRAILKEEPER_SUBCOMMANDS(TRAILKEEPER_ADDRESS)};
#undef TRAILKEEPER_ADDRESS

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
    CommandLine line{"trailkeeper",
                     "Trailkeeper keeps CloudTrail events byte for byte and answers questions about them.",
                     TRAILKEEPER_VERSION};
    const Command program = line.program();
    add_global_options(program, global);
    for (const auto add : kSubcommands) add(program, global);
    return run_guarded(global, line.parse(argc, argv));
  } catch (const OutputClosed&) {
    return kDone;
  } catch (const UsageError& error) {
    print_error(global, error.what());
    return kUsage;
  } catch (const UnreadableFile& error) {
    print_error(global, error.what());
    return kRefused;
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
