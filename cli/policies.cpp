// trailkeeper policies and recheck: what was granted to whom, and verdicts made anew.
#include <fmt/format.h>

#include <chrono>

#include "cli/command.h"
#include "cli/file_argument.h"
#include "cli/principal_argument.h"
#include "cli/prose.h"
#include "cli/row_writer.h"
#include "query/upkeep.h"
#include "query/verdicts/policy_files.h"
#include "query/verdicts/policy_state.h"
#include "query/verdicts/verdict_index.h"
#include "text/clock.h"
#include "text/json_text.h"
#include "text/timestamp.h"

namespace trailkeeper::cli {
namespace {

struct Load {
  std::vector<std::string> paths;
  std::string at;
};

int run_load(const GlobalOptions& global, const Load& load) {
  const text::Timestamp time = time_argument(load.at, "--at");
  query::KeptStore store{global.store_directory()};
  store::Writer writer{store};
  Out out{global, Out::Length::list};
  RowWriter rows{out, {{"file"}, {"id"}, {"at"}, {"new"}, {"content"}}, "no file was loaded"};
  int code = kDone;
  for (const std::string& path : load.paths) {
    const auto loaded =
        query::load_policies(writer, read_file_argument(path, query::kMaxPolicyFileBytes), path, time, text::now());
    if (!loaded) {
      const auto& error = loaded.error();
      const std::string place = error.path.empty() ? std::string{} : error.path + ", ";
      print_error(global, fmt::format("{}: {} ({}byte {})", path, error.message, place, error.offset));
      code = kRefused;
      continue;
    }
    for (const std::string& broken : loaded->broken) {
      print_error(global, fmt::format("{}: verdicts that depend on this are unknown: {}", path, broken));
      code = kRefused;
    }
    rows.row({Cell::of(path), Cell::shown(query::policy_file_id(loaded->file)), Cell::time(loaded->file.time),
              Cell::shown(loaded->is_new ? "yes" : "no"), Cell::of(loaded->what)});
  }
  rows.finish();
  return code;
}

int run_list(const GlobalOptions& global) {
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  Out out{global, Out::Length::list, query::ShownEvents{snapshot}};
  RowWriter rows{out, {{"id"}, {"at"}, {"kind"}, {"bytes", true}, {"loaded"}, {"file"}}, "no file is loaded"};
  for (const store::PolicyFile& file : snapshot.policy_files()) {
    rows.row({Cell::shown(query::policy_file_id(file)), Cell::time(file.time), Cell::shown(file.kind),
              Cell::of(std::uint64_t{file.bytes.size()}), Cell::time(file.loaded), Cell::of(file.source)});
  }
  rows.finish();
  return kDone;
}

int run_forget(const GlobalOptions& global, const std::vector<std::string>& ids) {
  query::KeptStore store{global.store_directory()};
  store::Writer writer{store};
  int code = kDone;
  for (const std::string& id : ids) {
    if (query::forget_policies(store, writer, id, text::now())) {
      print_notice("forgot the loaded file " + id);
      continue;
    }
    print_error(global, "no loaded file has the ID " + id + "; see: trailkeeper policies list");
    code = kRefused;
  }
  return code;
}

class PolicyRows {
 public:
  explicit PolicyRows(Out& out) : rows_(out, {{"as"}, {"policy"}, {"document"}}) {}
  void add(std::string_view as, const rules::grants::DocumentPtr& document) {
    Cell json{document->json, {}};
    if (document->error.empty()) {
      text::append_minified(document->json, json.json);
    } else {
      text::append_quoted(document->json, json.json);
    }
    rows_.row({Cell::of(as), Cell::of(document->name), std::move(json)});
  }
  void finish() { rows_.finish(); }

