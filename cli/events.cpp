// trailkeeper events: lists events.
#include <algorithm>
#include <optional>
#include <sstream>

#include "audit/verdict_index.h"
#include "cli/command.h"
#include "cli/field_columns.h"
#include "cli/filter_options.h"
#include "cli/reveal.h"
#include "cli/row_writer.h"
#include "event/json_text.h"
#include "event/reject.h"
#include "query/event_list.h"
#include "query/field_catalogue.h"
#include "query/json_path.h"
#include "query/shown_event.h"
#include "store/store.h"

namespace trailkeeper::cli {
namespace {

struct Arguments {
  FilterOptions filter;
  std::optional<std::uint64_t> limit;
  query::Order order = query::Order::newest;
  std::vector<std::string> fields;
  bool reveal = false;
};

/// An event's JSON with the padding that looking into it needs.
class EventText {
 public:
  EventText(const query::ListedEvent& event, const query::ShownEvents& shown) {
    shown.append(*event.segment, event.index, bytes_);
    size_ = bytes_.size();
    bytes_.append(event::kPadding, '\0');
  }
  [[nodiscard]] std::string_view json() const { return std::string_view{bytes_}.substr(0, size_); }

 private:
  std::string bytes_;
  std::size_t size_ = 0;
};

// What permissions say of the event; no field of it, and no column.
constexpr std::string_view kVerdict = "verdict";

// A name such as `user` is found in the store's columns; a path needs the event.
bool is_path(const std::string& field) {
  return field != "time" && field != kVerdict &&
         (query::derived_field(field) == nullptr ||
          field.find_first_of(".ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos);
}

// A name is a text; a path keeps the type that its value has in the event.
Cell cell_of(const query::ListedEvent& event, std::string_view json, const std::string& field) {
  if (field == "time") return Cell::of(event::format_timestamp(event.segment->time(event.index)));
  if (!is_path(field)) {
    const auto text = query::event_value(*event.segment, event.index, json, field);
    return text ? Cell::of(*text) : Cell::absent();
  }
  const std::string value = query::json_at(json, field);
  if (value.empty() || value == "null") return Cell::absent();
  Cell cell{query::display_text(value), {}};
  event::append_minified(value, cell.json);
  return cell;
}

// Line feeds between tokens would break a line in two.
void append_line(std::string_view json, std::string& out) {
  if (json.find_first_of("\r\n") == std::string_view::npos) {
    out.append(json);
  } else {
    event::append_minified(json, out);
  }
}

class EventPrinter {
 public:
  EventPrinter(const store::Snapshot& snapshot, const GlobalOptions& global, std::vector<std::string> fields,
               bool reveal)
      : shown_(snapshot, reveal),
        snapshot_(snapshot),
        format_(global.format),
        fields_(std::move(fields)),
        whole_(fields_.empty() && format_ != Format::table && format_ != Format::csv),
        out_(global, Out::Length::list) {
    if (whole_ || format_ == Format::raw) return;
    if (fields_.empty()) fields_ = usual_fields();
    needs_text_ = std::any_of(fields_.begin(), fields_.end(), is_path);
    std::vector<Column> columns;
    for (const std::string& field : fields_) columns.push_back(field_column(field));
    rows_.emplace(out_, std::move(columns));
  }

  void print(const query::ListedEvent& event) {
    std::optional<EventText> text;
    if (needs_text_) text.emplace(event, shown_);
    if (rows_) {
      std::vector<Cell> cells;
      const std::string_view json = text ? text->json() : std::string_view{};
      for (const std::string& field : fields_) {
        cells.push_back(field == kVerdict ? verdict_of(event) : cell_of(event, json, field));
      }
      rows_->row(std::move(cells));
      return;
    }
    std::string line;
    if (format_ == Format::json) line += first_ ? "[" : ",\n ";
    append_line(text->json(), line);
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
  Cell verdict_of(const query::ListedEvent& event) {
    if (!verdicts_) verdicts_.emplace(snapshot_);
    const std::uint8_t code = verdicts_->of(*event.segment)[event.index];
    return Cell::of(rules::verdicts::verdict_name(static_cast<rules::verdicts::Verdict>(code)));
  }

  query::ShownEvents shown_;
  const store::Snapshot& snapshot_;
  std::optional<audit::VerdictIndex> verdicts_;
  Format format_;
  std::vector<std::string> fields_;
  bool whole_;
  bool needs_text_ = true;
  Out out_;
  std::optional<RowWriter> rows_;
  bool first_ = true;
};

int run_events(const GlobalOptions& global, const Arguments& arguments) {
  const query::Filter filter = arguments.filter.filter();
  check_field_names(arguments.fields);
  if (global.format == Format::raw && !arguments.fields.empty()) {
    throw UsageError("--output raw prints whole events: leave --fields out, or choose json, ndjson, csv or table");
  }
  if (arguments.reveal) record_reveal(global, "events " + arguments.filter.query_string());
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  EventPrinter printer{snapshot, global, arguments.fields, arguments.reveal};
  query::list_events(snapshot, filter, arguments.order, arguments.limit, [&](const query::ListedEvent& event) {
    printer.print(event);
    return true;
  });
  printer.finish();
  return kDone;
}

}  // namespace

void add_events(CLI::App& app, const GlobalOptions& global, Run& run) {
  CLI::App* const command = app.add_subcommand("events", "List events");
  const auto arguments = std::make_shared<Arguments>();
  arguments->filter.add_to(*command);
  take_count(command->add_option("--limit", arguments->limit, "At most so many events (default: all)"));
  add_choice<query::Order>(*command, "--order", arguments->order,
                           {{"newest", query::Order::newest}, {"oldest", query::Order::oldest}},
                           "newest (default) or oldest first")
      ->type_name("ORDER");
  command
      ->add_option("--fields", arguments->fields,
                   "What to print: time, name, user, … or paths such as userIdentity.arn")
      ->delimiter(',')
      ->type_name("A,B.C")
      ->allow_extra_args(false)
      ->take_all();
  add_reveal(*command, arguments->reveal);
  command->footer(
      "Output json, ndjson and raw print whole events unless --fields is given; raw as they were stored, one a line\n"
      "(an event that was laid out over several lines is printed minified).\n\n"
      "Examples:\n"
      "  trailkeeper events --source activate.amazonaws.com --error any --since 30d\n"
      "  trailkeeper events --name 'Put*' --write-only --account 111122223333 --limit 20\n"
      "  trailkeeper events --ip 203.0.113.0/24 --fields time,name,user,requestParameters.bucketName --output csv");
  command->callback(
      [&global, &run, arguments] { run = [&global, arguments] { return run_events(global, *arguments); }; });
}

}  // namespace trailkeeper::cli
