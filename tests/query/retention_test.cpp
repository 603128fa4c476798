#include "query/retention.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "query/reject_removal.h"
#include "query/upkeep.h"
#include "store/store.h"
#include "tests/support/padded.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

constexpr text::Timestamp kNow = 1'780'000'000'000;  // 2026-05-28.

std::string at(text::Timestamp time) { return text::format_timestamp(time / text::kSecond * text::kSecond); }

std::string event_at(int number, const std::string& time, const std::string& account = "111122223333") {
  return R"({"eventVersion":"1.08","eventTime":")" + time + R"(","eventSource":"s3.amazonaws.com","eventName":"Get)" +
         std::to_string(number) + R"(","recipientAccountId":")" + account + R"(","eventID":"id-)" +
         std::to_string(number) + "\"}";
}

struct Trail {
  TemporaryDirectory directory;
  store::Store store{directory.path("s"), store::Store::Mode::write};
  std::unique_ptr<store::Writer> writer;
  text::Timestamp clock = kNow;
  event::RecordParser parser;
  int next = 0;

  Trail() {
    query::attach_upkeep(store);
    writer = std::make_unique<store::Writer>(store);
    writer->use_clock([this] { return clock; });
  }

  /// Commits `count` events of one time; their numbers begin at the result.
  int add(int count, text::Timestamp time) { return add(count, at(time)); }
  int add(int count, const std::string& time) {
    const int first = next;
    auto batch = writer->new_batch();
    for (int i = 0; i < count; ++i) {
      const Padded bytes{event_at(next++, time)};
      event::Record record;
      REQUIRE(parser.parse(bytes, record) == event::Reason::none);
      batch->add(record);
    }
    store::Commit commit;
    commit.batches.push_back(writer->seal(*batch));
    writer->commit(std::move(commit));
    return first;
  }

  /// As a version did that kept no arrivals.
  void forget_arrivals() {
    auto transaction = store.environment().write();
    std::vector<store::SegmentHeader> headers;
    transaction.scan(store::TableId::segments, {}, [&](std::string_view, std::string_view value) {
      headers.push_back(store::decode_header(value));
      return true;
    });
    for (store::SegmentHeader& header : headers) {
      header.first_arrival = header.last_arrival = 0;
      transaction.put(store::TableId::segments, store::segment_key(header.number), store::encode_header(header));
    }
    transaction.commit();
  }

  void merge() {
    while (writer->merge_once(true)) {
    }
  }

  std::uint64_t bytes() {
    std::uint64_t bytes = 0;
    const store::Snapshot snapshot = store.snapshot();
    for (const auto& segment : snapshot.segments()) bytes += segment.header().stored_bytes;
    return bytes;
  }

  /// How many events [first, first + count) there are.
  int left(int first, int count) {
    int found = 0;
    const store::Snapshot snapshot = store.snapshot();
    for (int i = first; i < first + count; ++i) {
      for (const auto& segment : snapshot.segments())
        found += static_cast<int>(segment.find(store::key_of_event_id("id-" + std::to_string(i))).size());
    }
    return found;
  }

  query::RetentionResult keep(text::Timestamp age) {
    query::RetentionRequest request;
    request.now = clock;
    request.before = clock - age;
    return query::apply_retention(store, *writer, request);
  }
  query::RetentionResult shrink_to(std::uint64_t size) {
    query::RetentionRequest request;
    request.now = clock;
    request.max_bytes = size;
    return query::apply_retention(store, *writer, request);
  }
};

}  // namespace

TEST_CASE("a flood of events from the future pushes out no others, before and after merges, also in older stores") {
  for (const std::string how : {"as committed", "merged", "without arrivals", "merged without arrivals"}) {
    CAPTURE(how);
    Trail trail;
    const int real = trail.add(300, kNow - 40 * text::kDay);
    const int today = trail.add(300, kNow);
    const std::uint64_t size = trail.bytes();
    const int flood = trail.add(3000, "2099-01-01T00:00:00Z");
    if (how.ends_with("without arrivals")) trail.forget_arrivals();
    if (how.starts_with("merged")) trail.merge();
    const auto result = trail.shrink_to(size);
    CHECK(result.odd == result.events);
    CHECK(trail.left(real, 300) == 300);
    CHECK(trail.left(today, 300) == 300);
    CHECK(trail.left(flood, 3000) < 3000);
    CHECK(trail.bytes() <= size + size / 2);
    // Then the oldest go.
    trail.shrink_to(trail.bytes() * 3 / 4);
    CHECK(trail.left(flood, 3000) == 0);
    CHECK(trail.left(real, 300) < 300);
    CHECK(trail.left(today, 300) > 0);
  }
}

