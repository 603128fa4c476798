// trailkeeper show: one event.
#include "cli/command.h"
#include "cli/coverage_note.h"
#include "cli/output.h"
#include "cli/reveal.h"
#include "query/event_list.h"
#include "query/shown_event.h"
#include "query/verdicts/findings.h"
#include "query/verdicts/superseded.h"
#include "store/store.h"
#include "text/ascii.h"
#include "text/json_text.h"
#include "text/visible_text.h"

namespace trailkeeper::cli {
namespace {

// An event and its addendum name each other.
void note_addendum(const store::Snapshot& snapshot, const query::SupersededEvents& superseded,
                   const query::ListedEvent& event, const std::string& event_id) {
  const query::EventPlace place{event.segment, event.index};
  const auto id_of = [&](const query::EventPlace& of) { return query::event_id_of(snapshot, {of.segment, of.index}); };
  if (const auto newest = superseded.newest(place)) {
    print_notice("event " + event_id + " is superseded by " + id_of(*newest));
  }
  for (const query::EventPlace& older : superseded.replaced_by(place)) {
    print_notice("event " + event_id + " supersedes " + id_of(older));
  }
}

int run_show(const GlobalOptions& global, const std::vector<std::string>& event_ids, bool reveal) {
  if (global.format == Format::csv) throw UsageError("show prints whole events: choose table, json, ndjson or raw");
  if (reveal) {
    std::string command = "show";
    for (const std::string& event_id : event_ids) command += " " + event_id;
    record_reveal(global, command);
  }
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  const query::ShownEvents shown{snapshot, reveal};
  const query::SupersededEvents superseded{snapshot};
  Out out{global, Out::Length::list};
  int code = kDone;
  bool first = true;
  for (const std::string& argument : event_ids) {
    const std::string event_id{text::trimmed(argument)};  // As lines of CSV end with CR LF.
    const std::vector<query::ListedEvent> found = query::find_events(snapshot, event_id);
    if (found.empty()) {
      print_error(global, no_event_text(event_id));
      code = kRefused;
    }
    if (found.size() > 1) {
      print_error(global, std::to_string(found.size()) + " events of different content have the ID " + event_id);
    }
    for (const query::ListedEvent& event : found) {
      note_addendum(snapshot, superseded, event, event_id);
      std::string json;
      shown.append(*event.segment, event.index, json);
      std::string text;
      switch (global.format) {
        case Format::table: {
          std::string pretty;
          text::append_pretty(json, pretty);
          text::append_visible_json(pretty, text);
          break;
        }
        case Format::raw:
          if (json.find_first_of("\r\n") == std::string::npos) {
            text = json;
          } else {
            text::append_minified(json, text);
          }
          break;
        default: text::append_minified(json, text);
      }
      if (global.format == Format::json && event_ids.size() + found.size() > 2) text.insert(0, first ? "[" : ",\n ");
      first = false;
      out.write(text);
      if (global.format != Format::json) out.write("\n");
    }
    if (global.format == Format::json && !found.empty() && event_ids.size() == 1)
      out.write(found.size() > 1 ? "]\n" : "\n");
  }
  if (global.format == Format::json && event_ids.size() > 1) out.write(first ? "[]\n" : "]\n");
  out.flush();
  return code;
}

}  // namespace

void add_show(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("show", "Show one event by its eventID");
  const auto event_ids = std::make_shared<std::vector<std::string>>();
  command.add_option("EVENT_ID", *event_ids, "The eventID; several may be given").required();
  const auto reveal = std::make_shared<bool>(false);
  add_reveal(command, *reveal);
  command.footer(
      "Prints the event laid out over lines; --output raw prints it in one line, as it was stored. Events that share "
      "an eventID "
      "but\n"
      "differ in content are all printed (with --output json as an array). Exit code 1 if there is none.\n\n"
      "Example:\n"
      "  trailkeeper show 4839af5e-7b6a-4353-a5ef-41febc9a9fa8");
  command.runs([&global, event_ids, reveal] { return run_show(global, *event_ids, *reveal); });
}

}  // namespace trailkeeper::cli
