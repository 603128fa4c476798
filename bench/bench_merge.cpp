// Merging segments into one.
#include <benchmark/benchmark.h>

#include "bench_events.h"
#include "store/segments/merge.h"

namespace {

using namespace trailkeeper;

void merge(benchmark::State& state) {
  constexpr std::uint64_t kEvents = 50'000;
  const auto count = static_cast<std::uint64_t>(state.range(0));
  std::vector<bench::MemorySegment> made;
  for (std::uint64_t i = 0; i < count; ++i) made.push_back(bench::make_segment(kEvents, i * kEvents));
  std::size_t stored = 0;
  std::uint64_t raw = 0;
  for (const bench::MemorySegment& segment : made) raw += segment.header.raw_bytes;
  for (auto _ : state) {
    std::vector<store::Segment> segments;
    for (const bench::MemorySegment& segment : made) segments.push_back(segment.open());
    std::vector<store::MergeInput> inputs;
    for (const store::Segment& segment : segments) inputs.push_back({&segment, {}});
    stored = 0;
    store::SegmentParts parts{[&](std::uint32_t, std::string bytes) { stored += bytes.size(); }};
    benchmark::DoNotOptimize(store::merge_segments(inputs, 1, parts).header);
  }
  state.counters["raw_per_stored"] = static_cast<double>(raw) / static_cast<double>(stored);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(raw));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count * kEvents));
}
BENCHMARK(merge)->Arg(2)->Arg(4)->Arg(8)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
