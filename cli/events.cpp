// trailkeeper events: lists events.
#include <algorithm>
#include <optional>
#include <sstream>

#include "cli/command.h"
#include "cli/coverage_note.h"
#include "cli/field_columns.h"
#include "cli/filter_options.h"
#include "cli/reveal.h"
#include "cli/row_writer.h"
#include "query/event_list.h"
#include "query/filter_value.h"
#include "query/listed_values.h"
#include "query/verdicts/judged_field.h"
#include "store/store.h"
#include "text/json_text.h"

namespace trailkeeper::cli {
namespace {

struct EventsArguments {
  FilterOptions filter;
  std::optional<std::uint64_t> limit;
  query::Order order = query::Order::newest;
  std::vector<std::string> fields;
  bool reveal = false;
};

// Line feeds between tokens would break a line in two.
void append_line(std::string_view json, std::string& out) {
  if (json.find_first_of("\r\n") == std::string_view::npos) {
    out.append(json);
  } else {
    text::append_minified(json, out);
  }
}

class EventPrinter {
 public:
  EventPrinter(const store::Snapshot& snapshot, const GlobalOptions& global, std::vector<std::string> fields,
               bool reveal)
      : format_(global.format),
        fields_(fields_of(std::move(fields), format_)),
        values_(snapshot, fields_, reveal),
        out_(global, Out::Length::list) {
    if (fields_.empty()) return;
    std::vector<Column> columns;
    for (const std::string& field : fields_) columns.push_back(field_column(field));
    rows_.emplace(out_, std::move(columns), "no event passes");
  }

  void print(const query::ListedEvent& event) {
    if (rows_) {
      std::vector<Cell> cells;
      for (std::size_t field = 0; field < fields_.size(); ++field) cells.push_back(cell(event, field));
      rows_->row(std::move(cells));
      return;
    }
    std::string line;
    if (format_ == Format::json) line += first_ ? "[" : ",\n ";
    append_line(values_.json(event), line);
    if (format_ != Format::json) line.push_back('\n');
    out_.write(line);
    first_ = false;
  }

  void finish() {
    if (rows_) {
      rows_->finish();
      return;
    }
    if (format_ == Format::json) out_.write(first_ ? "[]\n" : "]\n");
    out_.flush();
  }

 private:
  // Empty: whole events are printed.
  static std::vector<std::string> fields_of(std::vector<std::string> fields, Format format) {
    if (format == Format::raw) return {};
    const bool whole = fields.empty() && format != Format::table && format != Format::csv;
    return fields.empty() && !whole ? usual_fields() : std::move(fields);
  }

  // All from what is shown of the event.
  Cell cell(const query::ListedEvent& event, std::size_t field) {
    auto value = values_.value(event, field);
    Cell found = value ? Cell{std::move(value->text), std::move(value->json), true} : Cell::absent();
    const std::string& name = fields_[field];
    if (format_ == Format::table && (name == "name" || name == "eventName") && values_.judged().is_superseded(event)) {
      found.text += " (superseded)";
    }
    return found;
  }

  Format format_;
  std::vector<std::string> fields_;
  query::ListedValues values_;
  Out out_;
  std::optional<RowWriter> rows_;
  bool first_ = true;
};

int run_events(const GlobalOptions& global, const EventsArguments& arguments) {
  query::Filter filter = arguments.filter.filter();
  filter.as_stored = arguments.reveal;
  if (global.format == Format::raw && !arguments.fields.empty()) {
    throw UsageError("--output raw prints whole events: leave --fields out, or choose json, ndjson, csv or table");
  }
  std::vector<std::string> names = arguments.fields;
  std::erase_if(names, query::JudgedFields::has);
  check_field_names(names, global);
  check_field_names(query::condition_paths(filter), global);
  if (arguments.reveal) record_reveal(global, "events " + arguments.filter.query_string());
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  EventPrinter printer{snapshot, global, arguments.fields, arguments.reveal};
  const std::uint64_t listed =
      query::list_events(snapshot, filter, arguments.order, arguments.limit, [&](const query::ListedEvent& event) {
        printer.print(event);
        return true;
      });
  printer.finish();
  if (listed == 0) note_similar_value(snapshot, filter);
  note_verdicts(snapshot, filter);
  return kDone;
}

}  // namespace

void add_events(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("events", "List events");
  const auto arguments = std::make_shared<EventsArguments>();
  arguments->filter.add_to(command);
  command.add_option("--limit", arguments->limit, "At most this many events (default: all)").count();
  command.add_choice<query::Order>("--order", arguments->order, query::kOrderWords, "newest (default) or oldest first")
      .type_name("ORDER");
  command
      .add_option("--fields", arguments->fields, "What to print: time, name, user, … or paths such as userIdentity.arn")
      .delimiter(',')
      .type_name("A,B.C")
      .suggest(offered_fields())
      .repeatable();
  add_reveal(command, arguments->reveal);
  command.footer(
      "Output json, ndjson and raw print whole events unless --fields is given; raw as they were stored, one a line\n"
      "(an event that was laid out over several lines is printed minified). Events that an addendum replaced are\n"
      "marked in tables; the field superseded has the addendum's eventID.\n\n"
      "Examples:\n"
      "  trailkeeper events --source activate.amazonaws.com --error any --since 30d\n"
      "  trailkeeper events --name 'Put*' --write-only --account 111122223333 --limit 20\n"
      "  trailkeeper events --ip 203.0.113.0/24 --fields time,name,user,requestParameters.bucketName --output csv");
  command.runs([&global, arguments] { return run_events(global, *arguments); });
}

}  // namespace trailkeeper::cli
