// trailkeeper query: saved queries, listed, searched and run.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/prose.h"
#include "cli/reveal.h"
#include "cli/row_writer.h"
#include "cli/sql_answer.h"
#include "query/saved/saved_query.h"
#include "query/similar_name.h"
#include "text/clock.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {
namespace {

constexpr const char* kUsualFolder = "/etc/trailkeeper/queries";

struct QueryArguments {
  std::string name;
  std::string search;
  std::string folder;
  std::vector<std::string> parameters;
  SqlLimits limits;
  bool show = false;
  bool reveal = false;
};

query::SavedQueries saved_queries(const QueryArguments& arguments) {
  std::string folder = arguments.folder;
  std::error_code unknown;
  if (folder.empty() && std::filesystem::is_directory(kUsualFolder, unknown)) folder = kUsualFolder;
  return query::SavedQueries{folder};
}

Cell parameters_cell(const query::SavedQuery& saved) {
  Cell cell;
  text::JsonWriter json{cell.json};
  json.open('{');
  for (const query::SavedParameter& parameter : saved.parameters) {
    cell.text += (cell.text.empty() ? "" : " ") + parameter.name + "=" + parameter.value;
    json.member(parameter.name, parameter.value);
  }
  json.close('}');
  cell.is_shown = true;
  return cell;
}

void list_queries(const GlobalOptions& global, const query::SavedQueries& queries, const std::string& phrase) {
  Out out{global, Out::Length::list};
  RowWriter rows{out,
                 {{"name", false, 0, true},
                  {"question"},
                  {.name = "why", .detail = true},
                  {.name = "technique", .detail = true},
                  {"control"},
                  {.name = "parameters", .detail = true},
                  {.name = "file", .detail = true}},
                 "no saved query fits"};
  for (const query::SavedQuery* const saved : queries.search(phrase)) {
    rows.row({Cell::shown(saved->name), Cell::shown(saved->question), shown_or_absent(saved->why),
              shown_or_absent(saved->technique), shown_or_absent(saved->control), parameters_cell(*saved),
              shown_or_absent(saved->file)});
  }
  rows.finish();
}

int refuse_unknown_query(const GlobalOptions& global, const query::SavedQueries& queries, const std::string& name) {
  std::vector<std::string_view> names;
  for (const auto& [known, saved] : queries.all()) names.push_back(known);
  print_error(global, "there is no saved query '" + name + "'" + query::did_you_mean(query::similar_name(name, names)) +
                          "; see: trailkeeper query");
  return kUsage;
}

int run_query(const GlobalOptions& global, const QueryArguments& arguments) {
  const query::SavedQueries queries = saved_queries(arguments);
  for (const std::string& problem : queries.problems()) print_notice(problem);
  if (arguments.name.empty()) {
    list_queries(global, queries, arguments.search);
    return kDone;
  }
  if (!arguments.search.empty()) throw UsageError("give a NAME to run it, or --search to find one");
  const query::SavedQuery* const saved = queries.find(arguments.name);
  if (saved == nullptr) return refuse_unknown_query(global, queries, arguments.name);
  if (arguments.show) {
    Out out{global};
    out.write(saved->text);
    out.flush();
    return kDone;
  }
  const auto given = sql_parameters(arguments.parameters);
  if (arguments.reveal) record_reveal(global, "query " + saved->name);
  return answer_sql(
      global,
      [&](const store::Snapshot& snapshot) {
        auto request = query::saved_request(*saved, given, snapshot, text::now());
        if (!request) throw UsageError(request.error().message);
        request->as_stored = arguments.reveal;
        return std::move(*request);
      },
      arguments.limits);
}

}  // namespace

void add_query(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("query", "Ask what auditors and analysts ask: saved queries");
  const auto arguments = std::make_shared<QueryArguments>();
  command.add_option("NAME", arguments->name, "The query to run (default: list them)");
  command.add_option("--search,-s", arguments->search, "List only those that have these words").type_name("WORDS");
  command.add_flag("--show", arguments->show, "Print the query instead of running it");
  command
      .add_option("--queries", arguments->folder,
                  fmt::format("Also the files *.sql of this folder (default: {})", kUsualFolder))
      .type_name("DIR")
      .environment_variable("TRAILKEEPER_QUERIES");
  add_sql_options(command, arguments->parameters, arguments->limits);
  add_reveal(command, arguments->reveal);
  command.footer(
      "Every query takes --param since=TIME and until=TIME: 2024-05-01, a time, or an age such as 30d; without them "
      "it\n"
      "asks about all events. docs/sql.md says how to write one.\n\n"
      "Examples:\n"
      "  trailkeeper query\n"
      "  trailkeeper query --search 'CIS root'\n"
      "  trailkeeper query root-use --param since=90d\n"
      "  trailkeeper query activity-of-principal --param principal=%/anna --output csv");
  command.runs([&global, arguments] { return run_query(global, *arguments); });
}

}  // namespace trailkeeper::cli
