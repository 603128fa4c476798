// trailkeeper replay: archives into the store.
#include "ingest/replay.h"

#include <fmt/format.h>

#include <atomic>
#include <csignal>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/prose.h"
#include "query/upkeep.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {
namespace {

std::atomic<bool> g_stop{false};

// The first signal ends the replay with what was read committed; the second ends the process.
void request_stop(int signal) {
  g_stop = true;
  std::signal(signal, SIG_DFL);
}

struct ReplayArguments {
  std::vector<std::string> paths;
  unsigned workers = 0;
  bool no_verdicts = false;
  bool strict_variants = false;
};

std::string result_json(const ingest::ReplayResult& result) {
  std::string out;
  text::JsonWriter json{out};
  const auto seconds = [&json](std::string_view name, double value) {
    json.raw_member(name, fmt::format("{:.3f}", value));
  };
  json.open('{').member("events", result.events).member("duplicates", result.duplicates);
  json.member("rewritten", result.rewritten).member("variants", result.variants).member("rejected", result.rejected);
  json.member("rejectedWithoutBytes", result.beyond_limit.without_bytes);
  json.member("rejectedOnlyCounted", result.beyond_limit.only_counted);
  json.member("files", result.files).member("bytes", result.bytes);
  seconds("seconds", result.seconds);
  json.member("merges", result.merging.merges);
  seconds("mergeSeconds", result.merging.seconds);
  seconds("verdictSeconds", result.verdicts.seconds);
  json.member("billLines", result.bill_lines).member("billLinesReplaced", result.bill_lines_replaced);
  json.member("billLinesOutdated", result.bill_lines_outdated).member("interrupted", result.interrupted);
  json.table("unreadable", result.found.unreadable, [&json](const ingest::UnreadableFile& file) {
    json.member("path", file.path).member("reason", file.reason);
  });
  json.table("joinedFiles", result.found.joined, [&json](const ingest::JoinedFile& file) {
    json.member("path", file.path).table("members", file.members, [&json](const ingest::GzipMember& member) {
      json.member("offset", member.stored).member("contentOffset", member.plain);
    });
  });
  json.name("otherFiles").open('{');
  for (const auto& [kind, files] : result.found.others) json.member(kind, files);
  json.close('}').close('}');
  return out;
}

std::string result_text(const ingest::ReplayResult& result) {
  const auto number_of = [](std::uint64_t count, const char* one, const char* many) {
    return grouped(count) + " " + (count == 1 ? one : many);
  };
  std::string text = number_of(result.events, "new event", "new events");
  if (result.bill_lines > 0) text += ", " + number_of(result.bill_lines, "new bill line", "new bill lines");
  if (result.bill_lines_replaced > 0) {
    text += " in place of " + grouped(result.bill_lines_replaced) + " of older versions of their reports";
  }
  if (result.bill_lines_outdated > 0) {
    text += ", " + number_of(result.bill_lines_outdated, "bill line", "bill lines") +
            " left out: a newer version of the report is there";
  }
  if (result.duplicates > 0) text += ", " + number_of(result.duplicates, "duplicate", "duplicates");
  if (result.rewritten > 0) text += " (" + grouped(result.rewritten) + " of them rewritten by a shipper)";
  if (result.variants > 0) {
    text += ", " + number_of(result.variants, "of the new ones shares", "of the new ones share") +
            " an eventID with an event of other content";
  }
  if (result.rejected > 0) {
    text += ", " + number_of(result.rejected, "rejected record", "rejected records") + " (see: trailkeeper rejects)";
  }
  for (const auto& [kind, files] : result.found.others) {
    text += "\nleft out, as it holds no events: " + grouped(files) + " " + kind + (files == 1 ? "" : "s");
  }
  if (!result.found.joined.empty()) {
    const ingest::JoinedFile& first = result.found.joined.front();
    text += fmt::format("\n{} more than one gzip member: {} has another at byte {}",
                        number_of(result.found.joined.size(), "file has", "files have"), first.path,
                        first.members.front().stored);
  }
  const store::RejectFigures& beyond = result.beyond_limit;
  if (beyond.without_bytes + beyond.only_counted > 0) {
    text += fmt::format(
        "\nthe limit for rejected records is reached: of {} only place, reason, length and hash were kept, {} were "
        "only counted (see: trailkeeper rejects limit)",
        grouped(beyond.without_bytes), grouped(beyond.only_counted));
  }
  const double seconds = result.seconds > 0 ? result.seconds : 1e-9;
  text += fmt::format("\n{} {}, {}, in {:.2f} s", grouped(result.files), result.files == 1 ? "file" : "files",
                      byte_text(result.bytes), result.seconds);
  const auto per_second = [seconds](std::uint64_t count) {
    return static_cast<std::uint64_t>(static_cast<double>(count) / seconds);
  };
  std::string rates;
  const auto add_rate = [&](std::uint64_t count, const char* what) {
    if (count > 0) rates += grouped(per_second(count)) + " " + what + "/s, ";
  };
  add_rate(result.events + result.duplicates, "events");
  add_rate(result.bill_lines + result.bill_lines_outdated, "bill lines");
  if (result.bytes > 0) text += " (" + rates + byte_text(per_second(result.bytes)) + "/s)";
  return text;
}

int run_replay(const GlobalOptions& global, const ReplayArguments& arguments) {
  query::KeptStore store{global.store_directory()};
  ingest::PipelineOptions options;
  options.workers = arguments.workers;
  options.judge = !arguments.no_verdicts;
  if (arguments.strict_variants) options.variants = store::VariantRule::value;
  ingest::Replay replay{store, options};
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  ProgressLine line{replay.progress()};
  const ingest::ReplayResult result = replay.run(arguments.paths, g_stop);
  line.stop();
  const std::string others = result.files > 0 ? "; the other files were replayed" : "";
  for (const ingest::UnreadableFile& file : result.found.unreadable) {
    print_error(global, "cannot read " + file.path + ": " + file.reason + others);
  }
  if (result.interrupted)
    print_error(global, "interrupted: what was read is committed; replay again to take in the rest");
  Out out{global};
  const bool json = global.format == Format::json || global.format == Format::ndjson;
  if (json) {
    out.write(result_json(result) + "\n");
  } else {
    write_prose(out, result_text(result) + "\n");
  }
  out.flush();
  return result.found.unreadable.empty() && result.rejected == 0 && !result.interrupted ? kDone : kRefused;
}

}  // namespace

