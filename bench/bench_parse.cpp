// Splitting a stream into records, and parsing them.
#include <benchmark/benchmark.h>

#include "bench_events.h"
#include "event/framer.h"

namespace {

using namespace trailkeeper;

const bench::Trail& trail() {
  static const bench::Trail made = bench::make_trail(50'000);
  return made;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(trail().size));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(trail().events.size()));
}

void split_ndjson(benchmark::State& state) {
  std::vector<event::Frame> frames;
  for (auto _ : state) {
    frames.clear();
    event::Framer framer;
    benchmark::DoNotOptimize(framer.split(trail().view(), true, frames));
  }
  if (frames.size() != trail().events.size()) state.SkipWithError("wrong number of records");
  count_bytes(state);
}
BENCHMARK(split_ndjson)->Unit(benchmark::kMillisecond);

void split_records_array(benchmark::State& state) {
  std::string document = "{\"Records\":[";
  for (const std::string_view json : trail().events) document.append(json) += ',';
  document.back() = ']';
  document += '}';
  const std::size_t size = document.size();
  document.append(event::kPadding, '\0');
  std::vector<event::Frame> frames;
  for (auto _ : state) {
    frames.clear();
    event::Framer framer;
    benchmark::DoNotOptimize(framer.split({document.data(), size}, true, frames));
  }
  if (frames.size() != trail().events.size()) state.SkipWithError("wrong number of records");
  count_bytes(state);
}
BENCHMARK(split_records_array)->Unit(benchmark::kMillisecond);

void parse_records(benchmark::State& state) {
  event::RecordParser parser;
  event::Record record;
  for (auto _ : state) {
    for (const std::string_view json : trail().events) {
      if (parser.parse(json, record) != event::Reason::none) state.SkipWithError("not an event");
    }
  }
  count_bytes(state);
}
BENCHMARK(parse_records)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
