// trailkeeper retain and hold: what may go, and what may not.
#include "query/retention.h"

#include <fmt/format.h>

#include <optional>

#include "cli/command.h"
#include "cli/filter_options.h"
#include "cli/prose.h"
#include "cli/row_writer.h"
#include "cli/size_argument.h"
#include "query/count.h"
#include "query/filter_json.h"
#include "query/upkeep.h"
#include "store/writer.h"
#include "text/clock.h"
#include "text/json_writer.h"
#include "text/time_argument.h"

namespace trailkeeper::cli {
namespace {

struct RetainArguments {
  std::string keep;
  std::string max_size;
  std::string future;
  std::vector<std::string> accounts;
  bool dry_run = false;
};

std::string result_text(const query::RetentionResult& result, const std::string& before, bool dry_run) {
  std::string text = fmt::format("{} {} events", dry_run ? "would remove" : "removed", grouped(result.events));
  if (!before.empty()) text += " from before " + before;
  if (result.odd > 0) {
    text += fmt::format(", {} of them by when they came, as their eventTime can't be true", grouped(result.odd));
  }
  if (result.rejects > 0) text += fmt::format(", and {} rejected records", grouped(result.rejects));
  return text + fmt::format("; {} more are under legal hold\n", grouped(result.held));
}

int run_retain(const GlobalOptions& global, const RetainArguments& arguments) {
  query::RetentionRequest request;
  request.now = text::now();
  request.accounts = arguments.accounts;
  request.dry_run = arguments.dry_run;
  if (arguments.keep.empty() && arguments.max_size.empty())
    throw UsageError("say what to keep: --keep 400d, or --max-size 10GB");
  if (!arguments.max_size.empty() && !arguments.accounts.empty()) {
    throw UsageError("--max-size is about the whole store: leave --account out, or use --keep");
  }
  if (!arguments.keep.empty()) {
    const auto age = text::parse_duration(arguments.keep);
    if (!age) throw UsageError("--keep: '" + arguments.keep + "' is not an age; give 400d, 52w or 36h");
    request.before = request.now - *age;
  }
  if (!arguments.max_size.empty()) {
    request.max_bytes = parse_size(arguments.max_size);
    if (!request.max_bytes)
      throw UsageError("--max-size: '" + arguments.max_size + "' is not a size; give 500MB or 10GB");
  }
  if (!arguments.future.empty()) {
    const auto future = text::parse_duration(arguments.future);
    if (!future || *future < query::kLeastFuture)
      throw UsageError("--future: '" + arguments.future + "' is not a time of at least 1h; give 36h or 2d");
    request.future = *future;
  }
  query::KeptStore store{global.store_directory()};
  store::Writer writer{store};
  const query::RetentionResult result = query::apply_retention(store, writer, request);
  const std::string before = result.before ? text::format_timestamp(*result.before) : "";
  Out out{global};
  if (global.format == Format::json || global.format == Format::ndjson) {
    std::string json;
    text::JsonWriter{json}
        .open('{')
        .member("events", result.events)
        .member("byArrival", result.odd)
        .member("creditFacts", result.facts)
        .member("held", result.held)
        .member("segments", result.segments)
        .member("rejects", result.rejects)
        .member_or_null("before", before)
        .member("dryRun", request.dry_run)
        .close('}');
    out.write(json + "\n");
  } else if (before.empty() && result.events == 0) {
    write_prose(out, "nothing to remove: the store is smaller than that\n");
  } else {
    write_prose(out, result_text(result, before, request.dry_run));
  }
  out.flush();
  if (result.facts > 0) {
    print_notice(
        fmt::format("the credit ledger follows from {} of the events that {}; to keep such events: trailkeeper "
                    "hold add ledger --source activate.amazonaws.com",
                    grouped(result.facts), request.dry_run ? "would go" : "went"));
  }
  return kDone;
}

std::string journal_text(const std::string& action, const std::string& name, const std::string& filter) {
  std::string text;
  text::JsonWriter json{text};
  json.open('{').member("action", action).member("name", name);
  if (!filter.empty()) json.raw_member("filter", filter);
  json.close('}');
  return text;
}

// How many events a hold matches. By what is stored, as retention does.
std::uint64_t events_under(const store::Snapshot& snapshot, std::string_view filter) {
  query::Filter held = query::stored_filter(filter);
  held.as_stored = true;
  const auto rows = query::count_events(snapshot, held, {});
  return rows.empty() ? 0 : rows.front().count;
}

int run_hold_add(const GlobalOptions& global, const std::string& name, const FilterOptions& options) {
  const query::Filter filter = options.filter();
  if (filter.empty()) throw UsageError("hold add needs at least one filter, such as --account 111122223333");
  constexpr std::size_t kLongestName = 200;
  if (name.empty() || name.size() > kLongestName) throw UsageError("a hold's name has 1 to 200 bytes");
  query::KeptStore store{global.store_directory()};
  store::Writer writer{store};
  for (const store::LegalHold& hold : store.snapshot().holds()) {
    if (hold.name == name) {
      print_error(global, "there is a hold named " + name + " already: release it first, or choose another name");
      return kRefused;
    }
  }
  const std::string json = query::encode_filter(filter);
  writer.put_hold({name, json}, {text::now(), journal_text("hold-add", name, json)});
  writer.pin_holds();
  const std::uint64_t events = events_under(store.snapshot(), json);
  print_notice(fmt::format("the hold {} matches {} {} now", name, grouped(events), events == 1 ? "event" : "events"));
  return kDone;
}

int run_hold_list(const GlobalOptions& global) {
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  Out out{global, Out::Length::list, query::ShownEvents{snapshot}};
  RowWriter rows{out, {{"name"}, {"filter"}, {"events", true}}};
  for (const store::LegalHold& hold : snapshot.holds()) {
    rows.row({Cell::of(hold.name), Cell{hold.filter, hold.filter}, Cell::of(events_under(snapshot, hold.filter))});
  }
  rows.finish();
  return kDone;
}

int run_hold_release(const GlobalOptions& global, const std::string& name) {
  store::Store store{global.store_directory(), store::Store::Mode::write};
  store::Writer writer{store};
  if (writer.erase_hold(name, {text::now(), journal_text("hold-release", name, "")})) {
    print_notice("released the hold " + name);
    return kDone;
  }
  print_error(global, "there is no hold named " + name);
  return kRefused;
}

}  // namespace

void add_retain(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("retain", "Remove events that are older than you keep them");
  const auto arguments = std::make_shared<RetainArguments>();
  command.add_option("--keep", arguments->keep, "Keep events up to this age: 400d, 52w")
      .type_name("AGE")
      .suggest("30d 90d 365d 400d 52w");
  command
      .add_option("--max-size", arguments->max_size, "Remove the oldest events until segments take at most this: 10GB")
      .type_name("SIZE");
  command.add_option("--account", arguments->accounts, "Only events of this account (a glob; may be repeated)")
      .type_name("ACCOUNT")
      .repeatable();
  command
      .add_option("--future", arguments->future,
                  "An eventTime further ahead than this can't be true: the event is as old as its arrival, and the "
                  "first to go for --max-size (default: 1d)")
      .type_name("AGE")
      .suggest("1h 1d");
  command.add_flag("--dry-run", arguments->dry_run, "Only say how many events would go");
  command.footer(
      "Events under a legal hold (trailkeeper hold) stay. --keep also removes rejected records that came before, "
      "unless\n"
      "there is a hold. All of it is removed at once, or, if the disk is full, nothing. What was removed is recorded: "
      "see trailkeeper journal.\n"
      "Freed space is reused; trailkeeper compact gives it back to the file system.\n\n"
      "Examples:\n"
      "  trailkeeper retain --keep 400d\n"
      "  trailkeeper retain --keep 90d --account 444455556666 --dry-run");
  command.runs([&global, arguments] { return run_retain(global, *arguments); });
}

void add_hold(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("hold", "Legal holds: events that retention may not remove");
  command.require_subcommand(1, 1);
  command.footer(
      "Examples:\n"
      "  trailkeeper hold add case-17 --account 111122223333 --since 2024-03-01 --until 2024-06-01\n"
      "  trailkeeper hold list\n"
      "  trailkeeper hold release case-17");
  const auto name = std::make_shared<std::string>();
  const auto filter = std::make_shared<FilterOptions>();
  const Command add = command.add_subcommand("add", "Hold the events that match a filter, also those that come later");
  add.add_option("NAME", *name, "What to call the hold").required();
  filter->add_to(add);
  add.runs([&global, name, filter] { return run_hold_add(global, *name, *filter); });
  const Command list = command.add_subcommand("list", "List the holds");
  list.runs([&global] { return run_hold_list(global); });
  const Command release = command.add_subcommand("release", "End a hold");
  release.add_option("NAME", *name, "The hold's name").required();
  release.runs([&global, name] { return run_hold_release(global, *name); });
}

}  // namespace trailkeeper::cli
