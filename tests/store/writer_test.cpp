// Deduplication, commits and merging through a Writer.
#include "store/writer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "tests/support/padded.h"
#include "tests/support/random_event.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;
using store::Store;
using store::Writer;

namespace {

struct Totals {
  std::uint64_t events = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t variants = 0;
  bool operator==(const Totals&) const = default;
};

/// A store and its writer, in a directory of their own.
struct Fixture {
  TemporaryDirectory directory;
  Store store{directory.path("store"), Store::Mode::write};
  Writer writer{store};

  store::SealedBatch seal(const std::vector<std::string>& events) {
    event::RecordParser parser;
    const auto batch = writer.new_batch();
    for (const std::string& json : events) {
      const Padded bytes{json};
      event::Record record;
      REQUIRE(parser.parse(bytes, record) == event::Reason::none);
      batch->add(record);
    }
    return writer.seal(*batch);
  }

  Totals add(const std::vector<std::string>& events) {
    store::SealedBatch sealed = seal(events);
    const Totals totals{sealed.events, sealed.duplicates, sealed.variants};
    commit(std::move(sealed));
    return totals;
  }

  void commit(store::SealedBatch sealed) {
    store::Commit commit;
    commit.batches.push_back(std::move(sealed));
    writer.commit(std::move(commit));
  }

  std::vector<std::string> texts() {
    const auto snapshot = store.snapshot();
    std::vector<std::string> out;
    for (const store::Segment& segment : snapshot.segments()) {
      for (std::uint32_t i = 0; i < segment.size(); ++i) {
        out.emplace_back();
        segment.append_event(i, snapshot.hash_seed(), out.back());
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }
};

std::string event_of(const std::string& id, const std::string& more = "",
                     const std::string& time = "2024-05-01T10:00:00Z") {
  return R"({"eventTime":")" + time + R"(","eventName":"GetCredits")" +
         (id.empty() ? "" : R"(,"eventID":")" + id + "\"") + more + "}";
}

const std::string kId = "00112233-4455-6677-8899-aabbccddeeff";

}  // namespace

TEST_CASE("the same event twice is one, in one batch, across batches and across commits") {
  Fixture fixture;
  CHECK(fixture.add({event_of(kId), event_of(kId)}) == Totals{1, 1, 0});
  CHECK(fixture.add({event_of(kId)}) == Totals{0, 1, 0});
  CHECK(fixture.texts() == std::vector<std::string>{event_of(kId)});
}

TEST_CASE("other white space, member order or escapes are the same event; the first bytes stay") {
  Fixture fixture;
  const std::string spaced =
      "{ \"eventName\": \"GetCredits\", \"eventTime\": \"2024-05-01T10:00:00Z\",\n\"eventID\": \"" + kId + "\" }";
  const std::string escaped =
      R"({"eventTime":"2024-05-01T10:00:00\u005a","eventName":"GetCredits","eventID":")" + kId + "\"}";
  CHECK(fixture.add({event_of(kId), spaced}) == Totals{1, 1, 0});
  CHECK(fixture.add({spaced}) == Totals{0, 1, 0});
  CHECK(fixture.add({escaped}) == Totals{0, 1, 0});
  CHECK(fixture.texts() == std::vector<std::string>{event_of(kId)});
}

TEST_CASE("the same eventID with another content is kept as a variant") {
  Fixture fixture;
  const std::string other = event_of(kId, R"(,"errorCode":"AccessDenied")");
  const std::string third = event_of(kId, R"(,"errorCode":"Other")");
  CHECK(fixture.add({event_of(kId), other}) == Totals{2, 0, 1});
  CHECK(fixture.add({other, event_of(kId)}) == Totals{0, 2, 0});
  CHECK(fixture.add({third}) == Totals{1, 0, 1});
  CHECK(fixture.texts().size() == 3);
  const auto snapshot = fixture.store.snapshot();
  std::size_t found = 0;
  for (const auto& segment : snapshot.segments()) found += segment.find(store::key_of_event_id(kId)).size();
  CHECK(found == 3);
}

