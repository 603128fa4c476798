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
#include "event/reject.h"
#include "query/event_list.h"
#include "query/field_catalogue.h"
#include "query/filter_value.h"
#include "query/json_path.h"
#include "query/shown_event.h"
#include "query/verdicts/judged_field.h"
#include "store/store.h"
#include "text/json_text.h"

namespace trailkeeper::cli {
namespace {

// Of a list only: the eventID of the addendum that replaced the event.

struct EventsArguments {
  FilterOptions filter;
  std::optional<std::uint64_t> limit;
  query::Order order = query::Order::newest;
  std::vector<std::string> fields;
  bool reveal = false;
};

/// An event's JSON with the padding that looking into it needs, made when it is first asked for.
class EventText {
 public:
  EventText(const query::ListedEvent& event, const query::ShownEvents& shown) : event_(event), shown_(shown) {}

  [[nodiscard]] const query::ShownEvents& shown() const { return shown_; }
  [[nodiscard]] std::string_view json() {
    if (bytes_.empty()) {
      shown_.append(*event_.segment, event_.index, bytes_);
      size_ = bytes_.size();
      bytes_.append(event::kPadding, '\0');
    }
    return std::string_view{bytes_}.substr(0, size_);
  }

 private:
  const query::ListedEvent& event_;
  const query::ShownEvents& shown_;
  std::string bytes_;
  std::size_t size_ = 0;
};

Cell cell_or_absent(const std::optional<std::string>& text) { return text ? Cell::shown(*text) : Cell::absent(); }

// All from what is shown of the event. A name is a text; a path keeps the type that its value has in the event.
Cell cell_of(const query::ListedEvent& event, EventText& text, const std::string& field) {
  if (query::is_in_columns(field)) {
    return cell_or_absent(query::event_value(text.shown(), *event.segment, event.index, {}, field));
  }
  if (field == "eventID" || field == "event-id") {
    if (const auto id = query::stored_event_id(*event.segment, event.index)) return Cell::shown(*id);
  }
  if (query::is_field_name(field)) {
    return cell_or_absent(query::event_value(text.shown(), *event.segment, event.index, text.json(), field));
  }
  const std::string value = query::json_at(text.json(), field);
  if (value.empty() || value == "null") return Cell::absent();
  Cell cell{query::display_text(value), {}, true};
  text::append_minified(value, cell.json);
  return cell;
}

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
      : shown_(snapshot, reveal),
        judged_(snapshot),
        format_(global.format),
        fields_(std::move(fields)),
        whole_(fields_.empty() && format_ != Format::table && format_ != Format::csv),
        out_(global, Out::Length::list) {
    if (whole_ || format_ == Format::raw) return;
    if (fields_.empty()) fields_ = usual_fields();
    std::vector<Column> columns;
    for (const std::string& field : fields_) columns.push_back(field_column(field));
    rows_.emplace(out_, std::move(columns), "no event passes");
  }

  void print(const query::ListedEvent& event) {
    EventText text{event, shown_};
    if (rows_) {
      std::vector<Cell> cells;
      for (const std::string& field : fields_) {
        cells.push_back(cell(event, text, field));
      }
      rows_->row(std::move(cells));
      return;
    }
    std::string line;
    if (format_ == Format::json) line += first_ ? "[" : ",\n ";
    append_line(text.json(), line);
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
  Cell cell(const query::ListedEvent& event, EventText& text, const std::string& field) {
    if (query::JudgedFields::has(field)) return cell_or_absent(judged_.text(event, field));
    Cell found = cell_of(event, text, field);
    const bool name = field == "name" || field == "eventName";
    if (name && format_ == Format::table && judged_.is_superseded(event)) {
      found.text += " (superseded)";
    }
    return found;
  }

  query::ShownEvents shown_;
  query::JudgedFields judged_;
  Format format_;
  std::vector<std::string> fields_;
  bool whole_;
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
