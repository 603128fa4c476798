// make_trail: makes CloudTrail trails of any size.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <map>
#include <string>

#include "trail_output.h"
#include "trail_text.h"

namespace {

constexpr const char* kExamples =
    "The same options give the same bytes on every machine. The events are made up: so are all names and numbers in "
    "them.\n\n"
    "Examples:\n"
    "  make_trail --events 300000 --out trail.ndjson\n"
    "  make_trail --events 20000000 --order random | trailkeeper replay -\n"
    "  make_trail --format s3 --events 300000 --events-per-file 5000 --out bucket\n"
    "  make_trail --order random --first 1000000 --events 1000000     # the second million of the same trail";

int run(int argc, char** argv) {
  using trailkeeper::bench::TimeOrder;
  trailkeeper::bench::TrailOptions options;
  std::string start = "2024-03-01";
  std::string format = "ndjson";
  std::string out;
  std::uint64_t events_per_file = 5000;

  CLI::App app{"Makes a CloudTrail trail of any size: a small company's accounts over some months."};
  app.footer(kExamples);
  app.add_option("--events", options.events, "How many")->check(CLI::Range(1ULL, 1ULL << 40))->capture_default_str();
  app.add_option("--first", options.first, "Number of the first event, to make a trail in parts");
  app.add_option("--seed", options.seed, "Another seed, another company")->capture_default_str();
  app.add_option("--start", start, "First day")->type_name("DATE")->capture_default_str();
  app.add_option("--days", options.days, "How many days it spans")->check(CLI::Range(1, 36500))->capture_default_str();
  app.add_option("--accounts", options.accounts, "How many accounts")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--duplicates", options.duplicates, "Percent of events that repeat an earlier one")
      ->check(CLI::Range(0, 90));
  app.add_option("--order", options.order, "time: one after the other; random: each at any time of the span")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, TimeOrder>{{"time", TimeOrder::ascending}, {"random", TimeOrder::random}}));
  app.add_option("--format", format, "ndjson, or s3: gzip files in folders as CloudTrail delivers them")
      ->check(CLI::IsMember({"ndjson", "s3"}))
      ->capture_default_str();
  app.add_option("--events-per-file", events_per_file, "With --format s3")
      ->check(CLI::Range(1ULL, 1ULL << 20))
      ->capture_default_str();
  app.add_option("--out", out, "File (ndjson; default: standard output) or folder (s3)");
  CLI11_PARSE(app, argc, argv);

  if (!trailkeeper::bench::parse_date(start, options.start)) {
    fmt::print(stderr, "make_trail: --start must be a date such as 2024-03-01\n");
    return 2;
  }
  if (format == "s3" && out.empty()) {
    fmt::print(stderr, "make_trail: --format s3 needs --out FOLDER\n");
    return 2;
  }
  const auto size = format == "s3" ? write_s3(options, out, events_per_file) : write_ndjson(options, out);
  fmt::print(stderr, "{} events, {} bytes of JSON, {} files of {} bytes\n", options.events, size.raw_bytes, size.files,
             size.stored_bytes);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "make_trail: {}\n", error.what());
    return 3;
  }
}
