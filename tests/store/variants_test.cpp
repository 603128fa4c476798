// Many events with one eventID: told apart exactly, and each put together only a few times.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "event/json_equal.h"
#include "store/byte_order.h"
#include "store/store.h"
#include "store/writer.h"
#include "tests/support/padded.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

// Different contents, one ID; `spelling` changes the bytes only.
std::string event_of(const std::string& id, std::size_t content, int spelling = 0) {
  const std::string name = "\"eventName\":\"Get" + std::to_string(content) + "\"";
  const std::string rest =
      R"("eventVersion":"1.08","eventTime":"2026-05-01T10:00:00Z","eventSource":"s3.amazonaws.com",)"
      R"("awsRegion":"eu-west-1","eventID":")" +
      id + "\"";
  if (spelling == 0) return "{" + rest + "," + name + "}";
  if (spelling == 1) return "{" + name + "," + rest + "}";
  return "{ " + rest + ", " + name + " }";
}

struct Kept {
  TemporaryDirectory directory;
  store::Store store{directory.path("s"), store::Store::Mode::write};
  store::Writer writer{store};
  event::RecordParser parser;
  std::uint64_t decoded = 0;

  std::unique_ptr<store::SegmentBuilder> batch_of(const std::vector<std::string>& events) {
    auto batch = writer.new_batch();
    for (const std::string& json : events) {
      const Padded bytes{json};
      event::Record record;
      REQUIRE(parser.parse(bytes, record) == event::Reason::none);
      batch->add(record);
    }
    return batch;
  }

  /// Returns how many of them were new.
  std::uint64_t add(const std::vector<std::string>& events) {
    store::Commit commit;
    commit.batches.push_back(writer.seal(*batch_of(events)));
    decoded += commit.batches.front().decoded;
    const std::uint64_t fresh = commit.batches.front().events;
    writer.commit(std::move(commit));
    return fresh;
  }

  /// As a version of this program did that kept no contents.
  void add_as_before(const std::vector<std::string>& events) {
    const auto batch = batch_of(events);
    store::SealedBatch sealed = writer.seal(*batch);
    sealed.parts.clear();
    store::SegmentParts parts{[&](std::uint32_t, std::string&& bytes) { sealed.parts.push_back(std::move(bytes)); }};
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < batch->size(); ++i) order.push_back(i);
    sealed.header = batch->encode(order, parts);
    store::Commit commit;
    commit.batches.push_back(std::move(sealed));
    writer.commit(std::move(commit));
  }

  /// The events' bytes, segment by segment, in their order there.
  std::vector<std::string> texts() {
    std::vector<std::string> texts;
    const store::Snapshot snapshot = store.snapshot();
    for (const store::Segment& segment : snapshot.segments()) {
      for (std::uint32_t i = 0; i < segment.size(); ++i) {
        texts.emplace_back();
        segment.append_event(i, snapshot.hash_seed(), texts.back());
      }
    }
    return texts;
  }

  std::uint64_t merge_all() {
    const std::uint64_t before = writer.merge_cost().decoded;
    while (writer.merge_once(true)) {
    }
    return writer.merge_cost().decoded - before;
  }
};

std::vector<std::string> events_of(const std::string& id, std::size_t first, std::size_t count, int spelling = 0) {
  std::vector<std::string> events;
  for (std::size_t i = first; i < first + count; ++i) events.push_back(event_of(id, i, spelling));
  return events;
}

}  // namespace

TEST_CASE(
    "different events of one ID in one body are each put together a few times, and stand in the order of their bytes") {
  constexpr std::size_t kEvents = 4000;
  Kept kept;
  CHECK(kept.add(events_of("-", 0, kEvents)) == kEvents);
  CHECK(kept.decoded <= 2 * kEvents);
  const auto texts = kept.texts();
  CHECK(texts.size() == kEvents);
  CHECK(std::is_sorted(texts.begin(), texts.end()));

  kept.decoded = 0;
  CHECK(kept.add(events_of("-", 0, kEvents)) == 0);
  CHECK(kept.decoded <= 2 * kEvents);
  kept.decoded = 0;
  CHECK(kept.add(events_of("-", 0, kEvents, 1)) == 0);
  CHECK(kept.decoded <= 4 * kEvents);
  kept.decoded = 0;
  CHECK(kept.add(events_of("-", kEvents / 2, kEvents, 2)) == kEvents / 2);
  CHECK(kept.decoded <= 4 * kEvents);
}

