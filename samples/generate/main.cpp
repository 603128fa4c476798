// trailgen: makes CloudTrail trails of any size, and this project's samples.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include "generate/calendar.h"
#include "generate/output.h"
#include "generate/workload.h"

namespace trailkeeper::generate {
namespace {

constexpr const char* kExamples = R"(Examples:
  trailgen --events 1000 | trailkeeper replay -             a thousand events into a store
  trailgen --events 20000000 --order random --out big.ndjson
                                                            27 GB, the same bytes on every machine
  trailgen --events 300000 --format s3 --out bucket --events-per-file 5000
                                                            60 files in S3's folders
  trailgen --events 5000 --profile activate --duplicates 2  only AWS Activate; some events are delivered twice)";

struct Options {
  WorkloadOptions workload;
  std::string start = "2024-03-01";
  std::string format = "ndjson";
  std::string order = "time";
  std::string profile = "mixed";
  std::string out;
  unsigned events_per_file = 500;
  int level = 6;
  double duplicates = 0;
  bool quiet = false;
};

std::unique_ptr<Output> make_output(const Options& options, const Workload& workload) {
  if (options.format == "records") return make_records_output(options.out);
  if (options.format == "s3") {
    return make_s3_output(options.out, options.events_per_file, options.level, workload, mix({options.workload.seed, 0xf11e}));
  }
  return make_ndjson_output(options.out);
}

void generate(const Options& options) {
  // An event is redelivered some thousands of events later at most, as when a shipper repeats a batch.
  constexpr std::uint64_t kRedeliveredWithin = 5000;
  const auto begin = std::chrono::steady_clock::now();
  Workload workload{options.workload};
  const auto output = make_output(options, workload);
  const auto chance = static_cast<std::uint64_t>(options.duplicates * 1000 + 0.5);
  std::uint64_t duplicates = 0;
  std::string event;
  for (std::uint64_t i = 0; i < options.workload.events; ++i) {
    event.clear();
    const Placement placement = workload.append(event, i);
    output->put(event, placement);
    if (chance == 0) continue;
    Random random{mix({options.workload.seed, i, 0xd0b1e})};
    if (random.below(100'000) >= chance) continue;
    event.clear();
    const std::uint64_t again = i - random.below(std::min(i + 1, kRedeliveredWithin));
    const Placement old = workload.append(event, again);
    output->put(event, old);
    ++duplicates;
  }
  output->finish();
  if (options.quiet) return;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  fmt::print(stderr, "{} events, {} duplicates, {} bytes of JSON in {} file{}, in {:.2f} s ({:.0f} MB/s)\n",
             options.workload.events, duplicates, output->bytes(), output->files(), output->files() == 1 ? "" : "s",
             seconds, static_cast<double>(output->bytes()) / 1e6 / seconds);
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app{"Makes CloudTrail trails that look real: any number of events, the same for the same seed."};
  app.footer(kExamples);
  app.add_option("--events", options.workload.events, "How many events, duplicates not counted")->required();
  app.add_option("--seed", options.workload.seed, "Other seeds make other trails")->capture_default_str();
  app.add_option("--start", options.start, "First day, in UTC")->capture_default_str();
  app.add_option("--days", options.workload.days, "Days that the trail spans")
      ->check(CLI::Range(1, 36'500))
      ->capture_default_str();
  app.add_option("--accounts", options.workload.accounts, "Number of accounts")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--format", options.format, "ndjson: an event a line; records: one {\"Records\":[...]}; s3: S3's folders")
      ->check(CLI::IsMember({"ndjson", "records", "s3"}))
      ->capture_default_str();
  app.add_option("--out", options.out, "File to write, or with --format s3 the folder (default: standard output)");
  app.add_option("--events-per-file", options.events_per_file, "With --format s3: events in each file")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--level", options.level, "With --format s3: gzip level")->check(CLI::Range(1, 12))->capture_default_str();
  app.add_option("--order", options.order, "time: by eventTime; random: shuffled over all days")
      ->check(CLI::IsMember({"time", "random"}))
      ->capture_default_str();
  app.add_option("--profile", options.profile, "mixed: all a startup does; activate: only AWS Activate's actions")
      ->check(CLI::IsMember({"mixed", "activate"}))
      ->capture_default_str();
  app.add_option("--duplicates", options.duplicates, "Percent of events that are delivered again, byte for byte")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  app.add_flag("--quiet", options.quiet, "No summary on standard error");
  CLI11_PARSE(app, argc, argv);

  const auto start = parse_date(options.start);
  if (!start) {
    fmt::print(stderr, "trailgen: --start {} is not a date such as 2024-03-01\n", options.start);
    return 2;
  }
  if (options.format == "s3" && options.out.empty()) {
    fmt::print(stderr, "trailgen: --format s3 needs --out FOLDER\n");
    return 2;
  }
  options.workload.start = *start;
  options.workload.in_time_order = options.order == "time";
  options.workload.profile = options.profile == "mixed" ? Profile::mixed : Profile::activate;
  generate(options);
  return 0;
}

}  // namespace
}  // namespace trailkeeper::generate

int main(int argc, char** argv) {
  try {
    return trailkeeper::generate::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "trailgen: {}\n", error.what());
    return 3;
  }
}