 private:
  RowWriter rows_;
};

int run_show(const GlobalOptions& global, const std::string& who, const std::string& at) {
  const text::Timestamp time = time_argument(at, "--at");
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  query::PolicyState state{snapshot};
  const auto found = find_principals(query::ShownEvents{snapshot}, state.history(), {who}, time);
  if (found.empty()) {
    print_error(global, "no user or role " + who + " is known at " + text::format_timestamp(time) +
                            "; see: trailkeeper policies list");
    return kRefused;
  }
  Out out{global, Out::Length::list, query::ShownEvents{snapshot}};
  PolicyRows rows{out};
  int code = kDone;
  for (const auto& name : found) {
    const auto granted = state.history().granted({name.kind, name.account, name.name}, time);
    if (!granted->unknown.empty()) {
      print_error(global, name.arn + ": not all is known: " + granted->unknown);
      code = kRefused;
    }
    for (const auto& document : granted->identity) rows.add("identity policy", document);
    for (const auto& document : granted->boundaries) rows.add("permissions boundary", document);
    for (const auto& level : granted->service_control) {
      for (const auto& document : level) rows.add("service control policy", document);
    }
    for (const auto& level : granted->resource_control) {
      for (const auto& document : level) rows.add("resource control policy", document);
    }
    if (granted->trust) rows.add("trust policy", granted->trust);
  }
  rows.finish();
  return code;
}

int run_recheck(const GlobalOptions& global, bool all) {
  query::KeptStore store{global.store_directory()};
  store::Writer writer{store};
  const store::VerdictsMade result = query::recheck(store, writer, {all});
  Out out{global};
  if (global.format == Format::table) {
    write_prose(out, fmt::format("{} events judged anew, in {} segments, in {:.2f} s\n", grouped(result.events),
                                 grouped(result.segments), result.seconds));
    out.flush();
    return kDone;
  }
  RowWriter rows{out, {{"events", true}, {"segments", true}, {"seconds", true}}};
  const std::string seconds = fmt::format("{:.3f}", result.seconds);
  rows.row({Cell::of(result.events), Cell::of(result.segments), {seconds, seconds}});
  rows.finish();
  return kDone;
}

}  // namespace

void add_policies(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("policies", "What IAM's policies granted: load, list, show, forget");
  command.require_subcommand(1, 1);

  const Command load = command.add_subcommand("load", "Load policies as of a time");
  const auto loading = std::make_shared<Load>();
  load.add_option("FILE", loading->paths, "What `aws iam get-account-authorization-details` prints, or see below")
      .required();
  load.add_option("--at", loading->at, "When it was so: 2024-05-01, 2024-05-01T10:00:00Z, or an age (default: now)")
      .type_name("TIME");
  load.footer(
      "From that time on, the trail's own IAM events change what is granted. A file may also be an organization's, "
      "with\n"
      "its SCPs and RCPs, or a catalogue of requirements: docs/permissions.md. Verdicts change at once; recheck makes\n"
      "asking for them fast again.\n\n"
      "Example:\n"
      "  aws iam get-account-authorization-details > iam.json && trailkeeper policies load iam.json");
  load.runs([&global, loading] { return run_load(global, *loading); });

  const Command list = command.add_subcommand("list", "List the loaded files");
  list.runs([&global] { return run_list(global); });

  const Command show = command.add_subcommand("show", "Show what applied to a user or role at a time");
  const auto who = std::make_shared<std::pair<std::string, std::string>>();
  show.add_option("PRINCIPAL", who->first, "ARN, or name of a user or role").required();
  show.add_option("--at", who->second, "When (default: now)").type_name("TIME");
  show.runs([&global, who] { return run_show(global, who->first, who->second); });

  const Command forget = command.add_subcommand("forget", "Remove loaded files");
  const auto ids = std::make_shared<std::vector<std::string>>();
  forget.add_option("ID", *ids, "As list shows it").required();
  forget.runs([&global, ids] { return run_forget(global, *ids); });
}

void add_recheck(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("recheck", "Make the verdicts on events anew where policies changed");
  const auto all = std::make_shared<bool>(false);
  command.add_flag("--all", *all, "Make all of them anew");
  command.footer(
      "replay makes verdicts, too. Answers are right without this: verdicts that are out of date are made while they\n"
      "are asked for, which takes longer.\n\nExample:\n"
      "  trailkeeper policies load organization.json --at 2024-03-01 && trailkeeper recheck");
  command.runs([&global, all] { return run_recheck(global, *all); });
}

}  // namespace trailkeeper::cli
