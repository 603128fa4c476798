// Dispatches to the subcommands.
#include <malloc.h>

#include "cli/command.h"
#include "store/error.h"

int main(int argc, char** argv) {
#ifdef __GLIBC__
  // Batches come and go by the megabyte: giving their memory back each time costs a tenth of a replay in page faults.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
  using namespace trailkeeper::cli;  // NOLINT(google-build-using-namespace)
  CLI::App app{"Trailkeeper keeps CloudTrail events byte for byte and answers questions about them.", "trailkeeper"};
  GlobalOptions global;
  Run run;
  app.set_version_flag("--version", TRAILKEEPER_VERSION);
  app.add_option("--store", global.store, "Data directory (default: $TRAILKEEPER_STORE, else ~/.local/share/trailkeeper)")
      ->type_name("DIR");
  const std::map<std::string, Format> formats{{"table", Format::table}, {"json", Format::json}, {"ndjson", Format::ndjson},
                                              {"csv", Format::csv}, {"raw", Format::raw}};
  app.add_option("--output,-o", global.format, "table (default), json, ndjson, csv or raw")
      ->transform(CLI::CheckedTransformer(formats).description(""))->type_name("FORMAT");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer("Exit codes: 0 done, 1 done with something refused or not found, 2 wrong usage, 3 the store or system failed.\n"
             "`trailkeeper COMMAND --help` shows a command's options and examples.");
  add_replay(app, global, run);
  add_events(app, global, run);
  add_show(app, global, run);
  add_count(app, global, run);
  add_rejects(app, global, run);
  add_stats(app, global, run);
  add_retain(app, global, run);
  add_hold(app, global, run);
  add_maintenance(app, global, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    const CLI::App* command = &app;
    for (const CLI::App* used : app.get_subcommands()) command = used;
    print_error(global, std::string{error.what()} + "; see: " +
                            (command == &app ? "trailkeeper --help" : "trailkeeper " + command->get_name() + " --help"));
    return kUsage;
  }
  try {
    return run();
  } catch (const UsageError& error) {
    print_error(global, error.what());
    return kUsage;
  } catch (const std::exception& error) {
    print_error(global, error.what());
    return kFailed;
  }
}
