// trailkeeper verify-digest: a copy of a bucket against CloudTrail's digests.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/file_argument.h"
#include "cli/output.h"
#include "cli/row_writer.h"
#include "ingest/digest/read_copy.h"
#include "rules/digests/examination.h"
#include "text/clock.h"
#include "text/time_argument.h"

namespace trailkeeper::cli {
namespace {

namespace digests = rules::digests;
using digests::Examination;
using digests::ExaminedFile;
using digests::Status;

constexpr std::size_t kMaxKeyBytes = std::size_t{16} << 20;

struct VerifyDigestArguments {
  std::vector<std::string> paths;
  std::vector<std::string> key_files;
  std::string since;
  bool strict = false;
  unsigned workers = 0;
};

digests::PublicKeys read_keys(const std::vector<std::string>& files) {
  digests::PublicKeys keys;
  for (const std::string& file : files) {
    const auto taken = keys.add(read_file_argument(file, kMaxKeyBytes));
    const std::string expected = ": what `aws cloudtrail list-public-keys` prints is expected";
    if (!taken) throw UnreadableFile(file + " " + taken.error().message + expected);
    if (*taken == 0) throw UnreadableFile(file + " has no public keys" + expected);
  }
  return keys;
}

void print_rows(const GlobalOptions& global, const Examination& examination) {
  Out out{global, Out::Length::list};
  RowWriter rows{out, {{"kind", false, 6, true}, {"status", false, 8, true}, {"path"}, {"reason"}}};
  for (const ExaminedFile& file : examination.files) {
    const bool is_digest = file.kind == ExaminedFile::Kind::digest;
    rows.row({Cell::shown(is_digest ? "digest" : "log"), Cell::shown(digests::word_for(file.status)),
              Cell::shown(file.path), shown_or_absent(file.reason)});
  }
  rows.finish();
}

// `digests: 3 valid, 1 unproven`
std::string counts_of(const Examination& examination, ExaminedFile::Kind kind, const std::string& title) {
  std::string text;
  for (const Status status :
       {Status::valid, Status::invalid, Status::missing, Status::moved, Status::unproven, Status::unlisted}) {
    std::size_t files = 0;
    for (const ExaminedFile& file : examination.files) files += file.kind == kind && file.status == status ? 1 : 0;
    if (files > 0) text += (text.empty() ? "" : ", ") + grouped(files) + " " + std::string{digests::word_for(status)};
  }
  return title + ": " + (text.empty() ? "none" : text);
}

std::string summary_of(const Examination& examination, const ingest::CopyReading& reading, double seconds) {
  std::string text = counts_of(examination, ExaminedFile::Kind::digest, "digests") + "; " +
                     counts_of(examination, ExaminedFile::Kind::log, "log files");
  if (examination.gaps > 0) text += fmt::format("; {} {}", examination.gaps, examination.gaps == 1 ? "gap" : "gaps");
  const double rate = static_cast<double>(reading.plain_bytes) / std::max(seconds, 1e-9);
  return text + fmt::format("; {} inflated in {:.2f} s ({}/s)", byte_text(reading.plain_bytes), seconds,
                            byte_text(static_cast<std::uint64_t>(rate)));
}

// Why nothing is valid.
std::string nothing_validated(const VerifyDigestArguments& arguments, const ingest::CopyReading& reading) {
  if (reading.copy.digests.empty()) return "nothing was validated: there are no digest files";
  if (arguments.key_files.empty()) {
    return "nothing was validated: without --public-keys no signature can be checked (aws cloudtrail list-public-keys "
           "--start-time … --end-time …, in the trail's region)";
  }
  return "nothing was validated: no digest's signature is proven";
}

int run_verify_digest(const GlobalOptions& global, const VerifyDigestArguments& arguments) {
  if (std::find(arguments.paths.begin(), arguments.paths.end(), "-") != arguments.paths.end()) {
    throw UsageError("verify-digest reads folders and files, not standard input");
  }
  std::optional<text::Timestamp> since;
  if (!arguments.since.empty()) {
    since = text::parse_time_argument(arguments.since, text::now());
    if (!since) throw UsageError("--since: '" + arguments.since + "' is no time");
  }
  const digests::PublicKeys keys = read_keys(arguments.key_files);
  const auto begin = std::chrono::steady_clock::now();
  const ingest::CopyReading reading = ingest::read_copy(arguments.paths, arguments.workers);
  const Examination examination = digests::examine(reading.copy, keys, since);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  for (const ingest::UnreadableFile& file : reading.unreadable) {
    print_error(global, "cannot read " + file.path + ": " + file.reason);
  }
  print_rows(global, examination);
  print_notice(summary_of(examination, reading, seconds.count()));
  if (examination.count(Status::valid) == 0) print_error(global, nothing_validated(arguments, reading));
  const bool whole = !arguments.strict || examination.gaps == 0;
  return examination.is_sound() && reading.unreadable.empty() && whole ? kDone : kRefused;
}

}  // namespace

void add_verify_digest(const Command& app, const GlobalOptions& global) {
  const Command command =
      app.add_subcommand("verify-digest", "Check a copy of a trail's files against CloudTrail's signed digests");
  const auto arguments = std::make_shared<VerifyDigestArguments>();
  command.add_option("PATH", arguments->paths, "Folders as `aws s3 sync` makes them, with digests and log files")
      .required();
  command
      .add_option("--public-keys", arguments->key_files,
                  "What `aws cloudtrail list-public-keys` printed for the trail's region; may be repeated")
      .repeatable()
      .type_name("FILE");
  command.add_option("--since", arguments->since, "The copy begins then: what is older may be missing")
      .type_name("TIME");
  command.add_flag("--strict", arguments->strict, "Exit with 1 also for times of which no digest speaks");
  command.add_option("--workers", arguments->workers, "Reading threads (default: one for each core)")
      .range(1U, 256U)
      .type_name("N")
      .preset("");
  command.footer(
      "Nothing is fetched, and no store is needed. A digest is proven by the next one, which has its signature; that "
      "of\n"
      "the newest is in S3 only: it is `unproven` unless what `aws s3api head-object` prints lies beside it, as\n"
      "NAME.json.gz.metadata.json.\n"
      "Exit code 1 if a file is invalid, missing or moved, can't be read, or if nothing was validated.\n\n"
      "Examples:\n"
      "  aws cloudtrail list-public-keys --start-time 2024-06-01 --end-time 2024-07-01 > keys.json\n"
      "  trailkeeper verify-digest trail/ --public-keys keys.json\n"
      "  trailkeeper verify-digest trail/ --public-keys keys.json --strict -o ndjson > verdicts.ndjson");
  command.runs([&global, arguments] { return run_verify_digest(global, *arguments); });
}

}  // namespace trailkeeper::cli