TEST_CASE("different events of one ID in many bodies, with merges between, are each put together a few times") {
  constexpr std::size_t kEvents = 600;
  Kept kept;
  std::uint64_t merged = 0;
  for (std::size_t i = 0; i < kEvents; ++i) {
    REQUIRE(kept.add({event_of("-", i)}) == 1);
    const std::uint64_t before = kept.writer.merge_cost().decoded;
    while (kept.writer.merge_once()) {
    }
    merged += kept.writer.merge_cost().decoded - before;
  }
  CHECK(kept.decoded <= 3 * kEvents);
  // Each level of merging once.
  CHECK(merged <= 4 * kEvents);
  CHECK(kept.merge_all() <= kEvents);
  const auto texts = kept.texts();
  CHECK(texts.size() == kEvents);
  CHECK(std::is_sorted(texts.begin(), texts.end()));

  kept.decoded = 0;
  for (std::size_t i = 0; i < kEvents; ++i) REQUIRE(kept.add({event_of("-", i, 1)}) == 0);
  CHECK(kept.decoded <= 4 * kEvents);
}

TEST_CASE("what segments of older versions don't say is found out once, and kept by the next merge") {
  constexpr std::size_t kEvents = 1000;
  Kept kept;
  kept.add_as_before(events_of("-", 0, kEvents));
  kept.add_as_before(events_of("-", kEvents, kEvents));
  for (std::size_t i = 0; i < 50; ++i) {
    REQUIRE(kept.add({event_of("-", 2 * kEvents + i)}) == 1);
    REQUIRE(kept.add({event_of("-", i, 2)}) == 0);
  }
  CHECK(kept.decoded <= 2 * kEvents + 1000);
  CHECK(kept.merge_all() <= 2 * (2 * kEvents + 50));
  {
    const store::Snapshot snapshot = kept.store.snapshot();
    REQUIRE(snapshot.segments().size() == 1);
    CHECK(snapshot.segments().front().knows_contents(store::key_of_event_id("-")));
  }
  kept.decoded = 0;
  CHECK(kept.add({event_of("-", 7, 1), event_of("-", 1007, 1), event_of("-", 5000)}) == 1);
  CHECK(kept.decoded < 20);
}

TEST_CASE("what is stored is what a plain comparison of all with all would keep, whatever the batches and merges") {
  std::mt19937 random{7};
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
  };
  for (int round = 0; round < 6; ++round) {
    Kept kept;
    std::map<std::string, std::vector<std::string>> plain;  // ID to the events kept.
    std::size_t expected = 0;
    for (int body = 0; body < 25; ++body) {
      std::vector<std::string> events;
      std::size_t fresh = 0;
      for (std::size_t i = below(30); i > 0; --i) {
        const std::string id = "id-" + std::to_string(below(4));
        const std::string json = event_of(id, below(40), static_cast<int>(below(3)));
        events.push_back(json);
        auto& known = plain[id];
        if (std::none_of(known.begin(), known.end(), [&](const auto& k) { return event::same_json(k, json); })) {
          known.push_back(json);
          ++fresh;
        }
      }
      if (round % 2 == 1 && body == 0) {
        // Nothing is known yet: as an older version would have kept what is different.
        std::vector<std::string> different;
        for (const auto& [id, known] : plain) different.insert(different.end(), known.begin(), known.end());
        std::sort(different.begin(), different.end(), [](const std::string& a, const std::string& b) {
          return store::key_of_event_id(a.substr(a.find("id-"), 4)) <
                 store::key_of_event_id(b.substr(b.find("id-"), 4));
        });
        kept.add_as_before(different);
      } else {
        REQUIRE(kept.add(events) == fresh);
      }
      expected += fresh;
      if (below(5) == 0) kept.merge_all();
    }
    auto texts = kept.texts();
    std::vector<std::string> all;
    for (const auto& [id, known] : plain) all.insert(all.end(), known.begin(), known.end());
    std::sort(texts.begin(), texts.end());
    std::sort(all.begin(), all.end());
    CHECK(texts.size() == expected);
    CHECK(texts == all);
  }
}