TEST_CASE("a variant may have another eventTime") {
  Fixture fixture;
  CHECK(fixture.add({event_of(kId)}) == Totals{1, 0, 0});
  CHECK(fixture.add({event_of(kId, "", "2025-01-01T00:00:00Z")}) == Totals{1, 0, 1});
  CHECK(fixture.add({event_of(kId, "", "2025-01-01T00:00:00Z"), event_of(kId)}) == Totals{0, 2, 0});
}

TEST_CASE("sharedEventID twins are two events") {
  Fixture fixture;
  const std::string shared = R"(,"sharedEventID":"00000000-0000-4000-8000-000000000001")";
  CHECK(fixture.add({event_of("00112233-4455-6677-8899-aabbccddee01", shared),
                     event_of("00112233-4455-6677-8899-aabbccddee02", shared)}) == Totals{2, 0, 0});
}

TEST_CASE("an event without an eventID is known by its bytes") {
  Fixture fixture;
  CHECK(fixture.add({event_of(""), event_of("")}) == Totals{1, 1, 0});
  CHECK(fixture.add({event_of("")}) == Totals{0, 1, 0});
  CHECK(fixture.add({event_of("", R"(,"requestID":"other")")}) == Totals{1, 0, 0});
}

TEST_CASE("eventIDs that aren't GUIDs are told apart too") {
  Fixture fixture;
  CHECK(fixture.add({event_of("a"), event_of("b"), event_of("a")}) == Totals{2, 1, 0});
  CHECK(fixture.add({event_of("a"), event_of("c")}) == Totals{1, 1, 0});
}

TEST_CASE("a copy isn't known before the first is durable: else both could be lost, and one be acknowledged") {
  for (const bool committed : {true, false}) {
    Fixture fixture;
    auto first = fixture.seal({event_of(kId)});
    CHECK(first.events == 1);
    std::atomic<bool> sealed{false};
    store::SealedBatch second;
    std::thread other{[&] {
      second = fixture.seal({event_of("x"), event_of(kId)});
      sealed = true;
    }};
    std::this_thread::sleep_for(std::chrono::milliseconds{30});
    CHECK(!sealed);
    if (committed) {
      fixture.commit(std::move(first));
    } else {
      fixture.writer.give_up(first);
    }
    other.join();
    CHECK(second.events == (committed ? 1 : 2));
    CHECK(second.duplicate == (committed ? std::vector<std::uint8_t>{0, 1} : std::vector<std::uint8_t>{0, 0}));
    fixture.commit(std::move(second));
    CHECK(fixture.texts().size() == 2);
  }
}

TEST_CASE("a batch waits for an earlier one when only its commit can tell") {
  Fixture fixture;
  auto first = fixture.seal({event_of(kId)});
  store::SealedBatch second;
  // The same eventID with other bytes: a copy or a variant?
  std::thread other{[&] {
    second = fixture.seal(
        {"{ \"eventTime\":\"2024-05-01T10:00:00Z\",\"eventName\":\"GetCredits\",\"eventID\":\"" + kId + "\"}"});
  }};
  std::this_thread::sleep_for(std::chrono::milliseconds{30});
  fixture.commit(std::move(first));
  other.join();
  CHECK(second.events == 0);
  CHECK(second.duplicates == 1);
  fixture.commit(std::move(second));
}

TEST_CASE("a batch that is given up lets those that wait go on, and its events may come again") {
  Fixture fixture;
  const auto first = fixture.seal({event_of(kId)});
  store::SealedBatch second;
  std::thread other{[&] { second = fixture.seal({event_of(kId, R"(,"a":1)")}); }};
  std::this_thread::sleep_for(std::chrono::milliseconds{30});
  fixture.writer.give_up(first);
  other.join();
  CHECK(second.events == 1);
  CHECK(second.variants == 0);
  fixture.commit(std::move(second));
}

