// Building segments: adding parsed events, and encoding.
#include <benchmark/benchmark.h>

#include <optional>

#include "bench_events.h"

namespace {

using namespace trailkeeper;

const bench::Trail& trail() {
  static const bench::Trail made = bench::make_trail(100'000);
  return made;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(trail().size));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(trail().events.size()));
}

// As an ingest worker does it: the parser and the builder know the shapes already.
void parse_and_add(benchmark::State& state) {
  event::RecordParser parser;
  store::SegmentBuilder builder{bench::kHashSeed};
  builder.reserve(trail().events.size());
  for (auto _ : state) {
    builder.clear();
    bench::add_trail(trail(), parser, builder);
  }
  state.counters["heap_per_event"] = static_cast<double>(builder.memory()) / static_cast<double>(builder.size());
  count_bytes(state);
}
BENCHMARK(parse_and_add)->Unit(benchmark::kMillisecond);

void order(benchmark::State& state) {
  event::RecordParser parser;
  store::SegmentBuilder builder{bench::kHashSeed};
  bench::add_trail(trail(), parser, builder);
  for (auto _ : state) benchmark::DoNotOptimize(bench::segment_order(builder));
  count_bytes(state);
}
BENCHMARK(order)->Unit(benchmark::kMillisecond);

void order_and_encode(benchmark::State& state) {
  event::RecordParser parser;
  store::SegmentBuilder builder{bench::kHashSeed};
  bench::add_trail(trail(), parser, builder);
  std::size_t stored = 0;
  for (auto _ : state) {
    stored = 0;
    store::SegmentParts parts{[&](std::uint32_t, const std::string& bytes) { stored += bytes.size(); }};
    benchmark::DoNotOptimize(builder.encode(bench::segment_order(builder), parts));
  }
  state.counters["raw_per_stored"] = static_cast<double>(trail().size) / static_cast<double>(stored);
  count_bytes(state);
}
BENCHMARK(order_and_encode)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