TEST_CASE("events whose time can't be true are as old as their arrival, which merges keep") {
  Trail trail;
  trail.clock = kNow - 500 * text::kDay;
  const int old_future = trail.add(10, "2099-01-01T00:00:00Z");
  const int old_past = trail.add(10, "1970-01-01T00:00:00Z");
  const int old_real = trail.add(10, trail.clock);
  trail.clock = kNow;
  const int new_future = trail.add(10, "2099-01-01T00:00:01Z");
  const int new_past = trail.add(10, "1970-01-01T00:00:01Z");
  const int archive = trail.add(10, kNow - 450 * text::kDay);
  const int new_real = trail.add(10, kNow - text::kDay);
  SUBCASE("as committed") {}
  SUBCASE("merged") { trail.merge(); }
  SUBCASE("merged twice") {
    trail.merge();
    trail.add(1, kNow);
    trail.merge();
  }
  const auto result = trail.keep(400 * text::kDay);
  CHECK(result.events == 40);
  CHECK(result.odd == 20);
  CHECK(trail.left(old_future, 10) == 0);
  CHECK(trail.left(old_past, 10) == 0);
  CHECK(trail.left(old_real, 10) == 0);
  CHECK(trail.left(new_future, 10) == 10);
  CHECK(trail.left(new_past, 10) == 10);
  CHECK(trail.left(archive, 10) == 0);
  CHECK(trail.left(new_real, 10) == 10);
  // What was rewritten knows it still.
  trail.clock = kNow + 500 * text::kDay;
  CHECK(trail.keep(400 * text::kDay).odd == 20);
}

TEST_CASE("a clock that is ahead by less than is allowed makes no event odd") {
  Trail trail;
  trail.add(10, kNow + 20 * text::kHour);
  query::RetentionRequest request;
  request.now = kNow;
  request.max_bytes = 1;
  request.dry_run = true;
  CHECK(query::apply_retention(trail.store, *trail.writer, request).odd == 0);
  request.future = 2 * text::kHour;
  CHECK(query::apply_retention(trail.store, *trail.writer, request).odd == 10);
}

TEST_CASE("rejected records go by their arrival, but not where only some accounts are meant, nor under a hold") {
  Trail trail;
  const auto reject = [&](std::uint64_t offset) {
    store::Commit commit;
    commit.rejects.push_back({"/f", offset, 1, event::Reason::broken_json, "{oops"});
    trail.writer->commit(std::move(commit));
  };
  trail.clock = kNow - 100 * text::kDay;
  reject(1);
  trail.clock = kNow;
  reject(2);
  query::RetentionRequest request;
  request.now = kNow;
  request.before = kNow - 50 * text::kDay;
  request.accounts = {"111122223333"};
  CHECK(query::apply_retention(trail.store, *trail.writer, request).rejects == 0);
  request.accounts.clear();
  trail.writer->put_hold({"case", R"({"name":["Nothing"]})"}, {1, "{}"});
  CHECK(query::apply_retention(trail.store, *trail.writer, request).rejects == 0);
  query::RejectRemoval removal;
  CHECK(query::remove_rejects(trail.store, *trail.writer, removal).holds.size() == 1);
  CHECK(trail.store.snapshot().reject_count() == 2);
  trail.writer->erase_hold("case", {2, "{}"});
  request.dry_run = true;
  CHECK(query::apply_retention(trail.store, *trail.writer, request).rejects == 1);
  request.dry_run = false;
  CHECK(query::apply_retention(trail.store, *trail.writer, request).rejects == 1);
  CHECK(trail.store.snapshot().reject_count() == 1);
  removal.sources = {"/g*"};
  CHECK(query::remove_rejects(trail.store, *trail.writer, removal).removed.records == 0);
  removal.sources = {"/f*"};
  CHECK(query::remove_rejects(trail.store, *trail.writer, removal).removed.records == 1);
}

TEST_CASE("a pinned event stays, whatever its hold's filter says now, until the hold is released") {
  Trail trail;
  const int first = trail.add(10, kNow - 100 * text::kDay);
  trail.writer->put_hold({"case", R"({"name":["Nothing"]})"}, {1, "{}"});
  {
    auto transaction = trail.store.environment().write();
    const store::Snapshot snapshot = trail.store.snapshot();
    for (std::uint32_t i = 0; i < 4; ++i) {
      const store::Segment& segment = snapshot.segments().front();
      store::put_pin(transaction, {"case", segment.key(i), segment.hash(i)});
    }
    transaction.commit();
  }
  CHECK(store::pin_count(trail.store.snapshot().transaction(), "case") == 4);
  const auto result = trail.keep(50 * text::kDay);
  CHECK(result.held == 4);
  CHECK(trail.left(first, 10) == 4);
  trail.writer->erase_hold("case", {2, "{}"});
  CHECK(store::pin_count(trail.store.snapshot().transaction(), "case") == 0);
  trail.keep(50 * text::kDay);
  CHECK(trail.left(first, 10) == 0);
}

TEST_CASE("a store with holds isn't changed where nobody keeps them") {
  const TemporaryDirectory directory;
  store::Store store{directory.path("s"), store::Store::Mode::write};
  store::Writer writer{store};
  writer.put_hold({"case", R"({"verdict":["granted"]})"}, {1, "{}"});
  CHECK_THROWS(writer.erase_policy_file("no file", {1, "{}"}));
  CHECK_THROWS(writer.put_policy_file({}, {1, "{}"}));
  CHECK_THROWS(writer.retain({}));
}