TEST_CASE("property: parallel seals and commits of overlapping batches, merged meanwhile, store each event once") {
  Fixture fixture;
  RandomEvents random{31};
  std::vector<std::string> events;
  for (int i = 0; i < 2500; ++i) events.push_back(random.event());
  std::atomic<std::uint64_t> stored{0};
  std::atomic<bool> done{false};
  std::thread merger{[&] {
    while (!done) {
      fixture.writer.merge_once();
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
  }};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 choose{t};
      for (int round = 0; round < 12; ++round) {
        std::vector<std::string> batch;
        const std::size_t begin = choose() % events.size();
        for (std::size_t i = 0; i < 500; ++i) batch.push_back(events[(begin + i) % events.size()]);
        if (round >= 8) {
          for (std::size_t i = 0; i < 625; ++i) batch.push_back(events[t * 625 + i]);
        }
        stored += fixture.add(batch).events;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  done = true;
  merger.join();
  std::sort(events.begin(), events.end());
  CHECK(stored == events.size());
  CHECK(fixture.texts() == events);
  while (fixture.writer.merge_once(true)) {
  }
  CHECK(fixture.store.snapshot().segments().size() == 1);
  CHECK(fixture.texts() == events);
}

TEST_CASE("merging keeps counts of variants and raw bytes") {
  Fixture fixture;
  std::uint64_t bytes = 0;
  RandomEvents random{32};
  for (int i = 0; i < 6; ++i) {
    std::vector<std::string> events{event_of(kId, ",\"errorMessage\":\"" + std::to_string(i) + "\"")};
    for (int k = 0; k < 50; ++k) events.push_back(random.event());
    for (const auto& text : events) bytes += text.size();
    fixture.add(events);
  }
  const auto before = fixture.texts();
  while (fixture.writer.merge_once(true)) {
  }
  const auto snapshot = fixture.store.snapshot();
  REQUIRE(snapshot.segments().size() == 1);
  CHECK(snapshot.segments()[0].header().variants == 5);
  CHECK(snapshot.segments()[0].header().raw_bytes == bytes);
  CHECK(fixture.texts() == before);
  CHECK(fixture.writer.merge_cost().merges >= 1);
}

TEST_CASE("rejected records and positions are committed with the events, the same ones once") {
  Fixture fixture;
  for (int round = 0; round < 2; ++round) {
    auto sealed = fixture.seal({event_of(kId)});
    store::Commit commit;
    commit.batches.push_back(std::move(sealed));
    commit.rejects.push_back({"/b/file", 10, 2, event::Reason::broken_json, "{oops"});
    commit.rejects.push_back({"/b/file", 9, 1, event::Reason::truncated, std::string{"\0\xFF", 2}});
    commit.rejects.push_back({"/a/file", 300, 7, event::Reason::digest_file, ""});
    commit.positions.push_back({"/b/file", 100, round == 1});
    fixture.writer.commit(std::move(commit));
  }
  const auto snapshot = fixture.store.snapshot();
  CHECK(snapshot.reject_count() == 3);
  std::vector<store::RejectedRecord> rejects;
  snapshot.rejects([&](const store::KeptReject& record) {
    rejects.push_back(record);
    return true;
  });
  REQUIRE(rejects.size() == 3);
  CHECK(rejects[0].source == "/a/file");
  CHECK(rejects[0].reason == event::Reason::digest_file);
  CHECK(rejects[1].offset == 9);
  CHECK(rejects[1].bytes == std::string{"\0\xFF", 2});
  CHECK(rejects[2].line == 2);
  std::vector<store::SourcePosition> positions;
  snapshot.sources([&](const store::SourcePosition& position) { positions.push_back(position); });
  REQUIRE(positions.size() == 1);
  CHECK(positions[0].bytes == 100);
  CHECK(positions[0].complete);
}