void add_replay(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("replay", "Take archived trails into the store");
  const auto arguments = std::make_shared<ReplayArguments>();
  command.add_option("PATH", arguments->paths, "Files, folders (recursively), or - for standard input").required();
  command.add_option("--workers", arguments->workers, "Parsing threads (default: one for each core)")
      .range(1U, 256U)
      .type_name("N")
      .preset("");
  command.add_flag("--strict-variants", arguments->strict_variants,
                   "Keep copies apart that differ in what shippers add at the top, or in nulls");
  command.add_flag("--no-verdicts", arguments->no_verdicts, "Leave the verdicts to recheck");
  command.footer(
      "JSON, NDJSON, exports, gzip, zstd, xz, bzip2, UTF-16, ZIP and tar are told apart by content. Events that are in "
      "the store already change nothing.\n"
      "Exit code 1 if a file could not be read or a record was rejected; everything else is in the store then.\n\n"
      "Examples:\n"
      "  trailkeeper replay AWSLogs/\n"
      "  aws s3 cp s3://trail-bucket/AWSLogs/… - | trailkeeper replay -\n"
      "  trailkeeper --store ./audit replay --output json trail.ndjson.gz");
  command.runs([&global, arguments] { return run_replay(global, *arguments); });
}

}  // namespace trailkeeper::cli
