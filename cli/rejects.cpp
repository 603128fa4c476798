// trailkeeper rejects: what was not an event.
#include <optional>

#include "cli/command.h"
#include "cli/reveal.h"
#include "cli/row_writer.h"
#include "event/json_text.h"
#include "query/shown_event.h"
#include "store/store.h"

namespace trailkeeper::cli {
namespace {

constexpr std::size_t kTableBytes = 60;

// Bytes that aren't text are printed as base64 (RFC 4648), so that nothing is lost.
std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(i + k > bytes.size() ? '=' : kAlphabet[group >> (18 - 6 * k) & 63U]);
    }
  }
  return out;
}

int run_rejects(const GlobalOptions& global, std::optional<std::uint64_t> limit, bool reveal) {
  if (reveal) record_reveal(global, "rejects");
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  Out out{global, Out::Length::list};
  const bool table = global.format == Format::table;
  std::vector<Column> columns{{"source"}, {"offset", true}, {"line", true}, {"reason"}, {"length", true}};
  if (!table) columns.push_back({"description"});
  columns.push_back({"bytes"});
  if (!table) columns.push_back({"encoding"});
  RowWriter rows{out, std::move(columns)};
  std::uint64_t printed = 0;
  const query::ShownEvents shown{snapshot, reveal};
  snapshot.rejects([&](const store::RejectedRecord& kept) {
    if (limit && printed >= *limit) return;
    store::RejectedRecord record = kept;
    record.bytes = shown.record(std::move(record.bytes));
    ++printed;
    if (global.format == Format::raw) {
      out.write(record.bytes + "\n");
      return;
    }
    std::vector<Cell> cells{Cell::of(record.source), Cell::of(record.offset), Cell::of(record.line),
                            Cell::of(event::reason_code(record.reason)), Cell::of(std::uint64_t{kept.bytes.size()})};
    if (table) {
      const bool cut = record.bytes.size() > kTableBytes;
      cells.push_back(Cell::of(record.bytes.substr(0, kTableBytes) + (cut ? "…" : "")));
    } else {
      const bool text = event::valid_utf8(record.bytes);
      cells.push_back(Cell::of(event::reason_text(record.reason)));
      cells.push_back(Cell::of(text ? record.bytes : base64(record.bytes)));
      cells.push_back(Cell::of(text ? "utf-8" : "base64"));
    }
    rows.row(std::move(cells));
  });
  if (global.format != Format::raw) rows.finish();
  out.flush();
  return kDone;
}

}  // namespace

void add_rejects(CLI::App& app, const GlobalOptions& global, Run& run) {
  CLI::App* const command = app.add_subcommand("rejects", "List records that were not events, with the reason");
  const auto limit = std::make_shared<std::optional<std::uint64_t>>();
  take_count(command->add_option("--limit", *limit, "At most so many"));
  const auto reveal = std::make_shared<bool>(false);
  add_reveal(*command, *reveal);
  command->footer(
      "Each record was kept as it came, with where it came from; --output raw prints the bytes alone.\n\n"
      "Example:\n"
      "  trailkeeper rejects --output json");
  command->callback([&global, &run, limit, reveal] {
    run = [&global, limit, reveal] { return run_rejects(global, *limit, *reveal); };
  });
}

}  // namespace trailkeeper::cli
