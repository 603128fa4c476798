// trailkeeper tail: shows events as a server commits them.
#include <algorithm>
#include <fstream>
#include <optional>

#include "cli/command.h"
#include "cli/event_source.h"
#include "cli/field_columns.h"
#include "cli/filter_options.h"
#include "cli/row_writer.h"
#include "event/reject.h"
#include "query/field_catalogue.h"

namespace trailkeeper::cli {
namespace {

struct TailArguments {
  FilterOptions filter;
  std::string url = "http://127.0.0.1:8417";
  std::string token_file;
  std::string ca_file;
  std::vector<std::string> fields;
};

/// A column's width before anything is known of what will come: rows are shown at once.
struct UsualWidth {
  std::string_view field;
  std::size_t width;
};

constexpr UsualWidth kUsualWidths[] = {{"time", 20},    {"name", 24},   {"source", 26}, {"user", 20},   {"ip", 15},
                                       {"account", 12}, {"region", 14}, {"error", 12},  {"eventID", 36}};

Column column_of(const std::string& field) {
  const auto* const known = std::find_if(std::begin(kUsualWidths), std::end(kUsualWidths),
                                         [&](const UsualWidth& usual) { return usual.field == field; });
  Column column = field_column(field);
  if (known != std::end(kUsualWidths)) column.width = known->width;
  return column;
}

/// Prints events of which there is no more than their JSON.
class TailPrinter {
 public:
  TailPrinter(const GlobalOptions& global, std::vector<std::string> fields)
      : format_(global.format), fields_(std::move(fields)), out_(global) {
    if (fields_.empty() && format_ != Format::table && format_ != Format::csv) return;
    if (fields_.empty()) fields_ = usual_fields();
    std::vector<Column> columns;
    for (const std::string& field : fields_) columns.push_back(column_of(field));
    rows_.emplace(out_, std::move(columns));
  }

  void print(std::string_view json) {
    if (!rows_) {
      if (format_ == Format::json) out_.write(first_ ? "[" : ",\n ");
      out_.write(json);
      if (format_ != Format::json) out_.write("\n");
      first_ = false;
      return;
    }
    padded_.assign(json);
    padded_.append(event::kPadding, '\0');
    std::vector<Cell> cells;
    for (const std::string& field : fields_) {
      const auto text = query::event_value(std::string_view{padded_}.substr(0, json.size()), field);
      cells.push_back(text ? Cell::shown(*text) : Cell::absent());
    }
    rows_->row(std::move(cells));
    first_ = false;
  }

  void flush() {
    if (rows_ && !first_) rows_->show();
    out_.flush();
  }

  void finish() {
    if (rows_) {
      rows_->finish();
    } else if (format_ == Format::json) {
      out_.write(first_ ? "[]\n" : "]\n");
    }
    out_.flush();
  }

 private:
  Format format_;
  std::vector<std::string> fields_;
  Out out_;
  std::optional<RowWriter> rows_;
  std::string padded_;
  bool first_ = true;
};

std::string token_of(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream file{path};
  std::string token;
  std::getline(file, token);
  while (!token.empty() && (token.back() == '\r' || token.back() == ' ')) token.pop_back();
  if (!file || token.empty()) throw std::runtime_error("cannot read a token from " + path);
  // It goes into a header.
  if (std::any_of(token.begin(), token.end(), [](char c) { return c <= ' ' || c > '~'; })) {
    throw std::runtime_error("the first line of " + path + " is no token");
  }
  return token;
}

EventSourceOptions source_of(const TailArguments& arguments) {
  EventSourceOptions source;
  const auto url = ServerUrl::parse(arguments.url);
  if (!url) throw UsageError("--url: " + url.error().message);
  source.url = *url;
  if (!arguments.ca_file.empty() && !source.url.tls) throw UsageError("--ca-file is for https:// only");
  const std::string query = arguments.filter.query_string();
  source.target = "/v1/tail" + (query.empty() ? "" : "?" + query);
  source.token = token_of(arguments.token_file);
  source.ca_file = arguments.ca_file;
  return source;
}

int run_tail(const GlobalOptions& global, const TailArguments& arguments) {
  check_field_names(arguments.fields);
  if (std::find(arguments.fields.begin(), arguments.fields.end(), "verdict") != arguments.fields.end()) {
    throw UsageError("--fields: verdicts aren't known while events are followed; ask `trailkeeper events` for them");
  }
  if (global.format == Format::raw && !arguments.fields.empty()) {
    throw UsageError("--output raw prints whole events: leave --fields out, or choose json, ndjson, csv or table");
  }
  const EventSourceOptions source = source_of(arguments);
  TailPrinter printer{global, arguments.fields};
  const auto say = [](const std::string& text) { print_notice(text); };
  EventSourceHandlers handlers;
  handlers.take = [&](std::string_view name, std::string_view data) {
    if (name.empty()) {
      printer.print(data);
    } else if (name == "missed") {
      printer.flush();
      say(std::string{data} + " events were missed: they came faster than they were read");
    }
  };
  handlers.pause = [&] { printer.flush(); };
  handlers.notice = say;
  follow_events(source, handlers);
  printer.finish();
  return kDone;
}

}  // namespace

void add_tail(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("tail", "Show events as a server commits them");
  const auto arguments = std::make_shared<TailArguments>();
  arguments->filter.add_to(command);
  command.add_option("--url", arguments->url, "The server (default: http://127.0.0.1:8417)")
      .type_name("URL")
      .environment_variable("TRAILKEEPER_URL");
  command
      .add_option("--token-file", arguments->token_file,
                  "Its first line is a token with the right `query` (trailkeeper token create)")
      .type_name("FILE")
      .environment_variable("TRAILKEEPER_TOKEN_FILE");
  command
      .add_option("--ca-file", arguments->ca_file,
                  "Certificates that the server's must be signed by (PEM; default: the system's)")
      .type_name("FILE");
  command
      .add_option("--fields", arguments->fields, "What to print: time, name, user, … or paths such as userIdentity.arn")
      .delimiter(',')
      .type_name("A,B.C")
      .suggest(offered_fields())
      .repeatable();
  command.footer(
      "Shows what is committed from now on, until SIGINT (Ctrl-C). If the connection is lost it connects again; what\n"
      "was committed meanwhile is found by `trailkeeper events`. Events come in the order of their commit, a line "
      "each\n"
      "with ndjson and raw.\n\n"
      "Examples:\n"
      "  trailkeeper tail --error any\n"
      "  trailkeeper tail --source iam.amazonaws.com --write-only --output ndjson | jq .eventName\n"
      "  trailkeeper tail --url https://trail.example.com:8443 --token-file ~/.trailkeeper-token");
  command.runs([&global, arguments] { return run_tail(global, *arguments); });
}

}  // namespace trailkeeper::cli