TEST_CASE(
    "copies that a shipper rewrote are found by their hash, too; by the strict rule they are variants, and found "
    "again") {
  const auto rewritten = [](std::size_t content, int tag) {
    return event_of("-", content).substr(0, event_of("-", content).size() - 1) + ",\"tags\":[" + std::to_string(tag) +
           "]}";
  };
  std::vector<std::string> events;
  for (std::size_t i = 0; i < 300; ++i) events.push_back(rewritten(i, 1));
  Kept kept;
  CHECK(kept.add(events_of("-", 0, 200)) == 200);
  CHECK(kept.add(events) == 100);
  CHECK(kept.add(events) == 0);
  kept.decoded = 0;
  CHECK(kept.add({rewritten(7, 2), rewritten(250, 2)}) == 0);
  CHECK(kept.decoded < 20);

  store::Writer strict{kept.store, store::VariantRule::value};
  for (int round = 0; round < 2; ++round) {
    store::Commit commit;
    commit.batches.push_back(
        strict.seal(*kept.batch_of({rewritten(7, 2), rewritten(7, 3), rewritten(7, 2), event_of("-", 7, 1)})));
    CHECK(commit.batches.front().events == (round == 0 ? 2 : 0));
    CHECK(commit.batches.front().rewritten == 0);
    strict.commit(std::move(commit));
  }
}

TEST_CASE("by the strict rule, so many variants that say the same are kept and no more; none is ever kept twice") {
  const auto rewritten = [](int tag) {
    const std::string event = event_of("-", 1);
    return event.substr(0, event.size() - 1) + ",\"tags\":[" + std::to_string(tag) + "]}";
  };
  std::vector<std::string> events;
  for (int i = 0; i < 100; ++i) events.push_back(rewritten(i));
  for (const bool in_one_batch : {true, false}) {
    Kept kept;
    store::Writer strict{kept.store, store::VariantRule::value};
    for (int round = 0; round < 3; ++round) {
      std::uint64_t fresh = 0;
      const std::size_t step = in_one_batch ? events.size() : 40;
      for (std::size_t begin = 0; begin < events.size(); begin += step) {
        const auto first = events.begin() + static_cast<std::ptrdiff_t>(begin);
        store::Commit commit;
        commit.batches.push_back(strict.seal(
            *kept.batch_of({first, first + static_cast<std::ptrdiff_t>(std::min(step, events.size() - begin))})));
        const store::SealedBatch& sealed = commit.batches.front();
        CHECK(sealed.events + sealed.duplicates == std::min(step, events.size() - begin));
        fresh += sealed.events;
        strict.commit(std::move(commit));
      }
      CHECK((round == 0 ? fresh >= store::kMostOfOneHash : fresh == 0));
      kept.merge_all();
    }
    auto texts = kept.texts();
    std::sort(texts.begin(), texts.end());
    CHECK(std::adjacent_find(texts.begin(), texts.end()) == texts.end());
  }
}

TEST_CASE("texts are ordered by their bytes, also where they agree for longer than is held") {
  std::mt19937 random{3};
  std::vector<std::string> texts;
  const std::string shared(std::size_t{1} << 16, 'x');
  for (int i = 0; i < 700; ++i) {
    std::string text = random() % 3 == 0 ? "" : shared;
    for (std::size_t k = random() % 4; k > 0; --k)
      text += std::string(random() % 3, static_cast<char>('a' + random() % 2));
    texts.push_back(text + (random() % 2 == 0 ? shared : ""));
  }
  std::uint64_t made = 0;
  const auto order =
      store::order_by_bytes(static_cast<std::uint32_t>(texts.size()), [&](std::uint32_t i, std::string& out) {
        out += texts[i];
        ++made;
      });
  std::vector<std::uint32_t> expected(texts.size());
  for (std::uint32_t i = 0; i < expected.size(); ++i) expected[i] = i;
  std::stable_sort(expected.begin(), expected.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return texts[a] < texts[b]; });
  CHECK(order == expected);
  CHECK(made <= 7 * texts.size());
  CHECK(store::order_by_bytes(0, [](std::uint32_t, std::string&) {}).empty());
}
