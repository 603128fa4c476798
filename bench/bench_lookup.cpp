// Finding an event by its eventID, in one segment and in a whole store; pages of LookupEvents; counts.
// TRAILKEEPER_BENCH_STORE names a store to look up events in; bench/run gives the one it has built.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "bench_events.h"
#include "query/count.h"
#include "query/event_list.h"
#include "query/lookup_events.h"
#include "store/idle_snapshots.h"
#include "store/store.h"
#include "trail_random.h"

namespace {

using namespace trailkeeper;

constexpr std::size_t kLookups = 512;

void find_in_segment(benchmark::State& state) {
  const bench::MemorySegment made = bench::make_segment(100'000);
  const store::Segment segment = made.open();
  bench::Random random{7};
  std::string json;
  for (auto _ : state) {
    const store::EventKey key = segment.key(random.below(segment.size()));
    const auto found = segment.find(key);
    json.clear();
    segment.append_event(found.at(0), bench::kHashSeed, json);
    benchmark::DoNotOptimize(json.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(find_in_segment)->Unit(benchmark::kMicrosecond);

void miss_in_segment(benchmark::State& state) {
  const bench::MemorySegment made = bench::make_segment(100'000);
  const store::Segment segment = made.open();
  bench::Random random{8};
  for (auto _ : state) {
    store::EventKey key;
    for (std::size_t i = 0; i < key.size(); i += 8) {
      const std::uint64_t bits = random.next();
      std::memcpy(key.data() + i, &bits, sizeof bits);
    }
    benchmark::DoNotOptimize(segment.may_contain(key) && !segment.find(key).empty());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(miss_in_segment)->Unit(benchmark::kMicrosecond);

/// eventIDs spread over all segments of the snapshot.
std::vector<std::string> some_ids(const store::Snapshot& snapshot) {
  bench::Random random{9};
  std::vector<std::string> ids;
  std::string json;
  for (std::size_t i = 0; i < kLookups; ++i) {
    const auto& segments = snapshot.segments();
    const store::Segment& segment = segments[random.below(static_cast<std::uint32_t>(segments.size()))];
    json.clear();
    segment.append_event(random.below(segment.size()), snapshot.hash_seed(), json);
    constexpr std::string_view kMember = "\"eventID\":\"";
    const std::size_t at = json.find(kMember);
    if (at != std::string::npos) ids.push_back(json.substr(at + kMember.size(), 36));
  }
  return ids;
}

// One snapshot for all lookups, as a server has: what was opened stays open.
void find_in_store(benchmark::State& state, store::Store& store, const std::vector<std::string>& ids) {
  const store::Snapshot snapshot = store.snapshot();
  std::string json;
  std::size_t next = 0;
  for (auto _ : state) {
    const auto found = query::find_events(snapshot, ids[next++ % ids.size()]);
    json.clear();
    found.at(0).segment->append_event(found.at(0).index, snapshot.hash_seed(), json);
    benchmark::DoNotOptimize(json.data());
  }
  state.SetItemsProcessed(state.iterations());
}

// A snapshot for each lookup: every section is opened anew.
void snapshot_and_find_in_store(benchmark::State& state, store::Store& store, const std::vector<std::string>& ids) {
  std::string json;
  std::size_t next = 0;
  for (auto _ : state) {
    const store::Snapshot snapshot = store.snapshot();
    const auto found = query::find_events(snapshot, ids[next++ % ids.size()]);
    json.clear();
    found.at(0).segment->append_event(found.at(0).index, snapshot.hash_seed(), json);
    benchmark::DoNotOptimize(json.data());
  }
  state.SetItemsProcessed(state.iterations());
}

// LookupEvents from page to page, as a client that drains everything asks a server: 50 events a page.
void lookup_events_page(benchmark::State& state, store::Store& store) {
  constexpr std::string_view kMember = "\"NextToken\":\"";
  store::IdleSnapshots snapshots{store};
  std::string token;
  std::int64_t events = 0;
  for (auto _ : state) {
    const std::string request = token.empty() ? "{}" : "{\"NextToken\":\"" + token + "\"}";
    auto snapshot = snapshots.take();
    const query::LookupAnswer answer = query::lookup_events(*snapshot, request);
    snapshots.give_back(std::move(snapshot));
    events += answer.events;
    const std::size_t at = answer.body.rfind(kMember);
    token.clear();
    if (at != std::string::npos) {
      const std::size_t begin = at + kMember.size();
      token = answer.body.substr(begin, answer.body.find('"', begin) - begin);
    }
  }
  state.SetItemsProcessed(events);
}

// A snapshot for each count, as for the peer's queries: everything is cached, nothing of the answer is kept.
void count_in_store(benchmark::State& state, store::Store& store, const query::Filter& filter,
                    const query::CountRequest& request) {
  std::uint64_t rows = 0;
  for (auto _ : state) rows += query::count_events(store.snapshot(), filter, request).size();
  benchmark::DoNotOptimize(rows);
}

void register_counts(store::Store& store) {
  benchmark::RegisterBenchmark("count_by_name_in_store",
                               [&store](benchmark::State& state) {
                                 count_in_store(state, store, {}, {{"name"}, query::Bucket::none, std::nullopt});
                               })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
  benchmark::RegisterBenchmark("count_errors_by_principal_in_store",
                               [&store](benchmark::State& state) {
                                 query::Filter errors;
                                 errors.add(query::FilterField::error, "any");
                                 count_in_store(state, store, errors, {{"principal"}, query::Bucket::none, 10});
                               })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::unique_ptr<store::Store> store;
  std::vector<std::string> ids;
  if (const char* const directory = std::getenv("TRAILKEEPER_BENCH_STORE")) {
    store = std::make_unique<store::Store>(directory, store::Store::Mode::read);
    ids = some_ids(store->snapshot());
    benchmark::RegisterBenchmark("find_in_store", find_in_store, std::ref(*store), std::cref(ids))
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark("snapshot_and_find_in_store", snapshot_and_find_in_store, std::ref(*store),
                                 std::cref(ids))
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark("lookup_events_page", lookup_events_page, std::ref(*store))
        ->Unit(benchmark::kMicrosecond);
    register_counts(*store);
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
