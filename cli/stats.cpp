// trailkeeper stats: what the store holds.
#include "query/stats.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/row_writer.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {
namespace {

std::string stats_json(const query::Stats& stats) {
  const auto time = [&](text::Timestamp value) {
    return stats.events == 0 ? std::string{} : text::format_timestamp(value);
  };
  std::string text;
  text::JsonWriter json{text};
  json.open('{')
      .member("events", stats.events)
      .member("variants", stats.variants)
      .member("rejected", stats.rejected)
      .member("rejectBytes", stats.reject_bytes)
      .member("rejectLimit", stats.reject_limit)
      .member("segments", stats.segments)
      .member("rawBytes", stats.raw_bytes)
      .member("storedBytes", stats.stored_bytes)
      .member("fileBytes", stats.file_bytes)
      .member_or_null("firstEventTime", time(stats.first))
      .member_or_null("lastEventTime", time(stats.last));
  json.name("sources").open('{');
  for (const query::SourceCount& source : stats.sources) json.member(source.source, source.events);
  json.close('}').close('}');
  return text + "\n";
}

void print_table(const query::Stats& stats, Out& out) {
  const auto line = [&](const char* name, const std::string& value) {
    out.write(fmt::format("{:<16}{}\n", name, value));
  };
  line("events", grouped(stats.events));
  line("variants", grouped(stats.variants));
  line("rejected", stats.rejected == 0 ? "0"
                                       : fmt::format("{} ({} of {})", grouped(stats.rejected),
                                                     byte_text(stats.reject_bytes), byte_text(stats.reject_limit)));
  line("segments", grouped(stats.segments));
  line("raw bytes", fmt::format("{} ({})", grouped(stats.raw_bytes), byte_text(stats.raw_bytes)));
  const double ratio =
      stats.stored_bytes == 0 ? 0 : static_cast<double>(stats.raw_bytes) / static_cast<double>(stats.stored_bytes);
  line("stored bytes", fmt::format("{} ({}{})", grouped(stats.stored_bytes), byte_text(stats.stored_bytes),
                                   ratio >= 1  ? fmt::format(", 1/{:.1f} of raw", ratio)
                                   : ratio > 0 ? fmt::format(", {:.1f} times raw", 1 / ratio)
                                               : ""));
  line("file bytes", fmt::format("{} ({})", grouped(stats.file_bytes), byte_text(stats.file_bytes)));
  if (stats.events > 0) {
    line("first event", text::format_timestamp(stats.first));
    line("last event", text::format_timestamp(stats.last));
  }
  out.write("\n");
  RowWriter rows{out, {{"source"}, {"events", true}}};
  for (const query::SourceCount& source : stats.sources) {
    rows.row({Cell::of(source.source), Cell{grouped(source.events), std::to_string(source.events)}});
  }
  rows.finish();
}

int run_stats(const GlobalOptions& global) {
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const query::Stats stats = query::collect_stats(store);
  Out out{global, Out::Length::list};
  switch (global.format) {
    case Format::json:
    case Format::ndjson: out.write(stats_json(stats)); break;
    case Format::table: print_table(stats, out); break;
    default: {
      RowWriter rows{out, {{"source"}, {"events"}}};
      for (const query::SourceCount& source : stats.sources)
        rows.row({Cell::of(source.source), Cell::of(source.events)});
      rows.finish();
    }
  }
  out.flush();
  return kDone;
}

}  // namespace

void add_stats(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("stats", "Show what the store holds: events, sizes, time span, sources");
  command.runs([&global] { return run_stats(global); });
}

}  // namespace trailkeeper::cli
