// trailkeeper compact, backup, restore and verify: the store as a whole.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/prose.h"
#include "serve/tokens.h"
#include "store/archive.h"
#include "store/verify.h"
#include "store/writer.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {
namespace {

bool is_json(const GlobalOptions& global) { return global.format == Format::json || global.format == Format::ndjson; }

void print(const GlobalOptions& global, const std::string& text, const std::string& json) {
  Out out{global};
  if (is_json(global)) {
    out.write(json + "\n");
  } else {
    write_prose(out, text + "\n");
  }
  out.flush();
}

int run_compact(const GlobalOptions& global) {
  const std::string directory = global.store_directory();
  store::MergeCost cost;
  {
    store::Store store{directory, store::Store::Mode::write};
    store::Writer writer{store};
    while (writer.merge_once(true)) {
    }
    cost = writer.merge_cost();
  }
  const store::ShrinkResult result = store::shrink_file(directory);
  std::string json;
  text::JsonWriter{json}
      .open('{')
      .member("merges", cost.merges)
      .member("mergedEvents", cost.events)
      .raw_member("mergeSeconds", fmt::format("{:.3f}", cost.seconds))
      .member("bytesBefore", result.bytes_before)
      .member("bytesAfter", result.bytes_after)
      .close('}');
  print(global,
        fmt::format("{} merges of {} events in {:.2f} s; file from {} to {}", cost.merges, grouped(cost.events),
                    cost.seconds, byte_text(result.bytes_before), byte_text(result.bytes_after)),
        json);
  return kDone;
}

int run_backup(const GlobalOptions& global, const std::string& target) {
  store::Store store{global.store_directory(), store::Store::Mode::read};
  store::back_up(store, target);
  store::Store copy{target, store::Store::Mode::read};
  const std::uint64_t bytes = copy.environment().file_bytes();
  std::string json;
  text::JsonWriter{json}.open('{').member("bytes", bytes).member("directory", target).close('}');
  print(global, fmt::format("backed up and checked: {} ({})", target, byte_text(bytes)), json);
  return kDone;
}

int run_restore(const GlobalOptions& global, const std::string& backup) {
  const std::string directory = global.store_directory();
  store::restore(backup, directory);
  std::string json;
  text::JsonWriter{json}.open('{').member("directory", directory).close('}');
  print(global, "restored and checked: " + directory, json);
  return kDone;
}

int run_verify(const GlobalOptions& global) {
  std::uint64_t damages = 0;
  const auto damaged = [&](const std::string& what) {
    ++damages;
    print_error(global, what);
  };
  const std::string directory = global.store_directory();
  const store::Verified verified = store::verify_store(directory, true, damaged);
  try {
    static_cast<void>(serve::TokenSet::load(serve::token_path(directory)));
  } catch (const serve::TokenError& error) {
    damaged(error.what());
  }
  std::string json;
  text::JsonWriter{json}.open('{').member("events", verified.events).member("damaged", damages).close('}');
  print(global,
        fmt::format("{} events are as they were stored; {} damaged places", grouped(verified.events), grouped(damages)),
        json);
  return damages == 0 ? kDone : kFailed;
}

}  // namespace

void add_maintenance(const Command& app, const GlobalOptions& global) {
  const Command compact =
      app.add_subcommand("compact", "Merge small segments and give free pages back to the file system");
  compact.footer(
      "No replay or server may be writing to the store meanwhile; readers go on undisturbed.\n\nExample:\n"
      "  trailkeeper --store /var/lib/trailkeeper compact");
  compact.runs([&global] { return run_compact(global); });

  const Command backup = app.add_subcommand("backup", "Copy the store, consistently, while others write to it");
  const auto target = std::make_shared<std::string>();
  backup.add_option("DIR", *target, "A new or empty folder").required();
  backup.footer(
      "The copy is checked against its checksums before the command ends.\n\nExample:\n"
      "  trailkeeper backup /backup/trail-2024-05-31");
  backup.runs([&global, target] { return run_backup(global, *target); });

  const Command restore = app.add_subcommand("restore", "Put a backup to where --store says");
  const auto source = std::make_shared<std::string>();
  restore.add_option("DIR", *source, "The backup's folder").required();
  restore.footer(
      "There must be no store yet. The restored store is checked.\n\nExample:\n"
      "  trailkeeper --store ./audit restore /backup/trail-2024-05-31");
  restore.runs([&global, source] { return run_restore(global, *source); });

  const Command verify = app.add_subcommand("verify", "Check every checksum and every event's bytes");
  verify.footer(
      "Exit code 3 if something is damaged; each place is named.\n\nExample:\n"
      "  trailkeeper verify && trailkeeper backup /backup/trail-2024-05-31");
  verify.runs([&global] { return run_verify(global); });
}

}  // namespace trailkeeper::cli
