// trailkeeper rejects: what was not an event.
#include "store/rejects.h"

#include <fmt/format.h>

#include <optional>

#include "cli/command.h"
#include "cli/principal_argument.h"
#include "cli/prose.h"
#include "cli/reveal.h"
#include "cli/row_writer.h"
#include "cli/size_argument.h"
#include "event/reject_words.h"
#include "query/reject_removal.h"
#include "query/shown_event.h"
#include "store/store.h"
#include "text/base64.h"
#include "text/clock.h"
#include "text/hex.h"
#include "text/json_text.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {
namespace {

constexpr std::size_t kTableBytes = 60;

std::vector<Column> columns_of(bool table) {
  std::vector<Column> columns{{"source"}, {"offset", true}, {"line", true}, {"reason"}, {"length", true}};
  if (table) {
    columns.push_back({"bytes"});
    return columns;
  }
  for (const char* const name : {"description", "bytes", "encoding", "records", "arrival", "hash"})
    columns.push_back({name});
  return columns;
}

std::string in_table(const store::KeptReject& kept, const std::string& shown) {
  if (kept.records > 1) return fmt::format("({} records, only counted: the limit)", grouped(kept.records));
  if (!kept.has_bytes) return "(not kept: the limit)";
  return shown.size() > kTableBytes ? shown.substr(0, kTableBytes) + "…" : shown;
}

// One that wasn't kept has no bytes; its length and hash say what they were.
std::vector<Cell> cells_of(const store::KeptReject& kept, const std::string& shown, const std::string& hash,
                           bool table) {
  std::string reason{event::reason_code(kept.reason)};
  const std::string_view detail = event::reason_detail(kept.reason);
  if (table && !detail.empty()) reason.append(": ").append(detail);
  std::vector<Cell> cells{Cell::of(kept.source), Cell::of(kept.offset), Cell::of(kept.line), Cell::shown(reason),
                          Cell::of(kept.length)};
  if (table) {
    cells.push_back(Cell::shown(in_table(kept, shown)));
    return cells;
  }
  const bool text = text::valid_utf8(shown);
  cells.push_back(Cell::shown(event::reason_text(kept.reason)));
  cells.push_back(kept.has_bytes ? Cell::shown(text ? shown : text::encode_base64(shown)) : Cell::absent());
  cells.push_back(kept.has_bytes ? Cell::shown(text ? "utf-8" : "base64") : Cell::absent());
  cells.push_back(Cell::of(kept.records));
  cells.push_back(kept.arrival == 0 ? Cell::absent() : Cell::time(kept.arrival));
  cells.push_back(Cell::shown(hash));
  return cells;
}

int run_list(const GlobalOptions& global, std::optional<std::uint64_t> limit, bool reveal) {
  if (reveal) record_reveal(global, "rejects");
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  const query::ShownEvents shown{snapshot, reveal};
  Out out{global, Out::Length::list, shown};
  const bool table = global.format == Format::table;
  RowWriter rows{out, columns_of(table)};
  std::uint64_t printed = 0;
  snapshot.rejects([&](const store::KeptReject& kept) {
    if (limit && printed >= *limit) return false;
    ++printed;
    const std::string bytes = shown.record(std::string{kept.bytes});
    if (global.format == Format::raw) {
      if (kept.has_bytes) out.write(bytes + "\n");
    } else {
      rows.row(cells_of(kept, bytes, shown.digest(text::hex_of(kept.hash)), table));
    }
    return true;
  });
  if (global.format != Format::raw) rows.finish();
  out.flush();
  return kDone;
}

struct RemoveArguments {
  std::vector<std::string> sources;
  std::vector<std::string> reasons;
  std::string before;
  bool all = false;
  bool dry_run = false;
};

std::string reason_codes() {
  std::string codes;
  for (const event::ReasonWord& word : event::reason_words()) {
    if (word.detail.empty()) codes.append(word.code).append(" ");
  }
  return codes;
}

// All reasons of a code.
std::vector<event::Reason> reason_argument(const std::string& text) {
  std::vector<event::Reason> found;
  for (const event::ReasonWord& word : event::reason_words()) {
    if (word.code == text) found.push_back(word.reason);
  }
  if (!found.empty()) return found;
  throw UsageError("--reason: '" + text + "' is none; trailkeeper rejects shows them");
}

int run_remove(const GlobalOptions& global, const RemoveArguments& arguments) {
  query::RejectRemoval request;
  request.now = text::now();
  request.dry_run = arguments.dry_run;
  request.sources = arguments.sources;
  for (const std::string& reason : arguments.reasons) {
    const std::vector<event::Reason> all = reason_argument(reason);
    request.reasons.insert(request.reasons.end(), all.begin(), all.end());
  }
  if (!arguments.before.empty()) request.before = time_argument(arguments.before, "--before");
  const bool some = !request.sources.empty() || !request.reasons.empty() || request.before;
  if (some == arguments.all) throw UsageError("say which: --source, --reason, --before; or --all, alone");
  store::Store store{global.store_directory(), store::Store::Mode::write};
  store::Writer writer{store};
  const query::RejectRemovalResult result = query::remove_rejects(store, writer, request);
  if (!result.holds.empty()) {
    print_error(global,
                "nothing was removed: as long as there is a legal hold, rejected records stay, since no filter can "
                "tell whether it means them; see: trailkeeper hold list");
    return kRefused;
  }
  Out out{global};
  if (global.format == Format::json || global.format == Format::ndjson) {
    std::string json;
    text::JsonWriter{json}
        .open('{')
        .member("records", result.removed.records)
        .member("bytes", result.removed.bytes)
        .member("dryRun", request.dry_run)
        .close('}');
    out.write(json + "\n");
  } else {
    write_prose(out, fmt::format("{} {} rejected records of {}\n", request.dry_run ? "would remove" : "removed",
                                 grouped(result.removed.records), byte_text(result.removed.bytes)));
  }
  out.flush();
  return kDone;
}

int run_limit(const GlobalOptions& global, const std::string& size) {
  if (size.empty()) {
    store::Store store{global.store_directory(), store::Store::Mode::read};
    const store::Snapshot snapshot = store.snapshot();
    const std::uint64_t limit = store::reject_limit(snapshot.transaction());
    const std::uint64_t used = store::reject_bytes(snapshot.transaction());
    Out out{global};
    if (global.format == Format::json || global.format == Format::ndjson) {
      std::string json;
      text::JsonWriter{json}.open('{').member("limit", limit).member("used", used).close('}');
      out.write(json + "\n");
    } else {
      write_prose(out, fmt::format("rejected records take {} of at most {}\n", byte_text(used), byte_text(limit)));
    }
    out.flush();
    return kDone;
  }
  const auto bytes = parse_size(size);
  if (!bytes) throw UsageError("'" + size + "' is not a size; give 500MB or 10GB");
  store::Store store{global.store_directory(), store::Store::Mode::write};
  store::Writer writer{store};
  std::string entry;
  text::JsonWriter{entry}.open('{').member("action", "rejects-limit").member("bytes", *bytes).close('}');
  writer.set_reject_limit(*bytes, {text::now(), entry});
  print_notice(fmt::format("rejected records may take {} from now on", byte_text(*bytes)));
  return kDone;
}

void add_remove(const Command& command, const GlobalOptions& global) {
  const Command remove = command.add_subcommand("remove", "Remove rejected records; the journal says so");
  const auto arguments = std::make_shared<RemoveArguments>();
  remove.add_option("--source", arguments->sources, "Of this source (a glob; may be repeated)")
      .type_name("SOURCE")
      .repeatable();
  remove.add_option("--reason", arguments->reasons, "With this reason, such as broken-json (may be repeated)")
      .type_name("REASON")
      .suggest(reason_codes())
      .repeatable();
  remove.add_option("--before", arguments->before, "That came before: 2024-05-01, or an age").type_name("TIME");
  remove.add_flag("--all", arguments->all, "All of them");
  remove.add_flag("--dry-run", arguments->dry_run, "Only say how many would go");
  remove.footer(
      "What several options say must all be true. As long as there is a legal hold, nothing is removed.\n\n"
      "Examples:\n"
      "  trailkeeper rejects remove --source '/var/log/*' --reason not-an-object\n"
      "  trailkeeper rejects remove --before 90d --dry-run");
  remove.runs([&global, arguments] { return run_remove(global, *arguments); });
}

void add_limit(const Command& command, const GlobalOptions& global) {
  const Command limit = command.add_subcommand("limit", "Show or set how much rejected records may take");
  const auto size = std::make_shared<std::string>();
  limit.add_option("SIZE", *size, "500MB, 10GB (default: 1GiB)");
  limit.footer(
      "Up to three quarters of it, records are kept as they came, compressed; up to all of it, their place, reason,\n"
      "length and hash are; beyond it they are counted, for each source. replay, stats and /metrics say "
      "so.\n\nExample:\n"
      "  trailkeeper rejects limit 10GB");
  limit.runs([&global, size] { return run_limit(global, *size); });
}

}  // namespace

void add_rejects(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("rejects", "List records that were not events, with the reason");
  const auto limit = std::make_shared<std::optional<std::uint64_t>>();
  command.add_option("--limit", *limit, "At most this many").count();
  const auto reveal = std::make_shared<bool>(false);
  add_reveal(command, *reveal);
  command.footer(
      "Each record was kept as it came, with where it came from, up to a limit (trailkeeper rejects limit); --output "
      "raw\n"
      "prints the bytes alone.\n\n"
      "Examples:\n"
      "  trailkeeper rejects --output json\n"
      "  trailkeeper rejects remove --before 90d");
  command.require_subcommand(0, 1);
  add_remove(command, global);
  add_limit(command, global);
  command.runs([&global, limit, reveal] { return run_list(global, *limit, *reveal); });
}

}  // namespace trailkeeper::cli
